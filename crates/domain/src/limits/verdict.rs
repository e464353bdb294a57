use std::fmt;

use super::line::{LimitLine, Place};
use super::method::Method;
use crate::{Said, said};

/// What limits say to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitVerdict {
    /// It may pass, by this line, counted from 0; `None` if there are no limits.
    Passed(Option<usize>),
    /// No line lets it pass. How far each line got, in their order.
    Refused(Vec<Shortfall>),
}

/// How far a line got with a request that it does not let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shortfall {
    /// The method is not among those of the line.
    Method,
    /// The URL does not match.
    Url,
    /// The condition of this number does not hold.
    Condition(usize, Unmet),
}

/// Why a condition does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unmet {
    /// The parameter or node is not there.
    Absent,
    /// A parameter is there under a spelling that some programs take for this one.
    Confusing,
    /// A value does not match.
    Value,
    /// What lies there is an array or an object.
    NotScalar,
    /// The query or body can't be read in exactly one way.
    Unreadable(&'static str),
    /// It was not kept, see [`KeptRequest`](super::KeptRequest).
    NotKept,
}

impl LimitVerdict {
    /// Whether the request may pass.
    pub const fn passed(&self) -> bool {
        matches!(self, Self::Passed(_))
    }
}

impl Shortfall {
    /// In words, for a request of this method and the line that it is about.
    pub fn describe(self, line: &LimitLine, method: Option<Method>) -> Said {
        match self {
            Self::Method => match method {
                Some(method) => said("its methods don't include {method}").with("method", method.to_string()),
                None => said("its methods don't include that of the request"),
            },
            Self::Url => said("its URL does not match"),
            Self::Condition(at, unmet) => match line.conditions.get(at) {
                Some(condition) => unmet.describe(&condition.place),
                None => said("a condition does not hold"),
            },
        }
    }
}

impl Unmet {
    /// Of a request whose method and URL match.
    fn describe(self, place: &Place) -> Said {
        let (what, unreadable) = match place {
            Place::QueryParam(name) => (
                said("the parameter “{name}”").with("name", name),
                said("method and URL match, but the query can't be judged: {why}"),
            ),
            Place::JsonData(node) => (
                said("“{node}” of the JSON body").with("node", node.to_string()),
                said("method and URL match, but the body can't be judged: {why}"),
            ),
        };
        match self {
            Self::Absent => said("method and URL match, but {what} is not there"),
            Self::Confusing => said("method and URL match, but {what} is there under another spelling too"),
            Self::Value => said("method and URL match, but {what} does not match"),
            Self::NotScalar => said("method and URL match, but {what} is an array or an object"),
            Self::Unreadable(why) => return unreadable.with("why", said(why)),
            Self::NotKept => said("method and URL match, but {what} was not kept"),
        }
        .with("what", what)
    }
}

impl fmt::Display for LimitVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed(None) => f.write_str("passed: there are no limits"),
            Self::Passed(Some(line)) => write!(f, "passed by line {}", line + 1),
            Self::Refused(lines) => write!(f, "refused by all of {} lines", lines.len()),
        }
    }
}
