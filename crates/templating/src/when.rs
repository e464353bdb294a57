//! A point in time as a person reads it: relative, with the exact time one hover away.

use askama::{Template, filters::HtmlSafe};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{Text, t, tn};

/// A point in time. In a template, `{{ when }}` gives `<time>`, which a script keeps up to date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Template)]
#[template(
    source = r#"<time datetime="{{ rfc3339() }}" title="{{ exact() }}">{{ relative() }}</time>"#,
    ext = "html"
)]
pub struct When {
    /// Unix seconds.
    pub unix: i64,
    /// Where it is seen from, in Unix seconds.
    pub now: i64,
}

impl HtmlSafe for When {}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const MONTH: u64 = 30 * DAY;
const YEAR: u64 = 365 * DAY;

impl When {
    /// The point `unix`, seen from `now`; both in Unix seconds.
    pub fn new(unix: i64, now: i64) -> Self {
        Self { unix, now }
    }

    /// The same point as RFC 3339 in UTC, for machines; empty where the year has more than four digits.
    pub fn rfc3339(&self) -> String {
        self.utc().and_then(|t| t.format(&Rfc3339).ok()).unwrap_or_default()
    }

    /// The point itself, e.g. *22 Nov 2026, 09:57 UTC*.
    pub fn exact(&self) -> Text {
        let Some(utc) = self.utc() else { return t("unknown") };
        t("{day}, {hour}:{minute} UTC")
            .with("day", self.day())
            .with("hour", format!("{:02}", utc.hour()))
            .with("minute", format!("{:02}", utc.minute()))
    }

    /// The day alone, e.g. *22 Nov 2026*.
    pub fn day(&self) -> Text {
        let Some(utc) = self.utc() else { return t("unknown") };
        t("{day} {month} {year}")
            .with("day", utc.day().to_string())
            .with("month", month(utc.month()))
            .with("year", utc.year().to_string())
    }

    /// How far away it is, e.g. *5 minutes ago* or *in 6 days*.
    pub fn relative(&self) -> Text {
        let distance = self.unix.abs_diff(self.now);
        let is_ahead = self.unix > self.now;
        match distance {
            d if d < MINUTE => t("just now"),
            d if d < HOUR && is_ahead => tn("in {count} minute", "in {count} minutes", d / MINUTE),
            d if d < HOUR => tn("{count} minute ago", "{count} minutes ago", d / MINUTE),
            d if d < DAY && is_ahead => tn("in {count} hour", "in {count} hours", d / HOUR),
            d if d < DAY => tn("{count} hour ago", "{count} hours ago", d / HOUR),
            d if d < 2 * MONTH && is_ahead => tn("in {count} day", "in {count} days", d / DAY),
            d if d < 2 * MONTH => tn("{count} day ago", "{count} days ago", d / DAY),
            d if d < YEAR && is_ahead => tn("in {count} month", "in {count} months", d / MONTH),
            d if d < YEAR => tn("{count} month ago", "{count} months ago", d / MONTH),
            d if is_ahead => tn("in {count} year", "in {count} years", d / YEAR),
            d => tn("{count} year ago", "{count} years ago", d / YEAR),
        }
    }

    fn utc(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.unix).ok()
    }
}

/// A span of seconds in the largest unit that it is a whole number of, e.g. *90 days*.
pub fn span(seconds: i64) -> Text {
    let seconds = seconds.unsigned_abs();
    match seconds {
        s if s > 0 && s.is_multiple_of(DAY) => tn("{count} day", "{count} days", s / DAY),
        s if s > 0 && s.is_multiple_of(HOUR) => tn("{count} hour", "{count} hours", s / HOUR),
        s if s > 0 && s.is_multiple_of(MINUTE) => tn("{count} minute", "{count} minutes", s / MINUTE),
        s => tn("{count} second", "{count} seconds", s),
    }
}

fn month(month: time::Month) -> Text {
    use time::Month::{
        April, August, December, February, January, July, June, March, May, November, October, September,
    };
    match month {
        January => t("Jan"),
        February => t("Feb"),
        March => t("Mar"),
        April => t("Apr"),
        May => t("May"),
        June => t("Jun"),
        July => t("Jul"),
        August => t("Aug"),
        September => t("Sep"),
        October => t("Oct"),
        November => t("Nov"),
        December => t("Dec"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_341_420;

    #[test]
    fn distances_read_as_people_say_them() {
        for (offset, text) in [
            (0, "just now"),
            (-59, "just now"),
            (-60, "1 minute ago"),
            (7 * 60, "in 7 minutes"),
            (-23 * 3600, "23 hours ago"),
            (6 * 86_400, "in 6 days"),
            (-59 * 86_400, "59 days ago"),
            (-90 * 86_400, "3 months ago"),
            (-800 * 86_400, "2 years ago"),
        ] {
            assert_eq!(When::new(NOW + offset, NOW).relative().to_string(), text);
        }
    }

    #[test]
    fn the_exact_time_is_utc() {
        let when = When::new(NOW, NOW);
        assert_eq!(when.exact().to_string(), "22 Nov 2026, 09:57 UTC");
        assert_eq!(when.rfc3339(), "2026-11-22T09:57:00Z");
        assert_eq!(when.day().to_string(), "22 Nov 2026");
        assert_eq!(When::new(i64::MAX, NOW).exact().to_string(), "unknown");
    }
}
