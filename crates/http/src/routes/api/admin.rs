//! `/v1/admin`: what administrators see and change of others.

mod branding;
mod keys;
mod oauth_clients;
mod organizations;
mod providers;
mod server;
mod users;

use crate::rights::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .merge(branding::routes())
        .merge(keys::routes())
        .merge(server::routes())
        .merge(oauth_clients::routes())
        .merge(organizations::routes())
        .merge(providers::routes())
        .merge(users::routes())
}
