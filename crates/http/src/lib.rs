//! HTTP in, HTTP out: router, extractors, answers, sessions, one file for each endpoint.
//!
//! A route names the `Right` it requires in the router's table; one that does not, does not build.

mod account_form;
mod answer;
mod api;
mod arrival;
mod audit_event;
mod audit_explained;
mod cross_origin;
mod csp;
mod exposition;
mod face;
mod first_words;
mod form_token;
mod guard;
mod heading;
mod impersonation;
mod language;
mod mails;
mod middleware;
mod page;
mod providers;
mod qr;
mod request;
mod rights;
mod routes;
mod said;
mod server;
mod session;
mod slow_readers;
mod span;
#[cfg(test)]
mod testing;

pub use audit_event::AuditEvent;
pub use audit_explained::AuditExplained;
pub use guard::{Upstream, UpstreamError, guarded};
pub use mails::render_mail;
pub use routes::{metrics_router, openapi, router};
pub use server::{Bound, ServeError, Server};
pub use span::is_from_trusted_proxy;
