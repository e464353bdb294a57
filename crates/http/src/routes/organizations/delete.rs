use axum::response::Response;
use postern_domain::{Capability, Refusal};
use postern_flows::organizations;
use postern_templating::pages::OrganizationDelete;
use postern_templating::{Field, OrganizationTab, t};

use super::AtPlace;
use super::done::Done;
use crate::answer::{PageRefusal, form_errors};
use crate::page;
use crate::request::FormAbout;

pub(super) async fn ask(at: AtPlace) -> Result<Response, PageRefusal> {
    if let Some(first) = at.proof_first("delete") {
        return Ok(first);
    }
    Ok(page_of(&at, Field::empty()).await?)
}

pub(super) async fn delete(FormAbout(at, form): FormAbout<AtPlace>) -> Result<Response, PageRefusal> {
    if let Some(first) = at.proof_first("delete") {
        return Ok(first);
    }
    let typed = form.get("confirm").unwrap_or_default();
    match organizations::delete(&at.page.app, &at.place.actor, &at.place.organization, typed).await {
        Ok(()) => Ok(Done::Deleted.and_go_to("/organizations")),
        Err(refusal) => {
            let (_, _, mark) = form_errors(refusal)?;
            let told =
                t("Type the address exactly: {slug}.").with("slug", at.place.organization.slug.as_str());
            let page = page_of(&at, Field::new(typed).with_error(told)).await?;
            Ok(mark.put_on(page))
        }
    }
}

async fn page_of(at: &AtPlace, confirm: Field) -> Result<Response, Refusal> {
    let (app, place) = (&at.page.app, &at.place);
    let organization = &place.organization;
    place.actor.may(app, organization.id, Capability::Delete, "organizations:write").await?;
    let figures = organizations::overview(app, &place.actor, organization, place.role).await?;
    Ok(page::render(&OrganizationDelete {
        chrome: at.chrome(OrganizationTab::Settings),
        slug: organization.slug.to_string(),
        name: organization.name.to_string(),
        members: figures.members,
        clients: figures.clients,
        live_tokens: figures.live_tokens,
        customers: figures.customers,
        confirm,
    }))
}
