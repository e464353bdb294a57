use std::fmt;

use super::json::Json;

/// Where a value lies in a JSON body: names joined by dots, `[*]` for every element of an array, such as
/// `fields.labels[*].name`. A dot, bracket, `=` or backslash that belongs to a name has a backslash in front.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodePath(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Step {
    /// The field of an object.
    Field(String),
    /// Every element of an array.
    Each,
}

impl NodePath {
    /// Reads a path; an error says at which of its characters, counted from 0, it goes wrong and how.
    pub(super) fn parse(text: &str) -> Result<Self, (usize, &'static str)> {
        let mut steps = Vec::new();
        let mut name = String::new();
        let mut rest = text.chars().enumerate().peekable();
        let mut wants_name = true;
        while let Some((at, character)) = rest.next() {
            match character {
                '\\' => match rest.next() {
                    Some((_, escaped)) => name.push(escaped),
                    None => return Err((at, "a backslash stands in front of nothing")),
                },
                '.' if name.is_empty() && wants_name => {
                    return Err((at, "a name is missing in front of the dot"));
                }
                '.' => {
                    flush(&mut name, &mut steps);
                    wants_name = true;
                    continue;
                }
                '[' => {
                    let each =
                        rest.next().map(|(_, c)| c) == Some('*') && rest.next().map(|(_, c)| c) == Some(']');
                    if !each {
                        return Err((at, "only [*], every element of an array, can stand in brackets"));
                    }
                    if name.is_empty() && wants_name && !steps.is_empty() {
                        return Err((at, "a name is missing between the dot and [*]"));
                    }
                    flush(&mut name, &mut steps);
                    steps.push(Step::Each);
                    wants_name = false;
                    if rest.peek().is_some_and(|(_, next)| !matches!(next, '.' | '[')) {
                        return Err((at, "a dot is missing after [*]"));
                    }
                    continue;
                }
                ']' => return Err((at, "write \\] for a bracket that belongs to a name")),
                plain => name.push(plain),
            }
            wants_name = false;
        }
        flush(&mut name, &mut steps);
        match wants_name {
            true => Err((text.chars().count(), "the name of a field is missing")),
            false => Ok(Self(steps)),
        }
    }

    /// Every value that lies there; none at all if one of the ways to it breaks off, an empty array included.
    pub(super) fn values<'a, 'b>(&self, body: &'a Json<'b>) -> Option<Vec<&'a Json<'b>>> {
        let mut found = vec![body];
        for step in &self.0 {
            let mut next = Vec::with_capacity(found.len());
            for value in found {
                match (step, value) {
                    (Step::Field(name), Json::Object(fields)) => {
                        next.push(fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)?);
                    }
                    (Step::Each, Json::Array(items)) if !items.is_empty() => next.extend(items),
                    _ => return None,
                }
            }
            found = next;
        }
        Some(found)
    }
}

fn flush(name: &mut String, steps: &mut Vec<Step>) {
    if !name.is_empty() {
        steps.push(Step::Field(std::mem::take(name)));
    }
}

impl fmt::Display for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Each => f.write_str("[*]")?,
                Step::Field(name) => {
                    if at > 0 {
                        f.write_str(".")?;
                    }
                    for character in name.chars() {
                        if matches!(character, '.' | '[' | ']' | '=' | '\\') {
                            f.write_str("\\")?;
                        }
                        write!(f, "{character}")?;
                    }
                }
            }
        }
        Ok(())
    }
}
