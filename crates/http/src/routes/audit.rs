//! `/audit`: what was called with which token, and who changed what.

mod asked;
mod explain;
mod export;
mod list;
mod row;
mod sentence;

pub(super) use row::row;

use crate::rights::{Right, Routes};

const PATH: &str = "/audit";

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(PATH, Right::Session, list::list)
        .get("/audit/export", Right::Session, export::export)
        .get("/audit/{id}", Right::Session, explain::explain)
}

#[cfg(test)]
mod tests;
