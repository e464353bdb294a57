//! `/admin`: the console, for administrators.

mod asked;
mod branding;
mod clients;
mod keys;
mod mails;
mod organizations;
mod overview;
mod providers;
mod settings;
mod user;
mod user_new;
mod users;

use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/admin", Right::Session, overview::show)
        .get("/admin/branding", Right::Session, branding::show)
        .post("/admin/branding", Right::Session, branding::change)
        .post("/admin/branding/logo", Right::SessionUpload, branding::upload)
        .get("/admin/organizations", Right::Session, organizations::list)
        .post("/admin/organizations", Right::Session, organizations::set_tier)
        .get("/admin/clients", Right::Session, clients::list)
        .post("/admin/clients", Right::Session, clients::set_state)
        .get("/admin/keys", Right::Session, keys::list)
        .post("/admin/keys", Right::Session, keys::rotate)
        .get("/admin/mails", Right::Session, mails::list)
        .post("/admin/mails", Right::Session, mails::retry)
        .get("/admin/providers", Right::Session, providers::list)
        .get("/admin/settings", Right::Session, settings::list)
        .get("/admin/users", Right::Session, users::list)
        .get("/admin/users/new", Right::Session, user_new::show)
        .post("/admin/users/new", Right::Session, user_new::make)
        .get("/admin/users/{id}", Right::Session, user::show)
        .post("/admin/users/{id}", Right::Session, user::act)
}

#[cfg(test)]
mod tests;
