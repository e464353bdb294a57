use std::collections::BTreeSet;
use std::fmt;

use regex_syntax::hir::{Class, Hir, HirKind};

/// Longest regular expression, in bytes.
const LONGEST: usize = 2_048;
/// Most weight of one expression: what it may cost to match it, per character of the value.
const HEAVIEST: usize = 100;
/// Largest compiled form of one expression, in bytes.
pub(super) const COMPILED_SIZE: usize = 512 * 1024;

/// A regular expression that must match the whole of a value. Syntax and speed are those of RE2: no look-around, no
/// back-references, time linear in the value. `.` is any character but a line break; `(?i)` in front ignores case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(String);

/// What is wrong with a pattern, and at which of its characters, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PatternError {
    pub(super) at: usize,
    pub(super) message: String,
}

impl Pattern {
    /// Reads an expression.
    ///
    /// # Errors
    /// Says what is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let pattern = Self(text.to_owned());
        match pattern.check() {
            Ok(_) => Ok(pattern),
            Err(error) => Err(format!("column {}: {}", error.at + 1, error.message)),
        }
    }

    /// As it was kept; what is wrong with it shows when it is compiled.
    pub(super) const fn kept(text: String) -> Self {
        Self(text)
    }

    /// That it is one, that it is anchored as a whole, and that it can't become slow; answers its weight.
    pub(super) fn check(&self) -> Result<usize, PatternError> {
        let whole = |message: String| PatternError { at: 0, message };
        if self.0.len() > LONGEST {
            return Err(whole(format!("the expression is longer than {LONGEST} bytes")));
        }
        let hir = regex_syntax::Parser::new().parse(&self.0).map_err(|error| self.syntax(&error))?;
        let weight = weight(&hir, false);
        if weight > HEAVIEST {
            return Err(whole(
                "the expression repeats too much to be fast: use smaller numbers in {…}, or * and +"
                    .to_owned(),
            ));
        }
        match regex::RegexBuilder::new(&self.anchored()).size_limit(COMPILED_SIZE).build() {
            Ok(_) => Ok(weight),
            Err(regex::Error::CompiledTooBig(_)) => Err(whole(
                "the expression is too large: use fewer or smaller repetitions and classes".to_owned(),
            )),
            // What is whole by itself but not within a group ends in a comment of the mode `x`.
            Err(_) => Err(whole("the expression can't end in a comment".to_owned())),
        }
    }

    /// The expression that matches exactly the values this one matches as a whole.
    pub(super) fn anchored(&self) -> String {
        format!(r"\A(?:{})\z", self.0)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn syntax(&self, error: &regex_syntax::Error) -> PatternError {
        let (offset, message) = match error {
            regex_syntax::Error::Parse(error) => (error.span().start.offset, error.kind().to_string()),
            regex_syntax::Error::Translate(error) => (error.span().start.offset, error.kind().to_string()),
            _ => (0, "this is no regular expression".to_owned()),
        };
        let at = self.0.get(..offset).map_or(0, |before| before.chars().count());
        PatternError { at, message }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// In how many places of the expression a match can stand at once. Repetitions count as if they were written out; a text
/// that is not repeated does not count, because it has one way to go on.
fn weight(hir: &Hir, repeated: bool) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => {
            if repeated {
                literal.0.len()
            } else {
                0
            }
        }
        HirKind::Class(class) => usize::from(repeated || !is_one_letter(class)),
        HirKind::Capture(capture) => weight(&capture.sub, repeated),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            weight(&repetition.sub, true).saturating_mul(usize::try_from(times).unwrap_or(usize::MAX))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(|part| weight(part, repeated)).fold(0, usize::saturating_add)
        }
    }
}

/// Whether a class is one letter in its cases, which `(?i)` makes of every letter.
fn is_one_letter(class: &Class) -> bool {
    let Class::Unicode(class) = class else { return false };
    let letters: Vec<char> = class.iter().flat_map(|range| range.start()..=range.end()).take(5).collect();
    let same =
        |fold: fn(char) -> String| letters.iter().map(|c| fold(*c)).collect::<BTreeSet<_>>().len() == 1;
    letters.len() < 5 && (same(|c| c.to_lowercase().collect()) || same(|c| c.to_uppercase().collect()))
}
