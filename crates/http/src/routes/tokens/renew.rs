use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use postern_flows::App;
use postern_flows::api_tokens;
use postern_templating::When;
use postern_templating::pages::TokenRenew;

use super::asked::Asked;
use super::done::Done;
use super::form::cap;
use super::row::state;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{PageForm, SignedIn, Visitor};

pub(super) async fn ask(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    asked: Asked,
) -> Result<Response, PageRefusal> {
    let at = asked.find(&app, signed_in).await?;
    let (token, _) = at.token(&app).await?;
    let renewal = api_tokens::renewal(&app, &at.actor, token.id).await?;
    let now = app.clock.now();
    let capped = renewal.capped_at.map(|longest| cap(&at, longest, renewal.cap_is_of_organization));
    Ok(page::render(&TokenRenew {
        chrome: at.chrome(&app, &visitor),
        id: token.id.to_string(),
        name: token.api().map(|api| api.name.to_string()).unwrap_or_default(),
        state: state(&app, &at, &token).await?,
        owner: at.owner_of(&app, &token).await?,
        old_end: token.expires_at.map(|end| When::new(end.0, now.0)),
        new_end: When::new(renewal.new_end.0, now.0),
        cap: capped.unwrap_or_default(),
        place: at.place,
    }))
}

pub(super) async fn renew(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    asked: Asked,
    PageForm(_): PageForm,
) -> Result<Response, PageRefusal> {
    let at = asked.find(&app, signed_in).await?;
    let (token, _) = at.token(&app).await?;
    let token = api_tokens::renew(&app, &at.actor, token.id).await?;
    Ok(Done::Renewed.and_go_to(&at.url_of(token.id)))
}
