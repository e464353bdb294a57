use std::fmt;

use super::method::Method;
use super::node::NodePath;
use super::parse::{self, LimitError};
use super::pattern::Pattern;

/// One limit: which requests it lets pass.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LimitLine {
    /// The methods; `None` is any.
    pub(super) methods: Option<Vec<Method>>,
    /// What the URL without its query must match.
    pub(super) url: Pattern,
    /// What else must hold.
    pub(super) conditions: Vec<Condition>,
}

/// What a value of the request must match.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition {
    /// Where the value is.
    pub place: Place,
    /// What it must match.
    pub pattern: Pattern,
}

/// Where in a request a value is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// `QueryParam`: every parameter of this name in the query of the URL.
    QueryParam(String),
    /// `JsonData`: every value there in the JSON body.
    JsonData(NodePath),
}

impl LimitLine {
    /// Reads a line as its owner wrote it.
    ///
    /// # Errors
    /// Says what is wrong, and at which column.
    pub fn parse(line: &str) -> Result<Self, LimitError> {
        parse::line(line).map(|(line, _)| line)
    }

    /// A line that was put together by a program.
    pub const fn new(methods: Option<Vec<Method>>, url: Pattern, conditions: Vec<Condition>) -> Self {
        Self { methods, url, conditions }
    }

    /// The methods it names; `None` is any.
    pub fn methods(&self) -> Option<&[Method]> {
        self.methods.as_deref()
    }

    /// Whether it is about requests of this method; `None` is one that is not registered.
    pub(super) fn takes(&self, method: Option<Method>) -> bool {
        self.methods.as_ref().is_none_or(|methods| method.is_some_and(|method| methods.contains(&method)))
    }

    /// What the URL without its query must match.
    pub const fn url(&self) -> &Pattern {
        &self.url
    }

    /// What else must hold.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }
}

impl fmt::Display for LimitLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(methods) = &self.methods {
            let names: Vec<String> = methods.iter().map(|method| method.as_str().to_lowercase()).collect();
            write!(f, "[{}]", names.join(","))?;
        }
        self.url.fmt(f)?;
        self.conditions.iter().try_for_each(|condition| condition.fmt(f))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}=={}]", self.place, self.pattern)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QueryParam(name) => write!(f, "{}{name}", parse::QUERY_PARAM),
            Self::JsonData(node) => write!(f, "{}{node}", parse::JSON_DATA),
        }
    }
}
