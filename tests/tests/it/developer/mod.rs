//! `/developer/clients`

mod clients;
mod inert;

pub(crate) use inert::{PAYLOADS, assert_inert};
