//! Limits: what a token may be used for, written by its owner, one line a limit.
//!
//! ```text
//! [get,post]URL_REGEX[QueryParam::name==REGEX][JsonData::node==REGEX]
//! ```
//!
//! A request passes when any line matches; no line at all is no limit. Every part of a line but the URL may be left
//! out, and all that are there must hold. Every regular expression (RE2-style, linear time) must match the whole value.

mod compiled;
mod details;
mod json;
mod kept;
mod line;
mod method;
mod node;
mod parse;
mod pattern;
mod propose;
mod query;
mod request;
mod set;
mod url;
mod verdict;

pub use compiled::CompiledLimits;
pub use details::RequestLimit;
pub use kept::{KeptRequest, KeptVerdict, NotKept};
pub use line::{Condition, LimitLine, Place};
pub use method::Method;
pub use node::NodePath;
pub use parse::LimitError;
pub use pattern::Pattern;
pub use propose::{Proposal, ProposedLine, Seen, propose, shape, shape_key};
pub use request::{Body, RequestFacts};
pub use set::{LimitCaps, LimitSet};
pub use url::{RequestUrl, UrlError};
pub use verdict::{LimitVerdict, Shortfall, Unmet};

#[cfg(test)]
mod tests;
