//! The way to the server and back: the authorization code flow with PKCE (RFC 6749 4.1, RFC 7636).

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use axum::{
    extract::{Query, State},
    response::{IntoResponse as _, Redirect, Response},
};
use http::{HeaderMap, header::SET_COOKIE};
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, Scope, core::CoreAuthenticationFlow};
use serde::Deserialize;

use crate::{
    app::App,
    page::Trouble,
    provider::Expected,
    session::{self, Account, Pending},
};

/// Sends the browser to the server, and remembers what its answer has to match.
pub(crate) async fn begin(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Trouble> {
    let provider = app.provider().await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut request = provider
        .client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(app.settings.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new))
        .set_pkce_challenge(challenge);
    if app.settings.for_organizations {
        request = request.add_extra_param("sub_type", "organization");
    }
    let (url, state, nonce) = request.url();
    let id = app.sessions.begin(session::cookie(&headers), Pending { state, nonce, verifier });
    Ok(to(&app, url.as_str(), &id))
}

/// What the server sends along with the browser (RFC 6749 4.1.2, RFC 9207).
#[derive(Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    state: String,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Takes the answer: checks that it is one this browser asked for, trades the code for tokens, verifies the
/// id_token and reads the profile.
pub(crate) async fn finish(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Result<Response, Trouble> {
    let old = session::cookie(&headers).unwrap_or_default();
    let pending = app
        .sessions
        .take_pending(&old, &answer.state)
        .ok_or_else(|| anyhow!("this answer does not belong to a sign-in that was begun in this browser"))?;
    let provider = app.provider().await?;
    provider.check_issuer(answer.iss.as_deref())?;
    if let Some(error) = answer.error {
        return Err(refused(&error, answer.error_description.as_deref()));
    }
    let code = answer.code.context("the answer carries neither a code nor an error")?;
    let tokens = provider.exchange(code, pending.verifier).await?;
    let claims = app.verify(&tokens, Expected::Nonce(&pending.nonce)).await.context("verify the id_token")?;
    let mut account = Account::new(&tokens, claims, &app.settings.scopes);
    account.profile = Some(provider.profile(&account.access_token, account.claims.subject()).await?);
    let id = app.sessions.sign_in(&old, account);
    Ok(to(&app, "/", &id))
}

fn refused(error: &str, description: Option<&str>) -> Trouble {
    let detail = description.map_or_else(|| error.to_owned(), |words| format!("{error}: {words}"));
    match error {
        "access_denied" => {
            Trouble::new("You were not signed in", "You declined, so Ledgerly got nothing.", detail)
        }
        _ => Trouble::new("Sign-in did not work", "The server turned the request down.", detail),
    }
}

/// Redirects with the session's cookie.
fn to(app: &App, url: &str, id: &str) -> Response {
    let mut response = Redirect::to(url).into_response();
    if let Some(cookie) = session::set_cookie(id, app.settings.is_https()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}
