use std::fmt;
use std::future::Future;
use std::pin::Pin;

use postern_domain::{Client, GrantName, Params, Refusal, Timestamp};

use super::authorization_code::AuthorizationCode;
use super::refresh_token::RefreshToken;
use crate::issue::TokenAnswer;
use crate::{App, Config};

/// The future of an exchange.
pub type Exchange<'a> = Pin<Box<dyn Future<Output = Result<TokenAnswer, Refusal>> + Send + 'a>>;

/// A way to get tokens.
pub trait Grant: Sync {
    /// Its name: `grant_type`.
    fn name(&self) -> GrantName;

    /// Whether clients without a secret may use it.
    fn public_clients(&self) -> bool;

    /// Whether the instance offers it.
    fn enabled(&self, config: &Config) -> bool;

    /// Turns what the client holds into tokens.
    fn exchange<'a>(&'a self, app: &'a App, request: Request<'a>) -> Exchange<'a>;
}

/// A token request of a client that has proved who it is.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The client.
    pub client: &'a Client,
    /// The form.
    pub params: &'a Params,
    /// The present.
    pub now: Timestamp,
}

/// Every way there is. Discovery, registration and the forms of the dashboard read this table.
pub static GRANTS: [&dyn Grant; 2] = [&AuthorizationCode, &RefreshToken];

impl fmt::Debug for dyn Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}
