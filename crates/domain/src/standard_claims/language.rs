use std::fmt;

use serde::{Deserialize, Serialize};

use super::StandardClaimError;

/// A language tag (BCP 47, RFC 5646 section 2.1), as it was written. Whether its parts are registered is not looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LanguageTag(String);

impl LanguageTag {
    /// Reads a tag; surrounding space is dropped, and the underscore that many systems write is taken for a hyphen.
    ///
    /// # Errors
    /// [`StandardClaimError::Language`] if it is not well formed or longer than 35 characters (RFC 5646 section 4.4.1).
    pub fn parse(text: &str) -> Result<Self, StandardClaimError> {
        let text = text.trim().replace('_', "-");
        let is_good = text.len() <= 35 && is_well_formed(&text.split('-').collect::<Vec<_>>());
        if is_good { Ok(Self(text)) } else { Err(StandardClaimError::Language) }
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same tag in the letters that RFC 5646 section 2.1.1 recommends, so that equal tags are written alike.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let mut parts: Vec<String> = Vec::new();
        for part in self.0.split('-') {
            let is_after_singleton = parts.last().is_some_and(|last| last.len() == 1);
            let part = part.to_ascii_lowercase();
            parts.push(match part.len() {
                2 if !parts.is_empty() && !is_after_singleton => part.to_ascii_uppercase(),
                4 if !parts.is_empty() && !is_after_singleton => capitalized(&part),
                _ => part,
            });
        }
        Self(parts.join("-"))
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn capitalized(part: &str) -> String {
    let (first, rest) = part.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// `langtag` and `privateuse` of the grammar: each part in its place, each at most once where that is the rule.
fn is_well_formed(parts: &[&str]) -> bool {
    let Some((language, rest)) = parts.split_first() else { return false };
    if language.eq_ignore_ascii_case("x") {
        return is_private(rest);
    }
    if !is_alpha(language, 2..=8) {
        return false;
    }
    let mut rest = rest;
    if language.len() <= 3 {
        rest = skip(rest, 3, |part| is_alpha(part, 3..=3));
    }
    rest = skip(rest, 1, |part| is_alpha(part, 4..=4));
    rest = skip(rest, 1, |part| is_alpha(part, 2..=2) || (part.len() == 3 && is_digits(part)));
    let starts_with_digit = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    rest = skip(rest, usize::MAX, |part| {
        is_alphanumeric(part, 5..=8) || (is_alphanumeric(part, 4..=4) && starts_with_digit(part))
    });
    are_extensions(rest)
}

/// Any number of extensions, each a letter or digit with what belongs to it, and private parts last.
fn are_extensions(mut rest: &[&str]) -> bool {
    while let Some((singleton, more)) = rest.split_first() {
        if singleton.eq_ignore_ascii_case("x") {
            return is_private(more);
        }
        let after = skip(more, usize::MAX, |part| is_alphanumeric(part, 2..=8));
        if !is_alphanumeric(singleton, 1..=1) || after.len() == more.len() {
            return false;
        }
        rest = after;
    }
    true
}

fn is_private(parts: &[&str]) -> bool {
    !parts.is_empty() && parts.iter().all(|part| is_alphanumeric(part, 1..=8))
}

/// What is left behind at most `most` parts of one kind.
fn skip<'a, 'b>(parts: &'a [&'b str], most: usize, is_one: impl Fn(&str) -> bool) -> &'a [&'b str] {
    let count = parts.iter().take(most).take_while(|part| is_one(part)).count();
    parts.get(count..).unwrap_or_default()
}

fn is_alpha(part: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_alphanumeric(part: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_digits(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_by_the_grammar() {
        for text in [
            "en",
            "de-CH",
            "zh-Hant",
            "zh-Hant-TW",
            "sr-Latn-RS",
            "es-419",
            "sl-rozaj-biske",
            "de-CH-1901",
            "de-DE-u-co-phonebk",
            "zh-cmn-Hans-CN",
            "x-whatever",
            "en-US-x-twain",
            "hy-Latn-IT-arevela",
        ] {
            assert_eq!(LanguageTag::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(LanguageTag::parse(" en_US ").unwrap().as_str(), "en-US");
        for text in [
            "",
            "e",
            "english-is-nice-",
            "en--US",
            "1en",
            "de-",
            "x",
            "en-u",
            "deutsch1",
            "en-US-toolongsubtag",
            "e\u{301}n",
            "en US",
            "en-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaa",
        ] {
            assert!(LanguageTag::parse(text).is_err(), "{text:?}");
        }
    }
}
