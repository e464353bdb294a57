//! When a token ends, as people say it.

use postern_domain::{Lifetime, Timestamp};

const DAY: i64 = 86_400;

/// A wish for an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// The end it has, or what is usual.
    Unsaid,
    /// Never.
    Never,
    /// So long from now.
    After(Lifetime),
    /// With the end of this day, given by its last second.
    Day(Timestamp),
    /// At this moment.
    At(Timestamp),
}

/// What a choice and a date mean. The error names the field it belongs to.
pub(super) fn read(choice: &str, date: &str) -> Result<Wish, (&'static str, String)> {
    match choice.trim() {
        "" | "keep" => Ok(Wish::Unsaid),
        "never" => Ok(Wish::Never),
        "1y" => Ok(Wish::After(Lifetime::days(365))),
        "date" => last_second(date.trim())
            .map(Wish::Day)
            .ok_or_else(|| ("expiry_date", "Write the day as 2026-12-31.".to_owned())),
        text => match text.strip_prefix('@') {
            Some(seconds) => seconds
                .parse()
                .map(|seconds| Wish::At(Timestamp(seconds)))
                .map_err(|_| ("expiry", "Write the moment as whole Unix seconds.".to_owned())),
            None => text.parse().map(Wish::After).map_err(|_| {
                (
                    "expiry",
                    "Choose 7d, 30d, 90d, 1y, a date or never, or write a span such as 12h.".to_owned(),
                )
            }),
        },
    }
}

/// The last second of a day in UTC.
fn last_second(date: &str) -> Option<Timestamp> {
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !plain(year, 4) || !plain(month, 2) || !plain(day, 2) {
        return None;
    }
    let (year, month, day): (i64, i64, i64) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if !(1..=longest).contains(&day) {
        return None;
    }
    // Days since 1970-01-01 of a year that begins in March, so that the day that is sometimes missing is its last one.
    let shifted = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap_days = shifted.div_euclid(4) - shifted.div_euclid(100) + shifted.div_euclid(400);
    let days = shifted * 365 + leap_days + day_of_year - 719_468;
    Some(Timestamp((days + 1) * DAY - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_end_with_their_last_second() {
        for (date, end) in [
            ("1970-01-01", 86_399),
            ("2000-02-29", 951_868_799),
            ("2026-11-22", 1_795_391_999),
            ("2027-01-01", 1_798_847_999),
            ("9999-12-31", 253_402_300_799),
        ] {
            assert_eq!(last_second(date), Some(Timestamp(end)), "{date}");
        }
        for date in [
            "",
            "2026-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-04-31",
            "26-1-1",
            "2026-11-22-1",
            "+026-11-22",
        ] {
            assert_eq!(last_second(date), None, "{date}");
        }
    }

    #[test]
    fn wishes() {
        assert_eq!(read("keep", ""), Ok(Wish::Unsaid));
        assert_eq!(read("never", ""), Ok(Wish::Never));
        assert_eq!(read("90d", ""), Ok(Wish::After(Lifetime::days(90))));
        assert_eq!(read("1y", ""), Ok(Wish::After(Lifetime::days(365))));
        assert_eq!(read("@5", ""), Ok(Wish::At(Timestamp(5))));
        for (choice, date, field) in
            [("date", "tomorrow", "expiry_date"), ("soon", "", "expiry"), ("@x", "", "expiry")]
        {
            assert_eq!(read(choice, date).unwrap_err().0, field, "{choice}");
        }
    }
}
