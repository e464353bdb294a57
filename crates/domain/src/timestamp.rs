use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in whole seconds since 1970-01-01T00:00:00Z, as JWT's `NumericDate` (RFC 7519 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant `lifetime` after this one; stays at the end of time instead of overflowing.
    pub const fn plus(self, lifetime: Lifetime) -> Self {
        Self(self.0.saturating_add(lifetime.0))
    }

    /// The instant `lifetime` before this one.
    pub const fn minus(self, lifetime: Lifetime) -> Self {
        Self(self.0.saturating_sub(lifetime.0))
    }

    /// Seconds from `earlier` to this instant; negative if `earlier` is later.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A span in whole seconds, never negative. Written as `60s`, `15m`, `12h`, `10d` or a bare number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lifetime(i64);

/// A text is not a [`Lifetime`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a span of time: write a whole number with s, m, h or d, as in 60s, 12h or 10d")]
pub struct LifetimeError(String);

impl Lifetime {
    /// A span of `seconds`; a negative number counts as none.
    pub const fn seconds(seconds: i64) -> Self {
        Self(if seconds < 0 { 0 } else { seconds })
    }

    /// A span of `days` days of 86,400 seconds.
    pub const fn days(days: i64) -> Self {
        Self::seconds(days.saturating_mul(86_400))
    }

    /// The span as a sentence has it: `90 days`, `1 hour`.
    pub fn in_words(self) -> String {
        let Self(seconds) = self;
        let (count, unit) = match seconds {
            s if s > 0 && s % 86_400 == 0 => (s / 86_400, "day"),
            s if s > 0 && s % 3_600 == 0 => (s / 3_600, "hour"),
            s if s > 0 && s % 60 == 0 => (s / 60, "minute"),
            s => (s, "second"),
        };
        if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
    }

    /// The span in seconds.
    pub const fn as_seconds(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(seconds) = *self;
        match seconds {
            0 => f.write_str("0s"),
            s if s % 86_400 == 0 => write!(f, "{}d", s / 86_400),
            s if s % 3_600 == 0 => write!(f, "{}h", s / 3_600),
            s if s % 60 == 0 => write!(f, "{}m", s / 60),
            s => write!(f, "{s}s"),
        }
    }
}

impl FromStr for Lifetime {
    type Err = LifetimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || LifetimeError(text.to_owned());
        let (digits, unit) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
            Some(digits) => (digits, text.get(digits.len()..).unwrap_or("s")),
            None => (text, "s"),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refused());
        }
        let factor = match unit {
            "d" => 86_400,
            "h" => 3_600,
            "m" => 60,
            _ => 1,
        };
        let number: i64 = digits.parse().map_err(|_| refused())?;
        number.checked_mul(factor).map(Self).ok_or_else(refused)
    }
}

impl Serialize for Lifetime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Lifetime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Seconds(u32),
            Text(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Seconds(seconds) => Ok(Self(i64::from(seconds))),
            Written::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(seconds in 0..10_000_000_000_i64) {
            let span = Lifetime::seconds(seconds);
            prop_assert_eq!(span.to_string().parse::<Lifetime>(), Ok(span));
        }
    }

    #[test]
    fn spans_in_words() {
        for (text, words) in [
            ("90d", "90 days"),
            ("1d", "1 day"),
            ("1h", "1 hour"),
            ("90m", "90 minutes"),
            ("61s", "61 seconds"),
            ("0s", "0 seconds"),
        ] {
            assert_eq!(text.parse::<Lifetime>().unwrap().in_words(), words);
        }
    }

    #[test]
    fn refuses_what_is_no_span() {
        for text in
            ["", "d", "-1d", "+1d", "1w", "1 d", "1.5h", "99999999999999999999s", "9223372036854775807d"]
        {
            assert!(text.parse::<Lifetime>().is_err(), "{text}");
        }
    }
}
