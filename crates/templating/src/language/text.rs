use std::borrow::Cow;
use std::fmt;

use askama::{FastWritable, Values};
use serde::{Deserialize, Serialize};

use super::pattern::{Piece, pieces};
use super::{Argument, Language};

/// Words that people read: a message of the catalogues with its arguments, or something that stays as it is. A template
/// writes it in its own language and escapes it whole, so neither message nor arguments are markup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The message in English, by which the catalogues know it.
    id: Cow<'static, str>,
    /// The message for more than one, and how many there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    many: Option<(Cow<'static, str>, u64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    arguments: Vec<(Cow<'static, str>, Argument)>,
    /// Whether it is the same in every language.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    verbatim: bool,
}

/// A message, with `{name}` wherever an argument goes.
pub const fn t(id: &'static str) -> Text {
    Text { id: Cow::Borrowed(id), many: None, arguments: Vec::new(), verbatim: false }
}

/// A message that counts something: for one of it and for any other number. Both may contain `{count}`.
pub fn tn(one: &'static str, many: &'static str, count: impl Into<Argument>) -> Text {
    let count = count.into();
    let number = match count {
        Argument::Number(number) | Argument::MoreThan(number) => number,
        _ => 0,
    };
    Text { many: Some((Cow::Borrowed(many), number)), ..t(one) }.with("count", count)
}

impl Text {
    /// A sentence that was made where nothing is known of languages: translated if a catalogue has it as a whole.
    pub fn sentence(sentence: impl Into<String>) -> Self {
        Self { id: Cow::Owned(sentence.into()), ..Self::default() }
    }

    /// What is the same in every language: a name, a code, an example.
    pub fn verbatim(text: impl Into<Cow<'static, str>>) -> Self {
        Self { id: text.into(), verbatim: true, ..Self::default() }
    }

    /// The same with what stands for `{name}`.
    pub fn with(mut self, name: &'static str, value: impl Into<Argument>) -> Self {
        self.arguments.push((Cow::Borrowed(name), value.into()));
        self
    }

    /// Its lines, where it is a sentence of several.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Self> {
        self.id.lines().map(|line| Self { id: line.to_owned().into(), ..self.clone() })
    }

    /// The message in English.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// The words in a language.
    pub fn in_language(&self, language: Language) -> String {
        let mut words = String::new();
        // Writing to a string can't fail.
        let _ = self.write_into(&mut words, &language);
        words
    }

    /// Writes the words, with each argument as `argument` writes it.
    pub(super) fn write(
        &self,
        dest: &mut dyn fmt::Write,
        language: Language,
        argument: impl Fn(&Argument, &mut dyn fmt::Write, Language) -> askama::Result<()>,
    ) -> askama::Result<()> {
        let words = match &self.many {
            _ if self.verbatim || self.id.is_empty() => &self.id,
            Some((many, count)) => language.words_for(&self.id, many, *count),
            None => language.words(&self.id),
        };
        if self.arguments.is_empty() {
            return Ok(dest.write_str(words)?);
        }
        for piece in pieces(words) {
            match piece {
                Piece::Words(words) => dest.write_str(words)?,
                Piece::Argument(name, written) => match self.arguments.iter().find(|(key, _)| key == name) {
                    Some((_, value)) => argument(value, dest, language)?,
                    None => dest.write_str(written)?,
                },
            }
        }
        Ok(())
    }
}

impl FastWritable for Text {
    fn write_into(&self, dest: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        self.write(dest, Language::of(values), Argument::write)
    }
}

/// In English.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Language::ENGLISH, Argument::write).map_err(|_| fmt::Error)
    }
}

/// A message.
impl From<&'static str> for Text {
    fn from(id: &'static str) -> Self {
        t(id)
    }
}

/// Something that was put together: it is not translated.
impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::verbatim(text)
    }
}

/// Templates hand over references.
impl<T: Clone + Into<Self>> From<&T> for Text {
    fn from(value: &T) -> Self {
        value.clone().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn german() -> Language {
        Language::of_tag("de").unwrap()
    }

    #[test]
    fn messages_are_translated_with_their_arguments() {
        let text = t("Continue as {name}").with("name", "{name} <b>");
        assert_eq!(text.to_string(), "Continue as {name} <b>");
        assert_eq!(text.in_language(german()), "Weiter als {name} <b>");
        assert_eq!(
            t("There is no such message {name}").in_language(german()),
            "There is no such message {name}"
        );
    }

    #[test]
    fn numbers_choose_the_form() {
        let things = |count: u64| tn("One thing needs a change", "{count} things need a change", count);
        assert_eq!(things(1).to_string(), "One thing needs a change");
        assert_eq!(things(12_000).to_string(), "12,000 things need a change");
        assert_eq!(things(1).in_language(german()), "Eine Angabe ist zu ändern");
        assert_eq!(things(12_000).in_language(german()), "12.000 Angaben sind zu ändern");
    }

    #[test]
    fn what_is_no_message_stays_as_it_is() {
        assert_eq!(Text::verbatim("Sign in").in_language(german()), "Sign in");
        assert_eq!(Text::from("Sign in".to_owned()).in_language(german()), "Sign in");
        assert_eq!(Text::sentence("Sign in".to_owned()).in_language(german()), "Anmelden");
        assert_eq!(Text::default().in_language(german()), "");
    }
}
