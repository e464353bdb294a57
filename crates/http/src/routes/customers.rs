//! `/organizations/{slug}/customers`: the customers an organization keeps.

mod form;
mod list;
mod place;

use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    const NEW: &str = "/organizations/{slug}/customers/new";
    const ONE: &str = "/organizations/{slug}/customers/{id}";
    Routes::new()
        .get("/organizations/{slug}/customers", Right::Session, list::list)
        .get(NEW, Right::Session, form::new)
        .post(NEW, Right::Session, form::create)
        .get(ONE, Right::Session, form::show)
        .post(ONE, Right::Session, form::change)
}

#[cfg(test)]
mod tests;
