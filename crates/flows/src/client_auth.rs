//! How a client proves who it is at the back-channel endpoints (RFC 6749 section 2.3, OIDC Core section 9).

mod assertion;
mod guesses;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_domain::{AuthMethod, Client, Params, Plain, Refusal, SecretId, Timestamp, TokenHash};

use crate::App;
use crate::client_jwt::ClientKeys;
use crate::clients::record_refusal;

use assertion::Assertion;
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
#[derive(Debug)]
struct Claimed<'a> {
    identifier: String,
    proof: Proof<'a>,
}

/// By what it wants to prove it.
#[derive(Debug)]
enum Proof<'a> {
    Nothing,
    Secret(AuthMethod, Plain),
    Assertion(Box<Assertion<'a>>),
}

impl Proof<'_> {
    const fn method(&self) -> AuthMethod {
        match self {
            Self::Nothing => AuthMethod::None,
            Self::Secret(method, _) => *method,
            Self::Assertion(assertion) => assertion.method(),
        }
    }
}

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
    let claimed = claimed(sender.authorization, sender.params)?;
    let client = app.client_named(&claimed.identifier).await?;
    let method = claimed.proof.method();
    let found = ready(app, client.as_deref(), &claimed.proof).await;
    let budget = Budget::new(app, client.as_deref(), sender.address);
    let look = || proved(app, client.as_deref(), &claimed.proof, &found, sender.endpoint);
    let outcome = match (budget.guess(app, look).await?, &client, &claimed.proof) {
        (Ok(secret), Some(client), Proof::Assertion(assertion)) => {
            assertion.spend(app, client).await?.map(|()| secret)
        }
        (outcome, _, _) => outcome,
    };
    match (outcome, client) {
        (Ok(secret), Some(client)) => Ok(Authenticated { client, method, secret }),
        (outcome, client) => {
            let reason = outcome.err().unwrap_or("there is no such client");
            if let Some(client) = client {
                record_refusal(app, client.id, sender.endpoint, &Refusal::invalid_client(reason)).await;
            }
            Err(Refusal::invalid_client(
                "client authentication failed: the client is unknown, its secret or assertion is wrong or missing, or it \
                 used a method that it may not use",
            ))
        }
    }
}

/// What a proof is compared with: made ready before the budget's gate, behind which nothing waits for others.
enum Found {
    Nothing,
    Hash(TokenHash),
    Keys(Result<ClientKeys, &'static str>),
}

async fn ready(app: &App, client: Option<&Client>, proof: &Proof<'_>) -> Found {
    match (proof, client) {
        (Proof::Secret(_, secret), _) => Found::Hash(app.secret_key.hash_text(secret.reveal())),
        // Nothing is fetched for a client that proves itself in another way.
        (Proof::Assertion(assertion), Some(client))
            if client.metadata.allows_auth_method(assertion.method()) =>
        {
            Found::Keys(ClientKeys::find(app, client, &assertion.jwt).await)
        }
        _ => Found::Nothing,
    }
}

/// The secret by which the client is proved, if by one; else what its developer is told.
fn proved(
    app: &App,
    client: Option<&Client>,
    proof: &Proof<'_>,
    found: &Found,
    endpoint: &str,
) -> Result<Option<SecretId>, &'static str> {
    let now = app.clock.now();
    let secret = match found {
        Found::Hash(hash) => matching(client, *hash, now),
        _ => None,
    };
    let Some(client) = client else { return Err("there is no such client") };
    if !client.metadata.allows_auth_method(proof.method()) {
        return Err(match proof.method() {
            AuthMethod::None => "the client sent no secret and no assertion, but it must authenticate",
            AuthMethod::ClientSecretBasic => "the client may not use client_secret_basic",
            AuthMethod::ClientSecretPost => "the client may not use client_secret_post",
            AuthMethod::PrivateKeyJwt => "the client may not use private_key_jwt",
            AuthMethod::ClientSecretJwt => "the client may not use client_secret_jwt",
        });
    }
    match (proof, found) {
        (Proof::Nothing, _) => Ok(None),
        (Proof::Secret(..), _) => secret.map(Some).ok_or("the client secret is wrong, or has ended"),
        (Proof::Assertion(assertion), Found::Keys(keys)) => {
            let secret = keys.as_ref().map_err(|why| *why)?.verify(&assertion.jwt)?;
            assertion.check(app, client, endpoint)?;
            Ok(secret)
        }
        (Proof::Assertion(_), _) => Err("there is no key to check the assertion with"),
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

fn claimed<'a>(authorization: &[&[u8]], params: &'a Params) -> Result<Claimed<'a>, Refusal> {
    let identifier = params.get("client_id");
    let in_body = in_body(params)?;
    let claimed = match (authorization, in_body) {
        ([], Proof::Assertion(assertion)) => {
            Claimed { identifier: assertion.client()?, proof: Proof::Assertion(assertion) }
        }
        ([], proof) => {
            let missing = || Refusal::invalid_client("no client authentication was sent, and no client_id");
            Claimed { identifier: identifier.ok_or_else(missing)?.to_owned(), proof }
        }
        ([header], Proof::Nothing) => basic(header)
            .ok_or_else(|| Refusal::invalid_client("the Authorization header is not valid HTTP Basic"))?,
        ([_], _) => {
            return Err(Refusal::invalid_request(
                "the client authenticates in the header and in the body; use one of them (RFC 6749 section 2.3)",
            ));
        }
        _ => return Err(Refusal::invalid_request("there is more than one Authorization header")),
    };
    if identifier.is_some_and(|identifier| identifier != claimed.identifier) {
        return Err(Refusal::invalid_request(
            "client_id is another one than in the Authorization header or the assertion",
        ));
    }
    Ok(claimed)
}

fn in_body(params: &Params) -> Result<Proof<'_>, Refusal> {
    match (params.get("client_secret"), Assertion::read(params)?) {
        (None, None) => Ok(Proof::Nothing),
        (Some(secret), None) => {
            Ok(Proof::Secret(AuthMethod::ClientSecretPost, Plain::new(secret.to_owned())))
        }
        (None, Some(assertion)) => Ok(Proof::Assertion(Box::new(assertion))),
        (Some(_), Some(_)) => Err(Refusal::invalid_request(
            "the client authenticates by client_secret and by client_assertion; use one of them (RFC 6749 section 2.3)",
        )),
    }
}

/// Id and secret, each form-encoded before they were put into Basic (RFC 6749 section 2.3.1).
fn basic(header: &[u8]) -> Option<Claimed<'static>> {
    let (scheme, encoded) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded.trim_start_matches(' ')).ok()?).ok()?;
    let (identifier, secret) = pair.split_once(':')?;
    Some(Claimed {
        identifier: form_decoded(identifier)?,
        proof: Proof::Secret(AuthMethod::ClientSecretBasic, Plain::new(form_decoded(secret)?)),
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
