use axum::response::Response;
use postern_domain::{Client, ClientId};
use postern_flows::clients::{self, ClientUsage, Manager};
use postern_templating::pages::{ClientRow, Clients};
use postern_templating::{Pager, Section, Shortened, Text, When};

use super::address::{self, Done, LIST};
use crate::answer::PageRefusal;
use crate::request::{PageQuery, PageRequest};
use crate::{face, page};

/// How many clients are on a page.
pub(crate) const PAGE: usize = 50;

pub(super) async fn list(
    PageRequest { app, visitor, signed_in }: PageRequest,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let manager = Manager::User(&signed_in.user);
    // A cursor that is none shows the first page.
    let before = query.get("cursor").and_then(|cursor| cursor.parse::<ClientId>().ok());
    let mut found = clients::list(&app, manager, before, PAGE as u64 + 1).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().filter(|_| has_more).map(|(client, _)| client.id);
    let now = app.clock.now().0;
    let mut chrome = page::chrome(&app, &visitor, Section::Clients);
    chrome.notice = Done::notice(query.get("done"));
    Ok(page::render(&Clients {
        chrome,
        clients: found.iter().map(|(client, usage)| row(client, *usage, now)).collect(),
        total: clients::count(&app, manager).await?,
        pager: Pager {
            previous_url: before.map(|_| LIST.to_owned()),
            next_url: last.map(|id| format!("{LIST}?cursor={id}")),
        },
    }))
}

/// A client in a list.
pub(crate) fn row(client: &Client, usage: ClientUsage, now: i64) -> ClientRow {
    ClientRow {
        face: face::of(client),
        url: address::of(client),
        client_type: Text::sentence(client.metadata.client_type.as_str()),
        client_id: Shortened::new(client.identifier.as_str()),
        users: usage.users,
        live_tokens: usage.live_tokens,
        last_call: client.last_used_at.map(|at| When::new(at.0, now)),
        recent_errors: usage.recent_errors,
    }
}
