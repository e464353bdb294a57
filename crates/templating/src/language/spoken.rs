use std::any::Any;
use std::fmt;

use askama::filters::HtmlSafe;
use askama::{FastWritable, Values};

use super::catalogue::{self, Catalogue};

/// The name of the runtime value that says in which language a template is rendered.
const VALUE: &str = "language";

/// A language that pages and mails are in. It is also the runtime values of a template in it:
/// `page.render_with_values(&language)`.
#[derive(Clone, Copy, Default)]
pub struct Language(Option<&'static Catalogue>);

impl Language {
    /// The one that everything is written in.
    pub const ENGLISH: Self = Self(None);

    /// All of them: English, then the others by their tags.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::ENGLISH).chain(catalogue::ALL.iter().map(|catalogue| Self(Some(catalogue))))
    }

    /// Its tag (RFC 5646), e.g. `de`.
    pub fn tag(self) -> &'static str {
        self.0.map_or("en", |catalogue| &catalogue.tag)
    }

    /// What it calls itself, e.g. *Deutsch*.
    pub fn name(self) -> &'static str {
        self.0.map_or("English", |catalogue| &catalogue.name)
    }

    /// The language that a template is being rendered in.
    pub(crate) fn of(values: &dyn Values) -> Self {
        askama::get_value::<Self>(values, VALUE).copied().unwrap_or_default()
    }

    /// The words of a message.
    pub(super) fn words(self, id: &str) -> &str {
        self.0.and_then(|catalogue| catalogue.get(id)).unwrap_or(id)
    }

    /// The words of a message that counts something.
    pub(super) fn words_for<'a>(self, one: &'a str, many: &'a str, count: u64) -> &'a str {
        let english = if count == 1 { one } else { many };
        self.0.and_then(|catalogue| catalogue.get_plural(one, count)).unwrap_or(english)
    }

    /// What stands between thousands.
    pub(crate) fn separator(self) -> &'static str {
        self.0.map_or(",", |catalogue| &catalogue.separator)
    }

    /// One for tests.
    #[cfg(test)]
    pub(crate) fn made(catalogue: Catalogue) -> Self {
        Self(Some(Box::leak(Box::new(catalogue))))
    }
}

impl Values for Language {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == VALUE).then_some(self as &dyn Any)
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.tag() == other.tag()
    }
}

impl Eq for Language {}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.tag())
    }
}

/// In a template, the tag of the language that it is rendered in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag;

/// The tag of the language that a template is rendered in.
pub(crate) fn tag() -> Tag {
    Tag
}

impl HtmlSafe for Tag {}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Language::ENGLISH.tag())
    }
}

impl FastWritable for Tag {
    fn write_into(&self, dest: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        Ok(dest.write_str(Language::of(values).tag())?)
    }
}
