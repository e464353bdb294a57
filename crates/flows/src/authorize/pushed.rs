//! Requests that clients push beforehand (RFC 9126).

use postern_domain::{AuthMethod, Lifetime, Params, Refusal, Timestamp, TokenHash};
use postern_storage::{OneTime, consume, one_time_values};
use serde::{Deserialize, Serialize};

use super::asked::Asked;
use super::posted;
use super::source::{REQUEST_URI, Way};
use super::unchecked::Unchecked;
use crate::App;
use crate::client_auth::{self, Sender};

/// What the references to pushed requests begin with (RFC 9126 section 2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
const PURPOSE: &str = "pushed_request";
/// How long a pushed request is good for: long enough for a sign-in with a password that has to be looked for, and as
/// short as profiles want it.
const LIFETIME: Lifetime = Lifetime::seconds(9 * 60);
/// What only proves who pushes.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// The answer to a client that pushed a request (RFC 9126 section 2.2).
#[derive(Clone, Debug, Serialize)]
pub struct Pushed {
    /// What the client sends people with.
    pub request_uri: String,
    /// For how many seconds.
    pub expires_in: i64,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    client_id: String,
    form: String,
}

/// Takes a request from a client itself. It is looked at as if a browser had brought it, so that nobody is sent with one
/// that fails.
///
/// # Errors
/// As client authentication and the authorization endpoint refuse.
pub async fn push(app: &App, sender: Sender<'_>) -> Result<Pushed, Refusal> {
    let authenticated = client_auth::authenticate(app, sender).await?;
    let mut params = sender.params.clone();
    for credential in CREDENTIALS {
        params = params.without(credential);
    }
    if params.get(REQUEST_URI).is_some() {
        return Err(Refusal::invalid_request(
            "a pushed request must not name another one (RFC 9126 section 2.1)",
        ));
    }
    let (client, now) = (authenticated.client, app.clock.now());
    let params = params.with("client_id", client.identifier.as_str());
    let checked = Unchecked::of_params(app, params, now).await.check(app).await;
    // Whoever pushes is its developer as far as anybody is.
    let checked = checked.map_err(|error| error.in_full.map_or(error.refusal, |told| *told))?;
    Asked::read(app, &checked).await?;
    if authenticated.method == AuthMethod::None {
        // Whoever proves nothing might be anybody.
        posted::take(app, sender.address).await.map_err(|error| error.refusal)?;
    }
    let handle = app.new_link().reveal().to_owned();
    let kept = Kept { client_id: client.identifier.to_string(), form: checked.params.to_urlencoded() };
    let kept = serde_json::to_string(&kept).map_err(Refusal::because)?;
    app.db
        .write((app.secret_key.hash_text(&handle), kept), move |tx, (hash, kept)| {
            Box::pin(async move {
                Ok::<_, Refusal>(
                    one_time_values::insert(tx, PURPOSE, *hash, kept, now, now.plus(LIFETIME)).await?,
                )
            })
        })
        .await?;
    Ok(Pushed { request_uri: format!("{PREFIX}{handle}"), expires_in: LIFETIME.as_seconds() })
}

/// The parameters of a pushed request, and what it is answered once by. It can be read again until it is answered or over,
/// so that reloading a page works.
pub(super) async fn find(
    app: &App,
    beside: &Params,
    uri: &str,
    now: Timestamp,
) -> Result<(Params, TokenHash), Refusal> {
    let Some(handle) = uri.strip_prefix(PREFIX) else {
        return Err(Refusal::request_uri_not_supported(
            "request_uri is taken only from the pushed authorization request endpoint (RFC 9126)",
        ));
    };
    let hash = app.secret_key.hash_text(handle);
    let found = one_time_values::find(&app.db, PURPOSE, hash, now).await?;
    let kept = found.map(|text| serde_json::from_str::<Kept>(&text).map_err(Refusal::because)).transpose()?;
    // Of another client's nothing is said, not even that there is one.
    match kept.filter(|kept| beside.get("client_id") == Some(&kept.client_id)) {
        Some(kept) => Ok((Params::parse_repeated(kept.form.as_bytes())?, hash)),
        None => Err(over()),
    }
}

/// The query by which a pushed request is found again.
pub(super) fn carried(query: &Params) -> Params {
    query
        .iter()
        .filter(|(name, _)| ["client_id", REQUEST_URI].contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Takes the one answer that a request may get, if it was pushed.
pub(super) async fn spend(app: &App, way: Way) -> Result<(), Refusal> {
    let Way::Pushed(hash) = way else { return Ok(()) };
    let now = app.clock.now();
    let spent = app.db.write(hash, move |tx, hash| {
        Box::pin(async move {
            Ok::<_, Refusal>(consume(tx, OneTime::Value { purpose: PURPOSE }, *hash, now).await?)
        })
    });
    if spent.await? { Ok(()) } else { Err(over()) }
}

fn over() -> Refusal {
    Refusal::invalid_request_uri(
        "this request_uri is not known here: it is over, was answered, or is another client's; go back to the app and begin \
         again",
    )
}
