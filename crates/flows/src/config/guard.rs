use std::net::SocketAddr;

use postern_domain::Lifetime;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Listen;

/// What stands in front of other APIs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Guard {
    /// In which headers a reverse proxy says what is asked.
    pub headers: GuardHeaders,
    /// Whether calls are counted as those of our own API are, and answered 429 when they are too many.
    pub rate_limits: bool,
    /// What the URLs require; without any, every URL is open to every token whose limits let it pass.
    pub routes: Vec<GuardRoute>,
    /// The API behind it, by its identifier in `resources`: tokens for others only are refused. A route may name another
    /// one; where none is named, tokens for any API pass.
    pub resource: Option<String>,
    /// Whether the API gets a short JWT that says who asks.
    pub identity_token: bool,
    /// The `aud` of that JWT, a URI; without one, scheme and host of what is asked for.
    pub identity_audience: Option<String>,
    /// How long it is good for.
    pub identity_lifetime: Lifetime,
    /// Where `postern guard` listens.
    pub listen: Listen,
    /// The URL by which people reach what `postern guard` stands in front of; without one, requests say it.
    pub public_url: Option<Url>,
}

/// In which headers a reverse proxy says what is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GuardHeaders {
    /// `X-Forwarded-Method`, `-Proto`, `-Host` and `-Uri`.
    #[default]
    XForwarded,
    /// `X-Original-Method` and `X-Original-URL`.
    XOriginal,
}

/// What requests to some URLs require.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GuardRoute {
    /// The regular expression that the whole URL without its query matches, as in limits.
    pub pattern: String,
    /// The methods; none is any.
    pub methods: Vec<String>,
    /// The scopes that the token must hold, all of them.
    pub scopes: Vec<String>,
    /// The API that these URLs are of, if it is not the guard's.
    pub resource: Option<String>,
    /// The `acr` of the sign-in behind the token, one of these (RFC 9470); none is any.
    pub acr_values: Vec<String>,
    /// How long ago that sign-in may be.
    pub max_age: Option<Lifetime>,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            headers: GuardHeaders::default(),
            rate_limits: false,
            routes: Vec::new(),
            resource: None,
            identity_token: false,
            identity_audience: None,
            identity_lifetime: Lifetime::seconds(60),
            listen: Listen::Tcp(SocketAddr::from(([127, 0, 0, 1], 8081))),
            public_url: None,
        }
    }
}
