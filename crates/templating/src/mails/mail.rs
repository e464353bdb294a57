//! What every mail can do.

use askama::Template;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Language, Text, mails, t};

/// A mail. Its struct is filled by whoever sends it; it is rendered twice, for readers of plain text and of HTML.
pub trait Mail: Serialize + DeserializeOwned {
    /// Name of the mail in the gallery and in test messages, e.g. `invitation`.
    const NAME: &'static str;

    /// What it is about, in a few words.
    fn about(&self) -> Text;

    /// The subject in a language: one line of at most 150 characters.
    fn subject(&self, language: Language) -> String {
        subject(&self.about().in_language(language))
    }

    /// The plain text in a language.
    ///
    /// # Errors
    /// Where the template can't be rendered.
    fn text(&self, language: Language) -> askama::Result<String>;

    /// The HTML in a language, a whole document that loads nothing.
    ///
    /// # Errors
    /// Where the template can't be rendered.
    fn html(&self, language: Language) -> askama::Result<String>;

    /// The mail as most people see it.
    fn sample() -> Self;
}

/// What all mails have around them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailFrame {
    /// Name of the service.
    pub service: String,
    /// The public URL of the service, without a slash at its end.
    pub service_url: String,
    /// What the person who gets the mail is called; empty where that is not known.
    pub to_name: String,
}

impl MailFrame {
    /// The frame of the samples.
    pub fn sample() -> Self {
        Self {
            service: "Postern".into(),
            service_url: "https://id.example.com".into(),
            to_name: "Ada Lovelace".into(),
        }
    }

    /// The first line of a mail.
    pub(crate) fn greeting(&self) -> Text {
        if self.to_name.is_empty() { t("Hello,") } else { t("Hello {name},").with("name", &self.to_name) }
    }
}

/// Something that wants to see every kind of mail.
pub trait MailVisitor {
    /// Called once for each mail.
    fn visit<M: Mail>(&mut self);
}

/// Shows every mail to `visitor`. A new mail gets its line here.
pub fn visit_all(visitor: &mut impl MailVisitor) {
    visitor.visit::<mails::Invitation>();
    visitor.visit::<mails::Recovery>();
    visitor.visit::<mails::AccountMade>();
    visitor.visit::<mails::PasswordChanged>();
    visitor.visit::<mails::EmailChanged>();
    visitor.visit::<mails::FactorChanged>();
    visitor.visit::<mails::AccountEnd>();
    visitor.visit::<mails::Impersonated>();
    visitor.visit::<mails::NewDevice>();
    visitor.visit::<mails::TokenEnding>();
    visitor.visit::<mails::TokenRevoked>();
    visitor.visit::<mails::TokenMade>();
    visitor.visit::<mails::TokenLeaked>();
    visitor.visit::<mails::Verification>();
}

/// A subject without line breaks and other control characters, cut where it is too long. Names are written by people:
/// none of them adds a header.
fn subject(text: &str) -> String {
    const LONGEST: usize = 150;
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// The plain text and the HTML of a [`Mail`], from a template each, which calls it `mail`.
macro_rules! rendered_from {
    ($mail:ident, $text:tt, $html:tt) => {
        fn text(&self, language: $crate::Language) -> askama::Result<String> {
            #[derive(askama::Template)]
            #[template(path = $text, whitespace = "preserve")]
            struct Text<'a> {
                mail: &'a $mail,
            }
            $crate::mails::mail::plain(&Text { mail: self }, language)
        }

        fn html(&self, language: $crate::Language) -> askama::Result<String> {
            #[derive(askama::Template)]
            #[template(path = $html)]
            struct Html<'a> {
                mail: &'a $mail,
            }
            askama::Template::render_with_values(&Html { mail: self }, &language)
        }
    };
}

pub(crate) use rendered_from;

/// Plain text of a template, with its outer white space replaced by one line break at the end.
pub(crate) fn plain(template: &impl Template, language: Language) -> askama::Result<String> {
    Ok(format!("{}\n", template.render_with_values(&language)?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_short_line() {
        assert_eq!(subject("a\r\nBcc: b"), "a  Bcc: b");
        assert_eq!(subject(&"é".repeat(400)).chars().count(), 150);
    }
}
