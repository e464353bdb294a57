use std::fmt;

use askama::{FastWritable, Values};

use crate::{Language, Text, When, t};

/// The table of a mail in plain text: a word and what there is to say of it on each line, one below the other.
#[derive(Debug, Default)]
pub(crate) struct Facts(Vec<(Text, Text)>);

impl Facts {
    /// The token that a mail is about, and what of its value may be shown.
    pub(crate) fn of_token(name: &str, hint: &str) -> Self {
        Self::default().with(t("Token"), name.to_owned()).with(t("Value"), hint.to_owned())
    }

    /// The account that a mail is about, and when and from where something was done about it.
    pub(crate) fn of_account(username: &str, at: &When, address: Option<&str>) -> Self {
        let from =
            address.map_or_else(|| t("the server itself"), |address| Text::verbatim(address.to_owned()));
        Self::default()
            .with(t("Account"), username.to_owned())
            .with(t("When"), at.exact())
            .with(t("From"), from)
    }

    /// The same with a line more.
    pub(crate) fn with(mut self, word: Text, value: impl Into<Text>) -> Self {
        self.0.push((word, value.into()));
        self
    }

    fn write(&self, dest: &mut dyn fmt::Write, language: Language) -> fmt::Result {
        let words: Vec<_> =
            self.0.iter().map(|(word, _)| format!("{}:", word.in_language(language))).collect();
        let width = words.iter().map(|word| word.chars().count()).max().unwrap_or_default();
        for (index, (word, (_, value))) in words.iter().zip(&self.0).enumerate() {
            let before = if index > 0 { "\n" } else { "" };
            write!(dest, "{before}{word:width$} {}", value.in_language(language))?;
        }
        Ok(())
    }
}

impl FastWritable for Facts {
    fn write_into(&self, dest: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        Ok(self.write(dest, Language::of(values))?)
    }
}

/// In English.
impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Language::ENGLISH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_below_each_other() {
        let facts = Facts::of_token("Nightly {import}", "x7Kq").with(t("Last used"), t("never"));
        let written = |language: Language| {
            let mut text = String::new();
            facts.write(&mut text, language).unwrap();
            text
        };
        assert_eq!(
            written(Language::ENGLISH),
            "Token:     Nightly {import}\nValue:     x7Kq\nLast used: never"
        );
        assert_eq!(
            written(Language::of_tag("de").unwrap()),
            "Token:             Nightly {import}\nWert:              x7Kq\nZuletzt verwendet: nie"
        );
    }
}
