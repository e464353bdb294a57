use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use postern_domain::ClientId;
use postern_flows::{App, organizations};
use postern_templating::pages::Clients;
use postern_templating::{OrganizationTab, Pager};

use super::Place;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{QueryParams, SignedIn, Visitor};
use crate::routes::clients::{PAGE, done_notice, row};

pub(super) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    QueryParams(query): QueryParams,
) -> Result<Response, PageRefusal> {
    let query = query?;
    let place = Place::find(&app, &signed_in, &slug).await?;
    let (actor, id, path) = (&place.actor, place.organization.id, place.path("clients"));
    // A cursor that is none shows the first page.
    let before = query.get("cursor").and_then(|cursor| cursor.parse::<ClientId>().ok());
    let mut found = organizations::clients(&app, actor, id, before, PAGE as u64 + 1).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().filter(|_| has_more).map(|(client, _)| client.id);
    let now = app.clock.now().0;
    let mut chrome = place.chrome(&app, &visitor, OrganizationTab::Clients);
    chrome.notice = done_notice(query.get("done"));
    Ok(page::render(&Clients {
        chrome,
        clients: found.iter().map(|(client, usage)| row(client, *usage, now)).collect(),
        total: organizations::count_clients(&app, actor, id).await?,
        pager: Pager {
            previous_url: before.map(|_| path.clone()),
            next_url: last.map(|id| format!("{path}?cursor={id}")),
        },
    }))
}
