//! `/settings/…`

mod security;
mod sessions;
