//! `/v1/admin`: what administrators see and change of others.

mod oauth_clients;
mod organizations;
mod users;

use crate::rights::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(oauth_clients::routes()).merge(organizations::routes()).merge(users::routes())
}
