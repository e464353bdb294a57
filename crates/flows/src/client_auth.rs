//! How a client proves who it is at the back-channel endpoints (RFC 6749 section 2.3, OIDC Core section 9).

mod guesses;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_domain::{
    AuthMethod, Client, ClientIdentifier, Params, Plain, Refusal, SecretId, Timestamp, TokenHash,
};

use crate::App;
use crate::clients::record_refusal;

use guesses::Budget;
pub(crate) use guesses::Guesses;

/// Everything about a request that can tell who sends it.
#[derive(Clone, Copy)]
pub struct Sender<'a> {
    /// Every value of the `Authorization` header.
    pub authorization: &'a [&'a [u8]],
    /// The form.
    pub params: &'a Params,
    /// The address it comes from.
    pub address: IpAddr,
    /// The endpoint, as the client's developer knows it.
    pub endpoint: &'static str,
}

/// Without what it proves itself with.
impl fmt::Debug for Sender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sender({} from {})", self.endpoint, self.address)
    }
}

/// A client that has proved who it is as well as it can: public ones only say so.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// The client.
    pub client: Arc<Client>,
    /// How it did.
    pub method: AuthMethod,
    /// With which of its secrets.
    pub secret: Option<SecretId>,
}

/// What a request says of its sender.
#[derive(Debug, PartialEq)]
struct Claimed {
    identifier: String,
    secret: Option<Plain>,
    method: AuthMethod,
}

/// The methods that are checked here. Another one can be registered by nobody and proves nobody.
pub(crate) const METHODS: &[AuthMethod] =
    &[AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost, AuthMethod::None];

/// What is said of a client that is disabled, to whoever has its secret.
pub(crate) const CLOSED: &str = "an administrator has closed this client";

/// Finds out which client sends a request, and refuses one that is disabled.
///
/// # Errors
/// `invalid_client` if it does not prove who it is or is disabled, `invalid_request` if it tries in two ways at once,
/// `too_many_requests` if it failed too often, `temporarily_unavailable` or `server_error` if the database fails.
pub async fn authenticate(app: &App, sender: Sender<'_>) -> Result<Authenticated, Refusal> {
    let authenticated = prove(app, sender).await?;
    if authenticated.client.disabled { Err(Refusal::invalid_client(CLOSED)) } else { Ok(authenticated) }
}

/// Finds out which client sends a request, also if it is disabled. Exactly one method counts, failures have a budget for
/// each client and address, and an unknown client is answered as one whose secret is wrong.
///
/// # Errors
/// `invalid_client` if it does not prove who it is, `invalid_request` if it tries in two ways at once,
/// `too_many_requests` if it failed too often, `temporarily_unavailable` or `server_error` if the database fails.
pub(crate) async fn prove(app: &App, sender: Sender<'_>) -> Result<Authenticated, Refusal> {
    let now = app.clock.now();
    let claimed = claimed(sender.authorization, sender.params)?;
    let client = match ClientIdentifier::parse(&claimed.identifier) {
        Some(identifier) => app.client(&identifier).await?,
        None => None,
    };
    let presented = claimed.secret.as_ref().map(|secret| app.secret_key.hash_text(secret.reveal()));
    let budget = Budget::new(app, client.as_deref(), sender.address);
    let look = || proved(client.as_deref(), claimed.method, presented, now);
    match (budget.guess(app, look).await?, client) {
        (Ok(secret), Some(client)) => Ok(Authenticated { client, method: claimed.method, secret }),
        (outcome, client) => {
            let reason = outcome.err().unwrap_or("there is no such client");
            if let Some(client) = client {
                record_refusal(app, client.id, sender.endpoint, &Refusal::invalid_client(reason)).await;
            }
            Err(Refusal::invalid_client(
                "client authentication failed: the client is unknown, its secret is wrong or missing, or it used a \
                 method that it may not use",
            ))
        }
    }
}

/// The secret by which the client is proved, if it needs one; else what its developer is told.
fn proved(
    client: Option<&Client>,
    method: AuthMethod,
    presented: Option<TokenHash>,
    now: Timestamp,
) -> Result<Option<SecretId>, &'static str> {
    let found = presented.and_then(|hash| matching(client, hash, now));
    let Some(client) = client else { return Err("there is no such client") };
    if !client.metadata.allows_auth_method(method) {
        return Err(match method {
            AuthMethod::None => "the client sent no secret, but it must authenticate",
            AuthMethod::ClientSecretBasic => "the client may not use client_secret_basic",
            AuthMethod::ClientSecretPost => "the client may not use client_secret_post",
            AuthMethod::PrivateKeyJwt => "the client may not use private_key_jwt",
            AuthMethod::ClientSecretJwt => "the client may not use client_secret_jwt",
        });
    }
    match (method, found) {
        (AuthMethod::None, _) => Ok(None),
        (AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt, _) => {
            Err("the client must authenticate with a JWT, and this server takes none")
        }
        (AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost, Some(secret)) => Ok(Some(secret)),
        (AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost, None) => {
            Err("the client secret is wrong, or has ended")
        }
    }
}

/// Compares with every secret, in a time that does not tell which one differs where.
fn matching(client: Option<&Client>, presented: TokenHash, now: Timestamp) -> Option<SecretId> {
    let mut found = None;
    for secret in client.into_iter().flat_map(|client| client.live_secrets(now)) {
        if secret.hash.same_as(&presented) {
            found = Some(secret.id);
        }
    }
    found
}

fn claimed(authorization: &[&[u8]], params: &Params) -> Result<Claimed, Refusal> {
    let (identifier, secret) = (params.get("client_id"), params.get("client_secret"));
    match authorization {
        [] => {}
        [header] => {
            let claimed = basic(header)
                .ok_or_else(|| Refusal::invalid_client("the Authorization header is not valid HTTP Basic"))?;
            if secret.is_some() {
                return Err(Refusal::invalid_request(
                    "the client authenticates in the header and in the body; use one of them (RFC 6749 section 2.3)",
                ));
            }
            if identifier.is_some_and(|identifier| identifier != claimed.identifier) {
                return Err(Refusal::invalid_request(
                    "client_id is another one than in the Authorization header",
                ));
            }
            return Ok(claimed);
        }
        _ => return Err(Refusal::invalid_request("there is more than one Authorization header")),
    }
    let Some(identifier) = identifier else {
        return Err(Refusal::invalid_client("no client authentication was sent, and no client_id"));
    };
    let method = if secret.is_some() { AuthMethod::ClientSecretPost } else { AuthMethod::None };
    Ok(Claimed {
        identifier: identifier.to_owned(),
        secret: secret.map(|secret| Plain::new(secret.to_owned())),
        method,
    })
}

/// Id and secret, each form-encoded before they were put into Basic (RFC 6749 section 2.3.1).
fn basic(header: &[u8]) -> Option<Claimed> {
    let (scheme, encoded) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim_start_matches(' ')).ok()?).ok()?;
    let (identifier, secret) = pair.split_once(':')?;
    Some(Claimed {
        identifier: form_decoded(identifier)?,
        secret: Some(Plain::new(form_decoded(secret)?)),
        method: AuthMethod::ClientSecretBasic,
    })
}

fn form_decoded(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    if text.contains('&') {
        return None;
    }
    Params::parse(format!("value={text}").as_bytes()).ok()?.get("value").map(str::to_owned)
}

#[cfg(test)]
mod tests;
