use std::fmt;

use regex_syntax::hir::{Hir, HirKind};

/// Longest regular expression, in bytes.
const LONGEST: usize = 2_048;
/// Most places at which a match can stand at once, with counted repetitions written out: it bounds the time a match takes.
const MOST_POSITIONS: usize = 600;
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
    /// As it was kept; what is wrong with it shows when it is compiled.
    pub(super) const fn kept(text: String) -> Self {
        Self(text)
    }

    /// That it is one, that it is anchored as a whole, and that it can't become slow.
    pub(super) fn check(&self) -> Result<(), PatternError> {
        let whole = |message: String| PatternError { at: 0, message };
        if self.0.len() > LONGEST {
            return Err(whole(format!("the expression is longer than {LONGEST} bytes")));
        }
        let hir = regex_syntax::Parser::new().parse(&self.0).map_err(|error| self.syntax(&error))?;
        if positions(&hir) > MOST_POSITIONS {
            return Err(whole(
                "the expression repeats too much to be fast: use smaller numbers in {…}, or * and +"
                    .to_owned(),
            ));
        }
        match regex::RegexBuilder::new(&self.anchored()).size_limit(COMPILED_SIZE).build() {
            Ok(_) => Ok(()),
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

/// In how many places of the expression a match can stand, with counted repetitions written out.
fn positions(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(_) => 1,
        HirKind::Capture(capture) => positions(&capture.sub),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            positions(&repetition.sub).saturating_mul(usize::try_from(times).unwrap_or(usize::MAX))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(positions).fold(0, usize::saturating_add)
        }
    }
}
