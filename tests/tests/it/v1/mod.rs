//! `/v1/oauth2/…`

mod authorize;
mod claims;
mod code;
mod consent;
mod logout;
mod organization;
mod pkce;
mod protocol;
mod redirect_uri;
mod refresh;
mod resources;
mod signed;
mod token_text;
