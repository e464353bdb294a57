//! One file for each endpoint; here they come together.

mod account;
mod admin;
mod api;
mod applications;
mod assets;
mod audit;
mod authenticator;
mod authorize;
mod check_session;
mod choose_organization;
mod client_registration;
mod clients;
mod connections;
mod consent;
mod customers;
mod discovery;
mod docs;
mod guard;
mod health;
mod home;
mod impersonation;
mod introspect;
mod jwks;
mod logos;
mod logout;
mod metrics;
mod organizations;
mod passkey;
mod passkeys;
mod profile;
mod profile_email;
mod pushed_request;
mod reauthenticate;
mod recover;
mod recover_password;
mod recovery_codes;
mod register;
mod revoke;
pub(crate) mod second_factor_required;
mod second_step;
mod security;
mod session_api;
mod sessions;
mod setup;
mod sign_in;
mod sign_out;
mod token;
mod tokens;
mod upstream;
mod userinfo;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use postern_domain::Refusal;
use postern_flows::{App, Config};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::answer::PageRefusal;
use crate::api::document;
use crate::middleware::{counted, every_answer, page_answer};
use crate::rights::Routes;
use crate::session;

pub use metrics::metrics_router;
pub(crate) use recover::PATH as RECOVER;

/// Longest that one request may take, its body included.
const DEADLINE: Duration = Duration::from_secs(30);

/// Every route there is.
fn all() -> Routes {
    Routes::new()
        .merge(account::routes())
        .merge(admin::routes())
        .merge(api::routes())
        .merge(applications::routes())
        .merge(assets::routes())
        .merge(audit::routes())
        .merge(authenticator::routes())
        .merge(authorize::routes())
        .merge(check_session::routes())
        .merge(client_registration::routes())
        .merge(clients::routes())
        .merge(connections::routes())
        .merge(consent::routes())
        .merge(customers::routes())
        .merge(discovery::routes())
        .merge(docs::routes())
        .merge(guard::routes())
        .merge(health::routes())
        .merge(home::routes())
        .merge(impersonation::routes())
        .merge(introspect::routes())
        .merge(jwks::routes())
        .merge(logos::routes())
        .merge(logout::routes())
        .merge(metrics::routes())
        .merge(organizations::routes())
        .merge(profile::routes())
        .merge(profile_email::routes())
        .merge(pushed_request::routes())
        .merge(reauthenticate::routes())
        .merge(recover::routes())
        .merge(recover_password::routes())
        .merge(passkey::routes())
        .merge(passkeys::routes())
        .merge(recovery_codes::routes())
        .merge(register::routes())
        .merge(revoke::routes())
        .merge(second_factor_required::routes())
        .merge(second_step::routes())
        .merge(security::routes())
        .merge(session_api::routes())
        .merge(sessions::routes())
        .merge(setup::routes())
        .merge(sign_in::routes())
        .merge(sign_out::routes())
        .merge(token::routes())
        .merge(tokens::routes())
        .merge(upstream::routes())
        .merge(userinfo::routes())
}

/// The OpenAPI document of an instance with these settings, as JSON. What the console set is in the server's own document
/// only: no database is asked here.
pub fn openapi(config: &Config) -> String {
    document(config, &config.branding.name, all().operations())
}

/// The whole server as one service.
pub fn router(app: Arc<App>) -> Router {
    let not_found = || async { PageRefusal::from(Refusal::not_found("there is no page here")) };
    let fallback = Router::new()
        .fallback(not_found)
        .layer(from_fn_with_state(Arc::clone(&app), page_answer))
        .layer(session::layer(&app));
    let routes = all();
    let requests = metrics::counted(&app, || routes.templates());
    let router = routes
        .into_router(&app)
        .fallback_service(fallback.with_state(Arc::clone(&app)))
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, DEADLINE))
        .layer(from_fn_with_state(Arc::clone(&app), every_answer));
    match requests {
        Some(requests) => router.layer(from_fn_with_state(requests, counted)),
        None => router,
    }
    .with_state(app)
}

/// The whole table, for the tests that sweep over it.
#[cfg(test)]
pub(crate) fn table() -> Routes {
    all()
}

#[cfg(test)]
mod tests;
