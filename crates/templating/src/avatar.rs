//! The mark of a person or an organization: up to two letters of the name on a tint of their own.

use askama::{Template, filters::HtmlSafe};
use serde::{Deserialize, Serialize};

/// A round mark for a person, a square one for an organization. In a template, `{{ avatar }}`; the name is written
/// beside it by the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Template)]
#[template(
    source = r#"<span class="face tint-{{ crate::avatar::tint(name) }}{% if round %} round{% endif %}" aria-hidden="true">{{ crate::avatar::initials(name) }}</span>"#,
    ext = "html"
)]
pub struct Avatar {
    /// Whose it is.
    pub name: String,
    /// Whether it is a person's.
    pub round: bool,
}

impl HtmlSafe for Avatar {}

impl Avatar {
    /// The mark of a person of this name.
    pub fn person(name: impl Into<String>) -> Self {
        Self { name: name.into(), round: true }
    }

    /// The mark of an organization of this name.
    pub fn organization(name: impl Into<String>) -> Self {
        Self { name: name.into(), round: false }
    }
}

/// Up to two letters: the first of the first and of the last word; a dot where the name has none.
pub(crate) fn initials(name: &str) -> String {
    let mut words =
        name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next().unwrap_or('·');
    std::iter::once(first).chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

/// One of six tints, by name, so that those without a picture can be told apart in a list.
pub(crate) fn tint(name: &str) -> u32 {
    // FNV-1a: of its upper bits, since the lower ones tell short names badly apart.
    name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
        / 65_536
        % 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        for (name, letters) in [
            ("Ada Lovelace", "AL"),
            ("acme", "A"),
            ("🧮 Weavers and Sons", "WS"),
            ("株式会社", "株"),
            ("🌊", "·"),
            ("", "·"),
        ] {
            assert_eq!(initials(name), letters);
        }
    }
}
