use serde::{Deserialize, Serialize};

use super::StandardClaimError;

/// A day of birth by ISO 8601: `YYYY-MM-DD`, `0000-MM-DD` where the year is not said, or `YYYY` alone (OIDC Core section
/// 5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Birthdate(String);

impl Birthdate {
    /// Reads a day of birth; surrounding space is dropped.
    ///
    /// # Errors
    /// [`StandardClaimError::Birthdate`] if there is no such day or it is written otherwise.
    pub fn parse(text: &str) -> Result<Self, StandardClaimError> {
        let text = text.trim();
        let is_good = match text.split('-').collect::<Vec<_>>().as_slice() {
            [year] => number(year, 4).is_some_and(|year| year > 0),
            [year, month, day] => match (number(year, 4), number(month, 2), number(day, 2)) {
                (Some(year), Some(month), Some(day)) => (1..=days(year, month)).contains(&day),
                _ => false,
            },
            _ => false,
        };
        if is_good { Ok(Self(text.to_owned())) } else { Err(StandardClaimError::Birthdate) }
    }

    /// The day as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn number(text: &str, digits: usize) -> Option<u32> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// How many days a month has, in the calendar of ISO 8601, where the year 0000 is a leap year.
const fn days(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_there_are() {
        for text in ["1815-12-10", "1815", "0000-02-29", "2000-02-29", " 2024-02-29 ", "0001"] {
            assert_eq!(Birthdate::parse(text).unwrap().as_str(), text.trim());
        }
        for text in [
            "",
            "0000",
            "815",
            "10.12.1815",
            "1815-12",
            "1815-13-01",
            "1815-00-10",
            "1815-12-00",
            "1815-02-29",
            "1900-02-29",
            "1815-12-32",
            "1815-12-1",
            "+815-12-10",
            "1815-12-10T00:00",
            "-1815-12-10",
            "１８１５",
        ] {
            assert!(Birthdate::parse(text).is_err(), "{text:?}");
        }
    }
}
