//! `/developer/clients`: the clients a developer made.

mod address;
mod delete;
mod edit;
mod form;
mod frame;
mod list;
mod logo;
mod managed;
mod new;
mod protocol;
mod secrets;
mod show;

use postern_templating::Notice;

pub(super) use address::of as url_of;
pub(super) use list::{PAGE, row};
pub(super) use show::unused_scopes;

use crate::rights::{Right, Routes};

/// What was just done with a client, as the list it is gone from says it.
pub(super) fn done_notice(code: Option<&str>) -> Option<Notice> {
    address::Done::notice(code)
}

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/developer/clients", Right::Session, list::list)
        .get("/developer/clients/new", Right::Session, new::form)
        .post("/developer/clients/new", Right::Session, new::create)
        .get("/developer/clients/{client}", Right::Session, show::show)
        .get("/developer/clients/{client}/edit", Right::Session, edit::form)
        .post("/developer/clients/{client}/edit", Right::Session, edit::save)
        .post("/developer/clients/{client}/logo", Right::SessionUpload, logo::upload)
        .post("/developer/clients/{client}/secrets", Right::Session, secrets::change)
        .get("/developer/clients/{client}/delete", Right::Session, delete::ask)
        .post("/developer/clients/{client}/delete", Right::Session, delete::delete)
}

#[cfg(test)]
mod tests;
