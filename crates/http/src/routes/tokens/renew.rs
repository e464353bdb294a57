use axum::response::Response;
use postern_flows::api_tokens;
use postern_templating::When;
use postern_templating::pages::TokenRenew;

use super::asked::ManagedToken;
use super::done::Done;
use super::form::cap;
use super::row::state;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::FormAbout;

pub(super) async fn ask(ManagedToken { app, at, token, .. }: ManagedToken) -> Result<Response, PageRefusal> {
    let renewal = api_tokens::renewal(&app, &at.actor, token.id).await?;
    let now = app.clock.now();
    let capped = renewal.capped_at.map(|longest| cap(&at, longest, renewal.cap_is_of_organization));
    Ok(page::render(&TokenRenew {
        chrome: at.chrome(&app),
        token: at.heading(&token),
        state: state(&app, &at, &token).await?,
        owner: at.owner_of(&app, &token).await?,
        old_end: token.expires_at.map(|end| When::new(end.0, now.0)),
        new_end: When::new(renewal.new_end.0, now.0),
        cap: capped.unwrap_or_default(),
    }))
}

pub(super) async fn renew(
    FormAbout(ManagedToken { app, at, token, .. }, _): FormAbout<ManagedToken>,
) -> Result<Response, PageRefusal> {
    let token = api_tokens::renew(&app, &at.actor, token.id).await?;
    Ok(Done::Renewed.and_go_to(&at.url_of(token.id)))
}
