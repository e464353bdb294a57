//! The signed-in page and its buttons.

use std::sync::Arc;

use anyhow::Context as _;
use axum::{
    Form,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use http::HeaderMap;
use serde::Deserialize;

use crate::{
    app::App,
    page::{self, Trouble},
    provider::Expected,
    session::{self, Account},
};

/// The home page: an invitation to sign in, or what the app knows about who did.
pub(crate) async fn home(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let id = session::cookie(&headers).unwrap_or_default();
    match app.sessions.account(&id) {
        None => page::welcome(&app.settings),
        Some((account, form_token)) => {
            app.sessions.update(&id, |account| account.notice = None);
            page::account(&app.settings, &account, &form_token)
        }
    }
}

/// The one field every button sends, which another site can't know.
#[derive(Deserialize)]
pub(crate) struct Pressed {
    form_token: String,
}

/// Calls `userinfo` again, which shows at once whether the access still stands.
pub(crate) async fn profile(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Form(form): Form<Pressed>,
) -> Result<Response, Trouble> {
    let Some((id, account)) = pressed(&app, &headers, &form) else { return Ok(home_again()) };
    let answer = app.provider().await?.profile(&account.access_token, account.claims.subject()).await;
    app.sessions.update(&id, |account| match answer {
        Ok(profile) => {
            account.profile = Some(profile);
            account.notice = Some("Your profile was fetched again.".into());
        }
        Err(error) => account.notice = Some(format!("Your profile can’t be fetched any more: {error:#}")),
    });
    Ok(home_again())
}

/// Trades the refresh token for new tokens and verifies the new id_token, if one came.
pub(crate) async fn refresh(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Form(form): Form<Pressed>,
) -> Result<Response, Trouble> {
    let Some((id, account)) = pressed(&app, &headers, &form) else { return Ok(home_again()) };
    let refreshed = refreshed(&app, account).await;
    app.sessions.update(&id, |account| match refreshed {
        Ok(newer) => *account = newer,
        Err(error) => account.notice = Some(format!("The refresh was refused: {error:#}")),
    });
    Ok(home_again())
}

async fn refreshed(app: &App, mut account: Account) -> anyhow::Result<Account> {
    let token = account.refresh_token.as_ref().context("the server gave no refresh token")?;
    let tokens = app.provider().await?.refresh(token).await?;
    if tokens.extra_fields().id_token().is_some() {
        account.claims = app.verify(&tokens, Expected::Subject(account.claims.subject())).await?;
    }
    account.keep(&tokens);
    account.refreshed += 1;
    account.notice = Some("The tokens were refreshed.".into());
    Ok(account)
}

/// Signs out of the app and revokes what it held. The person stays signed in at the server.
pub(crate) async fn sign_out(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Form(form): Form<Pressed>,
) -> Result<Response, Trouble> {
    let Some((id, account)) = pressed(&app, &headers, &form) else { return Ok(home_again()) };
    app.sessions.end(&id);
    let provider = app.provider().await?;
    if let Some(token) = &account.refresh_token {
        provider.revoke(token.secret(), "refresh_token", &app.settings).await?;
    }
    provider.revoke(account.access_token.secret(), "access_token", &app.settings).await?;
    Ok(home_again())
}

/// Who pressed the button, if the press came from the app's own page.
fn pressed(app: &App, headers: &HeaderMap, form: &Pressed) -> Option<(String, Account)> {
    let id = session::cookie(headers)?;
    let (account, form_token) = app.sessions.account(&id)?;
    (form.form_token == form_token).then_some((id, account))
}

fn home_again() -> Response {
    Redirect::to("/").into_response()
}
