use std::fmt;

use super::line::{Condition, LimitLine, Place};
use super::method::Method;
use super::node::NodePath;
use super::pattern::Pattern;

/// How a condition on a parameter of the query begins.
pub(super) const QUERY_PARAM: &str = "QueryParam::";
/// How a condition on a value of the JSON body begins.
pub(super) const JSON_DATA: &str = "JsonData::";

/// What is wrong with a limit, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct LimitError {
    /// The line among those that were given, counted from 1.
    pub line: usize,
    /// The character of the line, counted from 1.
    pub column: usize,
    /// What is wrong there, and what to write instead.
    pub message: String,
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// Reads a line and checks its expressions; answers what they weigh together, too.
pub(super) fn line(text: &str) -> Result<(LimitLine, usize), LimitError> {
    let scanner = Scanner { text };
    let (line, places) = scanner.line()?;
    let patterns = [&line.url].into_iter().chain(line.conditions.iter().map(|condition| &condition.pattern));
    let mut weight = 0;
    for (pattern, start) in patterns.zip(places) {
        weight += pattern.check().map_err(|error| {
            let before = text.get(..start).map_or(0, |before| before.chars().count());
            LimitError { line: 1, column: before + error.at + 1, message: error.message }
        })?;
    }
    Ok((line, weight))
}

/// Reads a line that was checked when it was written down.
pub(super) fn kept_line(text: &str) -> Result<LimitLine, LimitError> {
    Scanner { text }.line().map(|(line, _)| line)
}

struct Scanner<'a> {
    text: &'a str,
}

impl<'a> Scanner<'a> {
    /// The line, and at which byte each of its expressions begins.
    fn line(&self) -> Result<(LimitLine, Vec<usize>), LimitError> {
        if let Some(at) = self.text.find(|c: char| c.is_control()) {
            return Err(self.error(at, "a control character can't be part of a limit"));
        }
        let (methods, url_start) = self.methods()?;
        let mut at = self.url_end(url_start)?;
        let url = self.slice(url_start, at);
        if url.trim().is_empty() {
            return Err(self.error(url_start, "the URL is missing: write .* for any"));
        }
        let mut starts = vec![url_start];
        let mut conditions = Vec::new();
        while at < self.text.len() {
            let (condition, start, end) = self.condition(at)?;
            conditions.push(condition);
            starts.push(start);
            at = end;
        }
        Ok((LimitLine { methods, url: Pattern::kept(url.to_owned()), conditions }, starts))
    }

    /// The methods that a `[` at the very start opens, and where the URL begins.
    fn methods(&self) -> Result<(Option<Vec<Method>>, usize), LimitError> {
        if !self.text.starts_with('[') {
            return Ok((None, 0));
        }
        let end = self.text.find(']').ok_or_else(|| {
            self.error(0, "a [ at the start opens the methods, as in [get,post], and its ] is missing")
        })?;
        let mut methods = Vec::new();
        let mut at = 1;
        for name in self.slice(1, end).split(',') {
            let method = Method::parse(name.trim()).ok_or_else(|| {
                let message = match name.trim() {
                    "" => "a method is missing; write [get] or [get,post]".to_owned(),
                    name => format!(
                        "“{name}” is no HTTP method. A [ at the start always opens the methods: for a class of \
                         characters there, write ([…])"
                    ),
                };
                self.error(at + name.len() - name.trim_start().len(), message)
            })?;
            if !methods.contains(&method) {
                methods.push(method);
            }
            at += name.len() + 1;
        }
        Ok((Some(methods), end + 1))
    }

    /// Where the expression of the URL ends: at the first condition, or with the line.
    fn url_end(&self, start: usize) -> Result<usize, LimitError> {
        let mut classes = Classes::default();
        for (at, character) in self.slice(start, self.text.len()).char_indices() {
            let at = start + at;
            if character == '[' && classes.is_outside() {
                let rest = self.slice(at + 1, self.text.len());
                if rest.starts_with(QUERY_PARAM) || rest.starts_with(JSON_DATA) {
                    return Ok(at);
                }
                if let Some(known) = misspelt(rest) {
                    return Err(self.error(at + 1, format!("write {known} in exactly these letters")));
                }
            }
            classes.next(character);
        }
        Ok(self.text.len())
    }

    /// The condition that begins at the bracket at `at`; where its expression begins; where the next part does.
    fn condition(&self, at: usize) -> Result<(Condition, usize, usize), LimitError> {
        let rest = self.slice(at, self.text.len());
        let inside = rest.strip_prefix('[').ok_or_else(|| {
            self.error(at, "only [QueryParam::name==…] and [JsonData::node==…] can follow a condition")
        })?;
        let (keyword, json) = match (inside.starts_with(QUERY_PARAM), inside.starts_with(JSON_DATA)) {
            (true, _) => (QUERY_PARAM, false),
            (_, true) => (JSON_DATA, true),
            _ => return Err(self.error(at + 1, "a condition begins with QueryParam:: or JsonData::")),
        };
        let name_start = at + 1 + keyword.len();
        let name_end = self.name_end(name_start)?;
        let name = self.slice(name_start, name_end);
        let place = if json {
            Place::JsonData(NodePath::parse(name).map_err(|(characters, message)| {
                let offset = name.char_indices().nth(characters).map_or(name.len(), |(offset, _)| offset);
                self.error(name_start + offset, message)
            })?)
        } else if name.is_empty() {
            return Err(self.error(name_start, "the name of the parameter is missing"));
        } else {
            Place::QueryParam(name.to_owned())
        };
        let start = name_end + 2;
        let mut classes = Classes::default();
        for (offset, character) in self.slice(start, self.text.len()).char_indices() {
            if character == ']' && classes.is_outside() {
                let pattern = Pattern::kept(self.slice(start, start + offset).to_owned());
                return Ok((Condition { place, pattern }, start, start + offset + 1));
            }
            classes.next(character);
        }
        Err(self.error(at, "the ] that ends this condition is missing"))
    }

    /// Where the `==` after the name that begins at `start` is.
    fn name_end(&self, start: usize) -> Result<usize, LimitError> {
        let mut escaped = false;
        for (offset, character) in self.slice(start, self.text.len()).char_indices() {
            let at = start + offset;
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '=' if self.slice(at, at + 2) == "==" => return Ok(at),
                _ => {}
            }
        }
        Err(self.error(start, "the == between the name and what it must match is missing"))
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn error(&self, at: usize, message: impl Into<String>) -> LimitError {
        let column = self.slice(0, at).chars().count() + 1;
        LimitError { line: 1, column, message: message.into() }
    }
}

/// What begins with a keyword in other letters.
fn misspelt(rest: &str) -> Option<&'static str> {
    [QUERY_PARAM, JSON_DATA]
        .into_iter()
        .find(|known| rest.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known)))
}

/// Whether the next character of an expression is inside a class such as `[a-z]`. Classes may hold classes.
#[derive(Default)]
struct Classes {
    depth: usize,
    escaped: bool,
    /// A `]` right after the beginning of a class, or of its negation, is one of its characters.
    begins: bool,
}

impl Classes {
    const fn is_outside(&self) -> bool {
        self.depth == 0 && !self.escaped
    }

    fn next(&mut self, character: char) {
        let begins = std::mem::take(&mut self.begins);
        match character {
            _ if self.escaped => self.escaped = false,
            '\\' => self.escaped = true,
            '[' => {
                self.depth += 1;
                self.begins = true;
            }
            '^' if begins => self.begins = true,
            ']' if self.depth > 0 && !begins => self.depth -= 1,
            _ => {}
        }
    }
}
