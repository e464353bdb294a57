use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use postern_domain::{Client, Refusal};
use postern_flows::clients::{self, Manager};
use postern_flows::{Actor, App, sessions};
use postern_templating::Field;
use postern_templating::pages::ClientDelete;

use super::address::{self, Done, prove_first};
use super::frame;
use crate::answer::PageRefusal;
use crate::request::{PageForm, SignedIn, Visitor};
use crate::{face, page};

pub(super) async fn ask(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, PageRefusal> {
    let actor = Actor::signed_in(&app, &signed_in.user);
    let client = clients::find(&app, Manager::Actor(&actor), &name).await?;
    if !sessions::is_fresh(&app, &signed_in.session) {
        return Ok(prove_first(&format!("{}/delete", address::of(&client))));
    }
    Ok(page_of(&app, &visitor, &client, Field::empty()).await?)
}

pub(super) async fn delete(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(name): Path<String>,
    PageForm(form): PageForm,
) -> Result<Response, PageRefusal> {
    let actor = Actor::signed_in(&app, &signed_in.user);
    let manager = Manager::Actor(&actor);
    let client = clients::find(&app, manager, &name).await?;
    if !sessions::is_fresh(&app, &signed_in.session) {
        return Ok(prove_first(&format!("{}/delete", address::of(&client))));
    }
    let typed = form.get("confirm").unwrap_or_default();
    if typed.trim() != client.metadata.name.as_str() {
        let field = Field::new(typed).with_error(format!("Type the name exactly: {}.", client.metadata.name));
        let page = page_of(&app, &visitor, &client, field).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let place = frame::place(&app, &signed_in, client.owner).await?;
    clients::delete(&app, manager, &name).await?;
    Ok(Done::Deleted.and_go_to(&frame::list_of(place.as_ref())))
}

async fn page_of(app: &App, visitor: &Visitor, client: &Client, confirm: Field) -> Result<Response, Refusal> {
    let usage = clients::insight(app, client).await?.usage;
    Ok(page::render(&ClientDelete {
        chrome: frame::chrome(app, visitor, client).await?,
        url: address::of(client),
        face: face::of(client),
        users: usage.users,
        live_tokens: usage.live_tokens,
        confirm,
    }))
}
