use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use postern_domain::Refusal;
use postern_flows::clients;
use postern_templating::pages::ClientDelete;
use postern_templating::{Field, t};

use super::address::{self, Done};
use super::frame;
use super::managed::ManagedClient;
use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::request::FormAbout;
use crate::{face, page};

pub(super) async fn ask(managed: ManagedClient) -> Result<Response, PageRefusal> {
    if !managed.page.is_fresh() {
        return Ok(prove_first(&format!("{}/delete", address::of(&managed.client))));
    }
    Ok(page_of(&managed, Field::empty()).await?)
}

pub(super) async fn delete(
    FormAbout(managed, form): FormAbout<ManagedClient>,
) -> Result<Response, PageRefusal> {
    let client = &managed.client;
    if !managed.page.is_fresh() {
        return Ok(prove_first(&format!("{}/delete", address::of(client))));
    }
    let typed = form.get("confirm").unwrap_or_default();
    if typed.trim() != client.metadata.name.as_str() {
        let told = t("Type the name exactly: {name}.").with("name", client.metadata.name.as_str());
        let field = Field::new(typed).with_error(told);
        let page = page_of(&managed, field).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let place = frame::place(&managed.page.app, &managed.page.signed_in, client.owner).await?;
    clients::delete(&managed.page.app, managed.manager(), managed.name()).await?;
    Ok(Done::Deleted.and_go_to(&frame::list_of(place.as_ref())))
}

async fn page_of(managed: &ManagedClient, confirm: Field) -> Result<Response, Refusal> {
    let client = &managed.client;
    let usage = clients::insight(&managed.page.app, client).await?.usage;
    Ok(page::render(&ClientDelete {
        chrome: managed.chrome().await?,
        url: address::of(client),
        face: face::of(client),
        users: usage.users,
        live_tokens: usage.live_tokens,
        confirm,
    }))
}
