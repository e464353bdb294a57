//! The frame of a client's pages: of an organization's, under the organization.

use postern_domain::{Client, ClientOwner, Refusal};
use postern_flows::App;
use postern_templating::{Chrome, OrganizationTab, Section};

use super::address::LIST;
use crate::page;
use crate::request::{SignedIn, Visitor};
use crate::routes::organizations::Place;

/// The organization that a client belongs to, where the person is there themselves.
pub(super) async fn place(
    app: &App,
    signed_in: &SignedIn,
    owner: ClientOwner,
) -> Result<Option<Place>, Refusal> {
    let ClientOwner::Organization(id) = owner else { return Ok(None) };
    match Place::find(app, signed_in, &id.to_string()).await {
        Ok(place) => Ok(Some(place)),
        Err(refusal) if refusal.cause.is_none() => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// The frame of a client's page.
pub(super) async fn chrome(app: &App, visitor: &Visitor, client: &Client) -> Result<Chrome, Refusal> {
    let place = match &visitor.signed_in {
        Some(signed_in) => place(app, signed_in, client.owner).await?,
        None => None,
    };
    Ok(of(app, visitor, place.as_ref()))
}

/// The frame in this organization, or in none.
pub(super) fn of(app: &App, visitor: &Visitor, place: Option<&Place>) -> Chrome {
    match place {
        Some(place) => place.chrome(app, visitor, OrganizationTab::Clients),
        None => page::chrome(app, visitor, Section::Clients),
    }
}

/// Where the clients are listed that this one is among.
pub(super) fn list_of(place: Option<&Place>) -> String {
    place.map_or_else(|| LIST.to_owned(), |place| place.path("clients"))
}
