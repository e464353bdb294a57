use std::collections::HashMap;
use std::sync::LazyLock;

use rust_embed::RustEmbed;

use super::plural::PluralForms;
use super::po::{self, PoError};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../locales"]
struct Files;

/// The messages of one language.
#[derive(Debug)]
pub(crate) struct Catalogue {
    /// `Language` of the header: a tag of RFC 5646.
    pub(crate) tag: String,
    /// What the language calls itself: the translation of *English*.
    pub(crate) name: String,
    /// What stands between thousands: what is between the digits of the translation of *1,000*.
    pub(crate) separator: String,
    plural: PluralForms,
    messages: HashMap<String, Vec<String>>,
}

/// Every language but English, by its tag. A catalogue that can't be read is left out; a test makes sure that there is none.
pub(super) static ALL: LazyLock<Vec<Catalogue>> = LazyLock::new(|| {
    let mut all: Vec<_> = files().filter_map(|(_, text)| Catalogue::parse(&text).ok()).collect();
    all.sort_by(|one, other| one.tag.cmp(&other.tag));
    all
});

/// The embedded catalogues: name and content.
pub(crate) fn files() -> impl Iterator<Item = (String, String)> {
    Files::iter().filter(|name| name.ends_with(".po")).filter_map(|name| {
        let file = Files::get(&name)?;
        Some((name.into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
    })
}

impl Catalogue {
    /// Reads a catalogue. What is not translated in it is left out.
    pub(crate) fn parse(text: &str) -> Result<Self, PoError> {
        let mut header = "";
        let mut messages = HashMap::new();
        let entries = po::parse(text)?;
        for entry in &entries {
            if entry.id.is_empty() {
                header = entry.strings.first().map_or("", String::as_str);
            } else if entry.strings.iter().all(|text| !text.is_empty()) && !entry.strings.is_empty() {
                messages.insert(entry.id.clone(), entry.strings.clone());
            }
        }
        let wrong = |what: &'static str| PoError { line: 1, what: what.into() };
        let tag = field(header, "Language").ok_or_else(|| wrong("the header has no Language"))?;
        let plural = field(header, "Plural-Forms").and_then(PluralForms::parse);
        let plural = plural.ok_or_else(|| wrong("the header has no Plural-Forms, or they can't be read"))?;
        let own = |id: &str| messages.get(id).and_then(|forms: &Vec<String>| forms.first()).cloned();
        Ok(Self {
            name: own("English").unwrap_or_else(|| tag.to_owned()),
            separator: own("1,000").unwrap_or_default().replace(|letter: char| letter.is_ascii_digit(), ""),
            tag: tag.to_owned(),
            plural,
            messages,
        })
    }

    /// The translation of a message.
    pub(super) fn get(&self, id: &str) -> Option<&str> {
        self.messages.get(id)?.first().map(String::as_str)
    }

    /// The same in the form for `count`.
    pub(super) fn get_plural(&self, id: &str, count: u64) -> Option<&str> {
        let forms = self.messages.get(id)?;
        forms.get(self.plural.form(count)).or(forms.last()).map(String::as_str)
    }

    /// How many forms a message has that counts something.
    #[cfg(test)]
    pub(crate) fn forms(&self) -> usize {
        self.plural.count
    }

    /// One for tests, in which every message is `change` of the English one.
    #[cfg(test)]
    pub(crate) fn made(entries: &[po::Entry], change: impl Fn(&str) -> String) -> Option<Self> {
        let forms = |entry: &po::Entry| {
            [Some(&entry.id), entry.plural.as_ref()].into_iter().flatten().map(|text| change(text)).collect()
        };
        Some(Self {
            tag: "qps".into(),
            name: "Pseudo".into(),
            separator: ".".into(),
            plural: PluralForms::parse("nplurals=2; plural=n != 1")?,
            messages: entries.iter().map(|entry| (entry.id.clone(), forms(entry))).collect(),
        })
    }
}

fn field<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = header.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(key, _)| *key == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
}
