//! The shapes in which a refusal is answered. The place decides the shape, not the error.

mod authorization;
mod bearer;
mod document;
mod log;
mod oauth;
mod page;
mod reason;
mod retry_after;
mod told;

pub(crate) use authorization::{cannot_return, deliver, go_on, person};
pub(crate) use bearer::BearerError;
pub(crate) use document::Document;
pub(crate) use log::log_cause;
pub(crate) use oauth::OAuthError;
pub(crate) use page::{PageRefusal, sentence};
pub(crate) use reason::Reason;
pub(crate) use retry_after::retry_after;
pub(crate) use told::{Told, form_errors};
