use std::fmt::{self, Write as _};

/// Words for people, put together where nothing is known of languages: `{name}` stands wherever a value goes. As text they are
/// English; a page translates the words and puts in the values then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    words: &'static str,
    values: Vec<(&'static str, SaidValue)>,
}

/// What stands for a `{name}` in what is [`Said`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaidValue {
    /// A name or a number, the same in every language.
    Plain(String),
    /// Words.
    Said(Said),
}

/// Words, with `{name}` wherever a value goes.
pub const fn said(words: &'static str) -> Said {
    Said { words, values: Vec::new() }
}

impl Said {
    /// Words that are the same in every language.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { words: "{text}", values: vec![("text", SaidValue::Plain(text.into()))] }
    }

    /// The same with what stands for `{name}`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<SaidValue>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// The words without their values, by which they are translated.
    pub const fn words(&self) -> &'static str {
        self.words
    }

    /// What stands for each name.
    pub fn values(&self) -> &[(&'static str, SaidValue)] {
        &self.values
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.words();
        while let Some((before, after)) = rest.split_once('{') {
            f.write_str(before)?;
            let name = after.split_once('}');
            let value = name.and_then(|(name, _)| self.values.iter().find(|(known, _)| *known == name));
            rest = match (value, name) {
                (Some((_, value)), Some((_, after))) => {
                    write!(f, "{value}")?;
                    after
                }
                _ => {
                    f.write_char('{')?;
                    after
                }
            };
        }
        f.write_str(rest)
    }
}

impl fmt::Display for SaidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(text),
            Self::Said(said) => said.fmt(f),
        }
    }
}

impl From<Said> for SaidValue {
    fn from(said: Said) -> Self {
        Self::Said(said)
    }
}

macro_rules! plain {
    ($($kind:ty)*) => {$(
        impl From<$kind> for SaidValue {
            fn from(value: $kind) -> Self {
                Self::Plain(value.to_string())
            }
        }
    )*};
}

plain!(&str String &String u16 u64 usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_their_names_are() {
        let inner = said("the parameter “{name}”").with("name", "{what} {");
        let text = said("{what} is {state} in {nothing} {").with("what", inner).with("state", 5_u64);
        assert_eq!(text.to_string(), "the parameter “{what} {” is 5 in {nothing} {");
        assert_eq!(Said::plain("{text} {0}").to_string(), "{text} {0}");
        assert_eq!(said("").to_string(), "");
    }
}
