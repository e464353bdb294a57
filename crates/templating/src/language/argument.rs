use std::fmt;

use askama::FastWritable;
use askama::filters::{Html, escape};
use serde::{Deserialize, Serialize};

use super::{Language, Text};
use crate::{When, number};

/// What stands for a `{name}` in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Argument {
    /// A name or a value, as it is.
    Plain(String),
    /// A number, its thousands set apart.
    Number(u64),
    /// More than this number, up to which something was counted, e.g. `10,000+`.
    MoreThan(u64),
    /// Words that are translated themselves.
    Text(Box<Text>),
    /// A point in time: relative to now; in HTML with the exact time one hover away.
    When(When),
}

impl Argument {
    /// As plain text.
    pub(super) fn write(&self, dest: &mut dyn fmt::Write, language: Language) -> askama::Result<()> {
        match self {
            Self::Plain(text) => Ok(dest.write_str(text)?),
            Self::Number(number) => Ok(dest.write_str(&number::grouped_by(*number, language.separator()))?),
            Self::MoreThan(number) => {
                Self::Number(*number).write(dest, language)?;
                Ok(dest.write_str("+")?)
            }
            Self::Text(text) => text.write_into(dest, &language),
            Self::When(when) => when.relative().write_into(dest, &language),
        }
    }

    /// As HTML.
    pub(super) fn write_html(&self, dest: &mut dyn fmt::Write, language: Language) -> askama::Result<()> {
        if let Self::When(when) = self {
            return when.write_into(dest, &language);
        }
        let mut text = String::new();
        self.write(&mut text, language)?;
        let Ok(escaped) = escape(text, Html);
        escaped.write_into(dest, &language)
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Plain(text)
    }
}

impl From<Text> for Argument {
    fn from(text: Text) -> Self {
        Self::Text(Box::new(text))
    }
}

impl From<When> for Argument {
    fn from(when: When) -> Self {
        Self::When(when)
    }
}

/// Templates hand over references.
impl<T: Clone + Into<Self>> From<&T> for Argument {
    fn from(value: &T) -> Self {
        value.clone().into()
    }
}

macro_rules! numbers {
    ($($kind:ty)*) => {$(
        impl From<$kind> for Argument {
            fn from(number: $kind) -> Self {
                // No number here is negative or has more than 64 bits.
                Self::Number(u64::try_from(number).unwrap_or_default())
            }
        }
    )*};
}

numbers!(u8 u16 u32 u64 usize i64);

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}
