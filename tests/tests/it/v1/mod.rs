//! `/v1/oauth2/…`

mod authorize;
mod code;
mod pkce;
mod redirect_uri;
mod refresh;
mod token_text;
