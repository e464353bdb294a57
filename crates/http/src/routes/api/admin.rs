//! `/v1/admin`: what administrators see and change of others.

mod organizations;
mod users;

use crate::rights::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().merge(organizations::routes()).merge(users::routes())
}
