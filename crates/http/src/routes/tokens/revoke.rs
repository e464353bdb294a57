use axum::response::Response;
use postern_flows::api_tokens;
use postern_templating::When;
use postern_templating::pages::TokenRevoke;

use super::asked::ManagedToken;
use super::done::Done;
use super::row::hint;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::FormAbout;

pub(super) async fn ask(ManagedToken { app, at, token, .. }: ManagedToken) -> Result<Response, PageRefusal> {
    let now = app.clock.now();
    let api = token.api();
    let old = match api.and_then(|api| api.replaces) {
        Some(old) => api_tokens::find(&app, &at.actor, old, "tokens:read").await.ok(),
        None => None,
    };
    Ok(page::render(&TokenRevoke {
        chrome: at.chrome(&app),
        token: at.heading(&token),
        hint: hint(&app, &token),
        owner: at.owner_of(&app, &token).await?,
        last_used: token.last_used_at.map(|at| When::new(at.0, now.0)),
        last_address: api.and_then(|api| api.last_used_from.clone()),
        has_old_value: old.is_some_and(|(old, ..)| old.is_live(now)),
    }))
}

pub(super) async fn revoke(
    FormAbout(ManagedToken { app, at, token, .. }, _): FormAbout<ManagedToken>,
) -> Result<Response, PageRefusal> {
    api_tokens::revoke(&app, &at.actor, token.id).await?;
    Ok(Done::Revoked.and_go_to(&at.url()))
}
