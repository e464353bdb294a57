use axum::http::{HeaderMap, HeaderName, HeaderValue};
use postern_domain::limits::RequestUrl;
use postern_domain::{Refusal, SubjectType};
use postern_flows::App;
use postern_flows::bearer::{self, Verdict};

const SUBJECT: HeaderName = HeaderName::from_static("x-auth-subject");
const SUBJECT_TYPE: HeaderName = HeaderName::from_static("x-auth-subject-type");
const ORGANIZATION: HeaderName = HeaderName::from_static("x-auth-organization");
const SCOPES: HeaderName = HeaderName::from_static("x-auth-scopes");
const TOKEN_ID: HeaderName = HeaderName::from_static("x-auth-token-id");
const CLIENT_ID: HeaderName = HeaderName::from_static("x-auth-client-id");
const ACTOR: HeaderName = HeaderName::from_static("x-auth-actor");
const TOKEN: HeaderName = HeaderName::from_static("x-auth-identity-token");

/// What the names of all headers begin with that say who asks. Whoever asks can't send them along.
pub(super) const PREFIX: &str = "x-auth-";

/// Says who asks for `url`.
///
/// # Errors
/// Those of [`bearer::identity_token`].
pub(crate) async fn identify(
    app: &App,
    verdict: &Verdict,
    url: &RequestUrl,
    headers: &mut HeaderMap,
) -> Result<(), Refusal> {
    claim(verdict, headers);
    if app.config.guard.identity_token {
        let audience = app.config.guard.identity_audience.as_deref().unwrap_or_else(|| url.origin());
        let token = bearer::identity_token(app, verdict, audience).await?;
        let mut token = HeaderValue::from_str(token.reveal()).map_err(Refusal::because)?;
        token.set_sensitive(true);
        headers.insert(TOKEN, token);
    }
    Ok(())
}

fn claim(verdict: &Verdict, headers: &mut HeaderMap) {
    let permit = &verdict.permit;
    let kind = permit.subject.subject_type().map_or("client", SubjectType::as_str);
    let scopes: Vec<&str> = permit.scopes.iter().collect();
    let mut say = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    say(SUBJECT, &permit.subject.to_string());
    say(SUBJECT_TYPE, kind);
    say(SCOPES, &scopes.join(" "));
    say(TOKEN_ID, &verdict.id.to_string());
    if let Some(organization) = verdict.holder.organization() {
        say(ORGANIZATION, &organization.id.to_string());
    }
    if let Some(client) = verdict.holder.client() {
        say(CLIENT_ID, client.identifier.as_str());
    }
    if let Some(actor) = permit.actor {
        say(ACTOR, &actor.to_string());
    }
}

/// Says of the rest that there is none: a reverse proxy that copies these headers might leave what a client sent where
/// the guard says nothing.
pub(crate) fn blank(headers: &mut HeaderMap) {
    for name in [SUBJECT, SUBJECT_TYPE, ORGANIZATION, SCOPES, TOKEN_ID, CLIENT_ID, ACTOR, TOKEN] {
        headers.entry(name).or_insert(HeaderValue::from_static(""));
    }
}
