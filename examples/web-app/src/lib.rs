//! Ledgerly, a web app that lets people sign in with Postern.
//!
//! It stands for an app written by somebody else: it shares no code with the server, finds every address by
//! discovery and speaks through the `openidconnect` crate alone. What it shows is the whole life of a sign-in:
//! the authorization code flow with PKCE, `state` and `nonce`, the check of `iss` in the answer (RFC 9207), a
//! verified id_token, a call of `userinfo`, a refresh, and a sign-out that revokes the tokens (RFC 7009).

mod account;
mod app;
mod page;
mod provider;
mod session;
mod settings;
mod sign_in;

pub use app::{router, serve};
pub use settings::Settings;
