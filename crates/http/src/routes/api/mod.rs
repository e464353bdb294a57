//! The REST API: one file for each kind of thing. What they have in common is in `crate::api`.

mod consents;
mod oauth_clients;
mod scopes;
mod sessions;
mod users;

use crate::rights::Routes;

/// Every operation of the API.
pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(consents::routes())
        .merge(oauth_clients::routes())
        .merge(scopes::routes())
        .merge(sessions::routes())
        .merge(users::routes())
}
