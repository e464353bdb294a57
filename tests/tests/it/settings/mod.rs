//! `/settings/…`

mod account;
mod security;
mod sessions;
