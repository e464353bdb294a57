use postern_flows::Paging;
use uuid::Uuid;

use super::Problem;

/// A parameter of a query.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) kind: ParameterKind,
}

/// What a parameter can be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ParameterKind {
    /// Any text; an empty one is none.
    Text,
    /// How many items, from 1 to 100.
    Limit,
    /// The id of something.
    Id,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// How many items of a list are wanted.
pub(super) const LIMIT: Parameter = Parameter {
    name: "limit",
    description: "Most items of the answer: 1 to 100, else 25.",
    kind: ParameterKind::Limit,
};
/// Which part of a list is wanted.
pub(super) const CURSOR: Parameter = Parameter {
    name: "cursor",
    description: "The next_cursor of the part before.",
    kind: ParameterKind::Text,
};

impl Parameter {
    /// That it can have this value. An empty one counts as none of a text only: whoever leaves out an id by mistake would
    /// be answered about something else.
    ///
    /// # Errors
    /// `invalid_request` that says what it can be.
    pub(super) fn check(&self, value: &str) -> Result<(), Problem> {
        let name = self.name;
        let expected = match self.kind {
            ParameterKind::Limit if Paging::parse(Some(value), None).is_err() => {
                "a whole number from 1 to 100".to_owned()
            }
            ParameterKind::Id if value.parse::<Uuid>().is_err() => "an id".to_owned(),
            ParameterKind::OneOf(words) if !words.contains(&value) => format!("one of {}", words.join(", ")),
            _ => return Ok(()),
        };
        Err(Problem::malformed(format!("{name} must be {expected}")))
    }
}
