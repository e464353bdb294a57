//! What all calls of the REST API have in common: who calls, whether they may, how often, and the shape of every answer.

mod access;
mod authenticate;
mod body;
mod caller;
pub(crate) mod challenge;
mod credential;
mod document;
mod gate;
mod in_path;
mod last_resort;
mod listing;
mod operation;
mod parameter;
mod problem;
pub(crate) mod rate_limit;
mod record;
pub(crate) mod strict_json;
pub(crate) mod words;

pub(crate) use access::Access;
pub(crate) use authenticate::by_token;
pub(crate) use body::{JsonBody, OptionalBody, PICTURES, PictureBody, RawBody, present};
pub(crate) use caller::{Call, Caller};
pub(crate) use document::document;
pub(crate) use gate::{Gate, gate, no_such_method, no_such_path};
pub(crate) use in_path::{InPath, InPath2};
pub(crate) use last_resort::dressed;
pub(crate) use listing::{Filters, Listing, part_of};
pub(crate) use operation::{Operation, Taken};
pub(crate) use problem::{FieldProblem, Problem, ProblemDetails};
pub(crate) use record::Came;

#[cfg(test)]
mod tests;
