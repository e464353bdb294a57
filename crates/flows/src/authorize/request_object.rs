//! Parameters in a JWT that the client signed (RFC 9101, OIDC Core section 6.1).

use postern_domain::{Client, Params, Refusal, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::source::{REQUEST, REQUEST_URI};
use crate::App;
use crate::client_jwt::{Audience, ClientJwt, ClientKeys, Members, Times};

/// The `typ` it may have (RFC 9101 section 10.8): a JWT made for something else must not count as a request.
const KINDS: [&str; 2] = ["jwt", "oauth-authz-req+jwt"];
/// What stands in a request object about itself and is no parameter (RFC 7519 section 4.1).
const ABOUT_ITSELF: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// The one parameter that may be there several times (RFC 8707 section 2).
const RESOURCE: &str = "resource";

#[derive(Deserialize)]
struct About {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    #[serde(flatten)]
    times: Times,
}

/// The parameters in a request object. Those beside it do not count (RFC 9101 section 6.3), but must not say otherwise.
///
/// # Errors
/// `invalid_request_object` says what is wrong with it.
pub(super) async fn read(
    app: &App,
    beside: &Params,
    object: &str,
    now: Timestamp,
) -> Result<Params, Refusal> {
    let client = client(app, beside).await?;
    let invalid = |why: &str| Refusal::invalid_request_object(format!("the request object: {why}"));
    let jwt = ClientJwt::parse(object).map_err(invalid)?;
    let keys = ClientKeys::find(app, &client, &jwt).await.map_err(invalid)?;
    keys.verify(&jwt).map_err(invalid)?;
    check(app, &client, &jwt, now).map_err(invalid)?;
    let mut params = Params::default();
    for (name, value) in jwt.claims::<Members>().map_err(invalid)?.0 {
        for value in values(&name, value) {
            if let Some(value) = parameter(&name, value).map_err(invalid)? {
                params =
                    if name == RESOURCE { params.and(&name, &value) } else { params.with(&name, &value) };
            }
        }
    }
    for (name, value) in beside.iter().filter(|(name, _)| *name != REQUEST) {
        if params.get(name).is_some() && !params.all(name).any(|inside| inside == value) {
            return Err(invalid(&format!("{name} is another one in the request object than beside it")));
        }
    }
    Ok(params.with("client_id", client.identifier.as_str()))
}

async fn client(app: &App, beside: &Params) -> Result<std::sync::Arc<Client>, Refusal> {
    let missing =
        || Refusal::invalid_request("send client_id beside the request object (RFC 9101 section 5)");
    let named = beside.once("client_id")?.ok_or_else(missing)?;
    app.client_named(named)
        .await?
        .ok_or_else(|| Refusal::invalid_request("no client with this client_id is registered here"))
}

fn check(app: &App, client: &Client, jwt: &ClientJwt<'_>, now: Timestamp) -> Result<(), &'static str> {
    let about: About = jwt.claims()?;
    let identifier = client.identifier.as_str();
    if client.metadata.request_object_signing_alg.is_some_and(|alg| alg != jwt.algorithm()) {
        return Err("its “alg” is another one than request_object_signing_alg says");
    }
    if jwt.kind.as_deref().is_some_and(|kind| !KINDS.contains(&kind)) {
        return Err("its “typ” is that of another kind of JWT");
    }
    if about.iss.is_some_and(|iss| iss != identifier) {
        return Err("its “iss” must be the client_id");
    }
    if about.sub.is_some_and(|sub| sub == identifier) {
        return Err("its “sub” is the client, as in an assertion (RFC 9101 section 10.8)");
    }
    if about.aud.is_some_and(|aud| !aud.contains(app.config.issuer())) {
        return Err("its “aud” must be this server's issuer");
    }
    about.times.check(now).map(drop)
}

/// The values of a member: what may be sent several times stands there as an array.
fn values(name: &str, value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) if name == RESOURCE => values,
        one => vec![one],
    }
}

/// A member of a request object as the parameter it is: what is no text is written as JSON (RFC 9101 section 4).
fn parameter(name: &str, value: Value) -> Result<Option<String>, &'static str> {
    if ABOUT_ITSELF.contains(&name) {
        return Ok(None);
    }
    if [REQUEST, REQUEST_URI].contains(&name) {
        return Err("there must be no request and no request_uri in it (RFC 9101 section 4)");
    }
    Ok(match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    })
}
