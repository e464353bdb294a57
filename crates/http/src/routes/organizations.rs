//! `/organizations` and below: the organizations that a person belongs to.

mod clients;
mod delete;
mod done;
mod join;
mod list;
mod members;
mod members_page;
mod new;
mod overview;
mod place;
mod settings;
mod settings_page;

pub(crate) use place::{AtPlace, Place, refused};

use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(list::PATH, Right::Session, list::list)
        .get(new::PATH, Right::Session, new::form)
        .post(new::PATH, Right::Session, new::create)
        .get(join::PATH, Right::Session, join::look)
        .post(join::PATH, Right::Session, join::answer)
        .get("/organizations/{slug}", Right::Session, overview::at_its_name)
        .get("/organizations/{slug}/overview", Right::Session, overview::show)
        .get("/organizations/{slug}/members", Right::Session, members::show)
        .post("/organizations/{slug}/members", Right::Session, members::change)
        .get("/organizations/{slug}/clients", Right::Session, clients::list)
        .get("/organizations/{slug}/settings", Right::Session, settings::show)
        .post("/organizations/{slug}/settings", Right::Session, settings::change)
        .get("/organizations/{slug}/delete", Right::Session, delete::ask)
        .post("/organizations/{slug}/delete", Right::Session, delete::delete)
}

#[cfg(test)]
mod tests;
