use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use postern_domain::{Capability, Refusal};
use postern_flows::{App, organizations};
use postern_templating::pages::OrganizationDelete;
use postern_templating::{Field, OrganizationTab};

use super::Place;
use super::done::Done;
use super::place::proof_first;
use crate::answer::{PageRefusal, form_errors};
use crate::page;
use crate::request::{PageForm, SignedIn, Visitor};

pub(super) async fn ask(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(slug): Path<String>,
) -> Result<Response, PageRefusal> {
    let place = Place::find(&app, &signed_in, &slug).await?;
    if let Some(first) = proof_first(&app, &signed_in, &place.path("delete")) {
        return Ok(first);
    }
    Ok(page_of(&app, &visitor, &place, Field::empty()).await?)
}

pub(super) async fn delete(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    PageForm(form): PageForm,
) -> Result<Response, PageRefusal> {
    let place = Place::find(&app, &signed_in, &slug).await?;
    if let Some(first) = proof_first(&app, &signed_in, &place.path("delete")) {
        return Ok(first);
    }
    let typed = form.get("confirm").unwrap_or_default();
    match organizations::delete(&app, &place.actor, &place.organization, typed).await {
        Ok(()) => Ok(Done::Deleted.and_go_to("/organizations")),
        Err(refusal) => {
            let (errors, _, mark) = form_errors(refusal)?;
            let told = errors.of("confirm").unwrap_or_default().to_owned();
            let page = page_of(&app, &visitor, &place, Field::new(typed).with_error(told)).await?;
            Ok(mark.put_on(page))
        }
    }
}

async fn page_of(app: &App, visitor: &Visitor, place: &Place, confirm: Field) -> Result<Response, Refusal> {
    let organization = &place.organization;
    place.actor.may(app, organization.id, Capability::Delete, "organizations:write").await?;
    let figures = organizations::overview(app, &place.actor, organization, place.role).await?;
    Ok(page::render(&OrganizationDelete {
        chrome: place.chrome(app, visitor, OrganizationTab::Settings),
        slug: organization.slug.to_string(),
        name: organization.name.to_string(),
        members: figures.members,
        clients: figures.clients,
        live_tokens: figures.live_tokens,
        customers: figures.customers,
        confirm,
    }))
}
