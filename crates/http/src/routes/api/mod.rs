//! The REST API: one file for each kind of thing. What they have in common is in `crate::api`.

mod admin;
mod audit_events;
mod consents;
mod customer_sessions;
mod customers;
mod invitations;
mod leaked_tokens;
mod limits;
mod my_data;
mod oauth_clients;
mod organizations;
mod scopes;
mod sessions;
mod token_calls;
mod tokens;
mod users;

pub(super) use my_data::MyData;

use axum::http::StatusCode;
use postern_domain::{ErrorCode, Refusal};

use crate::api::Problem;
use crate::rights::Routes;

/// Every operation of the API.
pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(admin::routes())
        .merge(audit_events::routes())
        .merge(consents::routes())
        .merge(customer_sessions::routes())
        .merge(customers::routes())
        .merge(invitations::routes())
        .merge(leaked_tokens::routes())
        .merge(limits::routes())
        .merge(oauth_clients::routes())
        .merge(organizations::routes())
        .merge(scopes::routes())
        .merge(sessions::routes())
        .merge(token_calls::routes())
        .merge(tokens::routes())
        .merge(users::routes())
}

/// The answer to a deletion: what is not there is as good as deleted.
fn gone<T>(outcome: Result<T, Refusal>) -> Result<StatusCode, Problem> {
    match outcome {
        Err(refusal) if refusal.code != ErrorCode::NotFound => Err(refusal.into()),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}
