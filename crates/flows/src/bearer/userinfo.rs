use postern_domain::{Client, Refusal, SigningAlgorithm};
use serde::Serialize;

use super::Verdict;
use crate::claims::Claims;
use crate::{App, subject_name};

/// What userinfo answers (OIDC Core section 5.3.2).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Userinfo<'a> {
    /// The claims.
    Plain(Claims<'a>),
    /// The same as a JWT, for a client that wants them signed.
    Signed(String),
}

/// The claims as a JWT says them: from whom, and for whom.
#[derive(Serialize)]
struct Signed<'a> {
    iss: &'a str,
    aud: &'a str,
    #[serde(flatten)]
    claims: &'a Claims<'a>,
}

/// The claims about the subject of an access token, under the name by which its client knows the subject, and signed if
/// that client wants it so.
///
/// # Errors
/// `insufficient_scope` if the token was not granted for `openid`, `insufficient_subject` for a customer's;
/// `server_error` or `temporarily_unavailable` if there is no key to sign with.
pub async fn userinfo<'a>(app: &App, verdict: &'a Verdict) -> Result<Userinfo<'a>, Refusal> {
    if !verdict.holds("openid") {
        return Err(Refusal::insufficient_scope("the token does not hold the scope “openid”"));
    }
    let mut claims = verdict.holder.claims(&verdict.permit).ok_or_else(|| {
        Refusal::insufficient_subject("a customer's token says nothing here; ask /v1/customer-portal/session")
    })?;
    let Some(client) = verdict.holder.client() else { return Ok(Userinfo::Plain(claims)) };
    claims.sub = subject_name::sub(app, client, verdict.permit.subject);
    match client.metadata.userinfo_signed_response_alg {
        Some(algorithm) => signed(app, client, algorithm, &claims).await.map(Userinfo::Signed),
        None => Ok(Userinfo::Plain(claims)),
    }
}

async fn signed(
    app: &App,
    client: &Client,
    algorithm: SigningAlgorithm,
    claims: &Claims<'_>,
) -> Result<String, Refusal> {
    let keys = app.signing_keys().await?;
    let key = keys
        .signer(algorithm, app.clock.now())
        .ok_or_else(|| Refusal::server_error("this server has no key that signs as the client wants it"))?;
    let (iss, aud) = (app.config.issuer(), client.identifier.as_str());
    key.sign(&Signed { iss, aud, claims }).map_err(Refusal::because)
}
