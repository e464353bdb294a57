//! `/v1/oauth2/…`

mod authorize;
mod code;
mod consent;
mod organization;
mod pkce;
mod protocol;
mod redirect_uri;
mod refresh;
mod token_text;
