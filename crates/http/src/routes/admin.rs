//! `/admin`: the console, for administrators.

mod asked;
mod user;
mod users;

use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/admin/users", Right::Session, users::list)
        .get("/admin/users/{id}", Right::Session, user::show)
        .post("/admin/users/{id}", Right::Session, user::act)
}

#[cfg(test)]
mod tests;
