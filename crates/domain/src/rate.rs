use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Lifetime;

const UNITS: [(&str, i64); 3] = [("s", 1), ("min", 60), ("h", 3_600)];
/// The most that makes sense, so that the time between two requests stays a microsecond at least.
const MOST: u32 = 1_000_000;

/// How many requests there may be in a span of time. Written as `100/s`, `60/min` or `1000/h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    requests: NonZeroU32,
    seconds: i64,
}

/// A text is not a [`Rate`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a rate: write a whole number from 1 to 1000000 with /s, /min or /h, as in 60/min")]
pub struct RateError(String);

impl Rate {
    /// So many requests a second.
    pub const fn per_second(requests: NonZeroU32) -> Self {
        Self { requests, seconds: 1 }
    }

    /// So many requests a minute.
    pub const fn per_minute(requests: NonZeroU32) -> Self {
        Self { requests, seconds: 60 }
    }

    /// How many requests may come at once.
    pub const fn requests(self) -> NonZeroU32 {
        self.requests
    }

    /// In which time as many may come again.
    pub const fn span(self) -> Lifetime {
        Lifetime::seconds(self.seconds)
    }

    /// The lower of two.
    #[must_use]
    pub fn lower(self, other: Self) -> Self {
        let per = |a: Self, b: Self| i64::from(a.requests.get()).saturating_mul(b.seconds);
        if per(self, other) <= per(other, self) { self } else { other }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, seconds)| *seconds == self.seconds).map_or("s", |(unit, _)| unit);
        write!(f, "{}/{unit}", self.requests)
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (number, unit) = text.split_once('/')?;
            let plain = number.bytes().all(|b| b.is_ascii_digit());
            let requests = number.parse().ok().filter(|_| plain)?;
            let requests = NonZeroU32::new(requests).filter(|requests| requests.get() <= MOST)?;
            let (_, seconds) = UNITS.iter().find(|(known, _)| *known == unit)?;
            Some(Self { requests, seconds: *seconds })
        };
        read().ok_or_else(|| RateError(text.chars().take(40).collect()))
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates() {
        for text in ["1/s", "60/min", "1000000/h"] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), text);
        }
        for text in ["", "60", "0/s", "-1/s", "+1/s", "1000001/s", "1/day", "60 /min", "60/min "] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_lower_of_two() {
        let rate = |text: &str| text.parse::<Rate>().unwrap();
        assert_eq!(rate("100/s").lower(rate("500/min")), rate("500/min"));
        assert_eq!(rate("60/min").lower(rate("500/min")), rate("60/min"));
        assert_eq!(rate("1/s").lower(rate("61/min")), rate("1/s"));
    }
}
