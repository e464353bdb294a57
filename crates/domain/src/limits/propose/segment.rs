//! What the segments of paths look like: which are names of an API's own, and which stand for one thing of many.

use std::collections::BTreeSet;

/// From how many different values on a segment of plain letters stands for one thing of many.
const MANY_WORDS: usize = 20;
/// The same of one with digits or signs in it.
const MANY_SLUGS: usize = 8;
/// Most prefixes that are written out.
const MOST_PREFIXES: usize = 5;
/// How long what looks random is at least.
const SHORTEST_RANDOM: usize = 16;

/// What a segment looks like.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    /// `42`
    Digits,
    /// `01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3`
    Uuid,
    /// `JRA-123`
    Key,
    /// Of a commit: `79830bc`.
    Hex,
    /// What tells what it is the id of, in front: `user_01J3Z9`.
    Prefixed(String),
    /// A long id of letters and digits.
    Random,
    /// Letters with digits or signs between them.
    Slug,
    /// Letters.
    Word,
}

/// A pattern for one segment, and another that is cheaper to match and lets more pass.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SegmentPattern {
    /// The expression.
    pub(super) tight: String,
    /// The cheaper one.
    pub(super) light: String,
}

impl Look {
    pub(super) fn of(segment: &str) -> Self {
        let all = |test: fn(&u8) -> bool| segment.bytes().all(|byte| test(&byte));
        let any = |test: fn(&u8) -> bool| segment.bytes().any(|byte| test(&byte));
        if segment.is_empty() || all(u8::is_ascii_alphabetic) {
            Self::Word
        } else if all(u8::is_ascii_digit) {
            Self::Digits
        } else if is_uuid(segment) {
            Self::Uuid
        } else if key(segment).is_some() {
            Self::Key
        } else if segment.len() >= 7 && all(u8::is_ascii_hexdigit) && !mixes_case(segment) {
            Self::Hex
        } else if let Some(prefix) = prefix(segment) {
            Self::Prefixed(prefix.to_owned())
        } else if segment.len() >= SHORTEST_RANDOM
            && all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && any(u8::is_ascii_digit)
            && (mixes_case(segment) || all(|byte| !byte.is_ascii_lowercase()))
        {
            Self::Random
        } else {
            Self::Slug
        }
    }

    /// How many different values it takes to say that they stand for one thing of many.
    pub(super) const fn many(&self) -> usize {
        match self {
            Self::Digits | Self::Uuid | Self::Key | Self::Hex | Self::Prefixed(_) | Self::Random => 2,
            Self::Slug => MANY_SLUGS,
            Self::Word => MANY_WORDS,
        }
    }

    /// What stands for such a segment where calls of one shape are shown together.
    pub(super) const fn stand_in(&self) -> Option<&'static str> {
        match self {
            Self::Digits => Some("{number}"),
            Self::Uuid => Some("{uuid}"),
            Self::Key => Some("{key}"),
            Self::Hex => Some("{hash}"),
            Self::Prefixed(_) | Self::Random => Some("{id}"),
            Self::Slug | Self::Word => None,
        }
    }

    /// The tightest pattern for these and others that look so.
    pub(super) fn pattern(&self, values: &BTreeSet<&str>) -> SegmentPattern {
        let letters = case(values, 'f');
        let tight = match self {
            Self::Digits => "[0-9]+".to_owned(),
            Self::Uuid => {
                let digit = format!("[0-9{letters}]");
                format!("{digit}{{8}}-{digit}{{4}}-{digit}{{4}}-{digit}{{4}}-{digit}{{12}}")
            }
            Self::Key => format!("{}-[0-9]+", prefixes(values)),
            Self::Hex => format!("[0-9{letters}]+"),
            Self::Prefixed(prefix) => format!("{}_[0-9A-Za-z]+", literal(prefix)),
            Self::Random | Self::Slug | Self::Word => format!("{}+", class(values)),
        };
        let light = match self {
            Self::Uuid => format!("[0-9{letters}-]+"),
            _ => tight.clone(),
        };
        SegmentPattern { tight, light }
    }
}

impl SegmentPattern {
    /// For all segments of such characters.
    pub(super) fn of_characters(values: &BTreeSet<&str>) -> Self {
        let pattern = format!("{}+", class(values));
        Self { tight: pattern.clone(), light: pattern }
    }
}

/// An expression that matches exactly this text.
pub(super) fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\.+*?()|[]{}^$".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn is_uuid(segment: &str) -> bool {
    let mut lengths = segment.split('-').map(str::len);
    [8, 4, 4, 4, 12].into_iter().all(|length| lengths.next() == Some(length))
        && lengths.next().is_none()
        && segment.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// What stands in front of the number of a key such as `JRA-123`.
fn key(segment: &str) -> Option<&str> {
    let (project, number) = segment.rsplit_once('-')?;
    let plain =
        project.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let is_key = plain
        && project.starts_with(|c: char| c.is_ascii_uppercase())
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit());
    is_key.then_some(project)
}

/// What tells what something is the id of: `user` of `user_01J3Z9`.
fn prefix(segment: &str) -> Option<&str> {
    let (prefix, id) = segment.rsplit_once('_')?;
    let is_prefix = (2..=12).contains(&prefix.len())
        && prefix.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        && id.len() >= 6
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && id.bytes().any(|byte| byte.is_ascii_digit());
    is_prefix.then_some(prefix)
}

fn mixes_case(segment: &str) -> bool {
    segment.bytes().any(|byte| byte.is_ascii_lowercase())
        && segment.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// The ranges of letters up to `last` in the cases that there are.
fn case(values: &BTreeSet<&str>, last: char) -> String {
    let any = |test: fn(&u8) -> bool| values.iter().any(|value| value.bytes().any(|byte| test(&byte)));
    let mut ranges = String::new();
    if any(u8::is_ascii_uppercase) {
        ranges.push_str(&format!("A-{}", last.to_ascii_uppercase()));
    }
    if any(u8::is_ascii_lowercase) || ranges.is_empty() {
        ranges.push_str(&format!("a-{last}"));
    }
    ranges
}

fn prefixes(values: &BTreeSet<&str>) -> String {
    let known: BTreeSet<&str> = values.iter().filter_map(|value| key(value)).collect();
    let written: Vec<String> = known.iter().map(|prefix| literal(prefix)).collect();
    match written.as_slice() {
        [one] => one.clone(),
        few if few.len() <= MOST_PREFIXES => format!("({})", few.join("|")),
        _ => "[A-Z][0-9A-Z_]*".to_owned(),
    }
}

/// The class of the characters that there are: letters of a case and digits as a whole, signs one by one.
fn class(values: &BTreeSet<&str>) -> String {
    let any = |test: fn(&u8) -> bool| values.iter().any(|value| value.bytes().any(|byte| test(&byte)));
    let mut class = "[".to_owned();
    for (there, range) in [
        (any(u8::is_ascii_digit), "0-9"),
        (any(u8::is_ascii_uppercase), "A-Z"),
        (any(u8::is_ascii_lowercase), "a-z"),
    ] {
        if there {
            class.push_str(range);
        }
    }
    let signs: BTreeSet<char> =
        values.iter().flat_map(|value| value.chars()).filter(|c| !c.is_ascii_alphanumeric()).collect();
    for sign in signs {
        if r"\[]^&~-".contains(sign) {
            class.push('\\');
        }
        class.push(sign);
    }
    if class.len() == 1 {
        // Nothing but empty segments.
        class.push_str("^/");
    }
    class.push(']');
    class
}
