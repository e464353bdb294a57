use std::collections::BTreeSet;

use postern_domain::limits::RequestLimit;
use postern_domain::{
    AuthMethod, AuthenticationContext, Client, ClientIdentifier, Refusal, Scopes, SubjectType, Timestamp,
    TokenId, TokenKind,
};
use serde::Serialize;

use super::verdict::look_up;
use super::{SentToken, Verdict};
use crate::client_auth::{self, Authenticated, Sender};
use crate::{App, last_use, subject_name};

/// The answer to the question what a token is worth (RFC 7662 section 2.2).
#[derive(Clone, Debug, Serialize)]
pub struct Introspection {
    /// Whether it works and the caller may know of it. Nothing more is said if not.
    pub active: bool,
    #[serde(flatten)]
    facts: Option<Facts>,
}

#[derive(Clone, Debug, Serialize)]
struct Facts {
    scope: Scopes,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<ClientIdentifier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<Timestamp>,
    iat: Timestamp,
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_type: Option<SubjectType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<BTreeSet<String>>,
    iss: String,
    jti: TokenId,
    /// When the person behind it had signed in, and what that proves (RFC 9470 section 6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
    /// What it is limited to, for whoever serves it without the guard (RFC 9396 section 9.2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_details: Vec<RequestLimit>,
}

/// Tells an authenticated client what a token is worth (RFC 7662). About a token that another client was issued only
/// a resource server learns, and about another client's refresh token nobody.
///
/// # Errors
/// Those of [`client_auth::authenticate`], `invalid_client` for a public client, `invalid_request` if there is no `token`.
pub async fn introspect(app: &App, sender: Sender<'_>) -> Result<Introspection, Refusal> {
    let introspection = look(app, sender).await?;
    let counter = if introspection.active { &app.meters.active } else { &app.meters.inactive };
    counter.add_one();
    Ok(introspection)
}

async fn look(app: &App, sender: Sender<'_>) -> Result<Introspection, Refusal> {
    let Authenticated { client, method, secret } = client_auth::authenticate(app, sender).await?;
    if method == AuthMethod::None {
        return Err(Refusal::invalid_client(
            "introspection is for clients that authenticate, and this one is public (RFC 7662 section 2.1)",
        ));
    }
    let Some(token) = sender.params.get("token") else {
        return Err(Refusal::invalid_request("token is missing"));
    };
    last_use::note_client(app, &client, secret, app.clock.now());
    const NOTHING: Introspection = Introspection { active: false, facts: None };
    let Ok(sent) = SentToken::parse(app, token) else { return Ok(NOTHING) };
    if !sent.kind.spec().introspectable {
        return Ok(NOTHING);
    }
    let Some(verdict) = look_up(app, sent).await? else { return Ok(NOTHING) };
    // What is bound to no user works through Basic only, which names one.
    if verdict.is_for_any_user() {
        return Ok(NOTHING);
    }
    let of_another = verdict.holder.client().is_none_or(|holder| holder.id != client.id);
    if of_another && (!client.metadata.resource_server || verdict.kind == TokenKind::Refresh) {
        return Ok(NOTHING);
    }
    if verdict.kind != TokenKind::Refresh {
        verdict.note_use(app, None).await?;
    }
    Ok(Introspection { active: true, facts: Some(facts(app, &client, &verdict)) })
}

/// What `asker` learns of a token; whom it speaks for, by the name it knows them by.
fn facts(app: &App, asker: &Client, verdict: &Verdict) -> Facts {
    let (permit, signed_in) = (&verdict.permit, verdict.holder.authentication());
    let context = signed_in.and_then(|signed_in| app.config.authentication_context(&signed_in.amr));
    let sub_type = permit.subject.subject_type();
    // Introspection is no way round the scope that a user name takes at userinfo.
    let is_named = sub_type == Some(SubjectType::User) && verdict.holds("profile");
    Facts {
        scope: permit.scopes.clone(),
        client_id: verdict.holder.client().map(|client| client.identifier.clone()),
        username: verdict.holder.person().filter(|_| is_named).map(|user| user.username.to_string()),
        // RFC 6749 section 5.1 types what is presented to a resource.
        token_type: (verdict.kind != TokenKind::Refresh).then_some("Bearer"),
        exp: verdict.expires_at,
        iat: verdict.created_at,
        sub: subject_name::sub(app, asker, permit.subject),
        sub_type,
        aud: permit.audience.clone(),
        iss: app.config.issuer().to_owned(),
        jti: verdict.id,
        auth_time: signed_in.map(|signed_in| signed_in.auth_time),
        acr: context.map(AuthenticationContext::as_str),
        authorization_details: permit.authorization_details(),
    }
}
