use axum::response::Response;
use postern_domain::ClientId;
use postern_flows::organizations;
use postern_templating::pages::Clients;
use postern_templating::{OrganizationTab, Pager};

use super::AtPlace;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::PageQuery;
use crate::routes::clients::{PAGE, done_notice, row};

pub(super) async fn list(at: AtPlace, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let (app, place) = (&at.page.app, &at.place);
    let (actor, id, path) = (&place.actor, place.organization.id, place.path("clients"));
    // A cursor that is none shows the first page.
    let before = query.get("cursor").and_then(|cursor| cursor.parse::<ClientId>().ok());
    let mut found = organizations::clients(app, actor, id, before, PAGE as u64 + 1).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().filter(|_| has_more).map(|(client, _)| client.id);
    let now = app.clock.now().0;
    let mut chrome = at.chrome(OrganizationTab::Clients);
    chrome.notice = done_notice(query.get("done"));
    Ok(page::render(&Clients {
        chrome,
        clients: found.iter().map(|(client, usage)| row(client, *usage, now)).collect(),
        total: organizations::count_clients(app, actor, id).await?,
        pager: Pager {
            previous_url: before.map(|_| path.clone()),
            next_url: last.map(|id| format!("{path}?cursor={id}")),
        },
    }))
}
