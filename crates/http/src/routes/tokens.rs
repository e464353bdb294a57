//! `/settings/tokens`, `/organizations/{slug}/tokens` and `/admin/tokens`: tokens for scripts, by whose they are.

mod asked;
mod bulk;
mod calls;
mod done;
mod explained;
mod form;
mod learn;
mod list;
mod new;
mod postman;
mod renew;
mod replay;
mod revoke;
mod rotate;
mod row;
mod show;
mod snippets;
mod try_request;
mod value;

use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/settings/tokens", Right::Session, list::list)
        .get("/settings/tokens/new", Right::Session, new::form)
        .post("/settings/tokens/new", Right::Session, new::create)
        .get("/settings/tokens/{id}", Right::Session, show::show)
        .post("/settings/tokens/{id}", Right::Session, show::act)
        .get("/settings/tokens/{id}/try", Right::Session, try_request::form)
        .post("/settings/tokens/{id}/try", Right::Session, try_request::tried)
        .get("/settings/tokens/{id}/replay", Right::Session, replay::form)
        .post("/settings/tokens/{id}/replay", Right::Session, replay::act)
        .get("/settings/tokens/{id}/learn", Right::Session, learn::proposed)
        .post("/settings/tokens/{id}/learn", Right::Session, learn::apply)
        .get("/settings/tokens/{id}/postman.json", Right::Session, postman::collection)
        .get("/settings/tokens/{id}/rotate", Right::Session, rotate::ask)
        .post("/settings/tokens/{id}/rotate", Right::Session, rotate::rotate)
        .get("/settings/tokens/{id}/renew", Right::Session, renew::ask)
        .post("/settings/tokens/{id}/renew", Right::Session, renew::renew)
        .get("/settings/tokens/{id}/revoke", Right::Session, revoke::ask)
        .post("/settings/tokens/{id}/revoke", Right::Session, revoke::revoke)
        .get("/organizations/{slug}/tokens", Right::Session, list::list)
        .get("/organizations/{slug}/tokens/new", Right::Session, new::form)
        .post("/organizations/{slug}/tokens/new", Right::Session, new::create)
        .get("/organizations/{slug}/tokens/{id}", Right::Session, show::show)
        .post("/organizations/{slug}/tokens/{id}", Right::Session, show::act)
        .get("/organizations/{slug}/tokens/{id}/try", Right::Session, try_request::form)
        .post("/organizations/{slug}/tokens/{id}/try", Right::Session, try_request::tried)
        .get("/organizations/{slug}/tokens/{id}/replay", Right::Session, replay::form)
        .post("/organizations/{slug}/tokens/{id}/replay", Right::Session, replay::act)
        .get("/organizations/{slug}/tokens/{id}/learn", Right::Session, learn::proposed)
        .post("/organizations/{slug}/tokens/{id}/learn", Right::Session, learn::apply)
        .get("/organizations/{slug}/tokens/{id}/postman.json", Right::Session, postman::collection)
        .get("/organizations/{slug}/tokens/{id}/rotate", Right::Session, rotate::ask)
        .post("/organizations/{slug}/tokens/{id}/rotate", Right::Session, rotate::rotate)
        .get("/organizations/{slug}/tokens/{id}/renew", Right::Session, renew::ask)
        .post("/organizations/{slug}/tokens/{id}/renew", Right::Session, renew::renew)
        .get("/organizations/{slug}/tokens/{id}/revoke", Right::Session, revoke::ask)
        .post("/organizations/{slug}/tokens/{id}/revoke", Right::Session, revoke::revoke)
        .get("/admin/tokens", Right::Session, list::list)
        .get("/admin/tokens/new", Right::Session, new::form)
        .post("/admin/tokens/new", Right::Session, new::create)
        .get("/admin/tokens/revoke", Right::Session, bulk::ask)
        .post("/admin/tokens/revoke", Right::Session, bulk::revoke)
        .get("/admin/tokens/{id}/replay", Right::Session, replay::form)
        .post("/admin/tokens/{id}/replay", Right::Session, replay::act)
        .get("/admin/tokens/{id}/learn", Right::Session, learn::proposed)
        .post("/admin/tokens/{id}/learn", Right::Session, learn::apply)
        .get("/admin/tokens/{id}/renew", Right::Session, renew::ask)
        .post("/admin/tokens/{id}/renew", Right::Session, renew::renew)
        .get("/admin/tokens/{id}/revoke", Right::Session, revoke::ask)
        .post("/admin/tokens/{id}/revoke", Right::Session, revoke::revoke)
}

#[cfg(test)]
mod tests;
