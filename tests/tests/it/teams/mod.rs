//! Organizations, tokens and customers: what holds on every page and every operation that has to do with them. Pages are
//! found by following links, operations in the OpenAPI document, so that a new one is tried without being named here.

mod foreign;
mod forms;
mod long;
pub(crate) mod mails;
mod operations;
mod place;
mod proof;
mod texts;

pub(crate) use place::Place;
