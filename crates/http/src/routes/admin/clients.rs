use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Client, ClientOwner, Refusal, Timestamp};
use postern_flows::administration::{self, ClientFilter};
use postern_flows::clients::{self, ClientUsage, Manager as ClientManager};
use postern_flows::{App, Paging};
use postern_templating::pages::{AdminClientRow, AdminClients};
use postern_templating::{AdminTab, Choice, Notice, Shortened, Text, When, t};

use super::asked::{Administrator, pager};
use crate::answer::PageRefusal;
use crate::request::{FormAbout, PageQuery};
use crate::routes::clients::{unused_scopes, url_of};
use crate::{face, page};

const PATH: &str = "/admin/clients";

pub(super) async fn list(
    Administrator(manager): Administrator,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let app = &manager.page.app;
    let paging = Paging { cursor: query.get("cursor").map(str::to_owned), ..Paging::first() };
    let registered_themselves = query.get("only") == Some("itself");
    let filter = ClientFilter { query: query.get("q").map(str::to_owned), registered_themselves };
    let found = administration::clients(app, &manager.actor, &filter, &paging).await?;
    let now = app.clock.now();
    let mut rows = Vec::with_capacity(found.items.len());
    for (client, usage) in &found.items {
        rows.push(row(app, client, *usage, now).await?);
    }
    let mut chrome = manager.chrome(AdminTab::Clients);
    chrome.notice = query.get("done").and_then(notice);
    let parameters = [("q", query.get("q")), ("only", query.get("only"))];
    Ok(page::render(&AdminClients {
        chrome,
        query: filter.query.unwrap_or_default(),
        only: vec![
            Choice::new("", t("All")).selected(!registered_themselves),
            Choice::new("itself", t("Registered themselves")).selected(registered_themselves),
        ],
        clients: rows,
        pager: pager(PATH, &parameters, paging.cursor.is_some(), found.next.as_deref()),
    }))
}

pub(super) async fn set_state(
    FormAbout(Administrator(manager), form): FormAbout<Administrator>,
) -> Result<Response, PageRefusal> {
    if let Some(first) = manager.proof_first(PATH) {
        return Ok(first);
    }
    let (closed, done) = match form.get("action") {
        Some("disable") => (true, "disabled"),
        Some("enable") => (false, "enabled"),
        _ => return Err(Refusal::invalid_request("choose one of the buttons").into()),
    };
    let name = form.get("client").unwrap_or_default();
    let as_manager = ClientManager::Actor(&manager.actor);
    clients::set_closed(&manager.page.app, as_manager, name, closed).await?;
    Ok(Redirect::to(&format!("{PATH}?done={done}")).into_response())
}

fn notice(done: &str) -> Option<Notice> {
    Some(Notice::done(match done {
        "disabled" => t("The client is disabled. None of its tokens works now."),
        "enabled" => t("The client is enabled. It works again."),
        _ => return None,
    }))
}

async fn row(
    app: &App,
    client: &Client,
    usage: ClientUsage,
    now: Timestamp,
) -> Result<AdminClientRow, Refusal> {
    let (owner, owner_url) = match client.owner {
        ClientOwner::User(id) => match app.user(id).await? {
            Some(user) => (Text::verbatim(user.name.to_string()), Some(format!("/admin/users/{id}"))),
            None => (t("a deleted account"), None),
        },
        ClientOwner::Organization(id) => match app.organization(id).await? {
            Some(it) => {
                (Text::verbatim(it.name.to_string()), Some(format!("/organizations/{}/overview", it.slug)))
            }
            None => (t("a deleted organization"), None),
        },
        ClientOwner::Instance => (t("this server"), None),
        ClientOwner::Nobody => (t("nobody: it registered itself"), None),
    };
    Ok(AdminClientRow {
        face: face::of(client),
        url: url_of(client),
        client_id: Shortened::new(client.identifier.as_str()),
        id: client.id.to_string(),
        owner,
        owner_url,
        is_closed: client.disabled,
        users: usage.users,
        live_tokens: usage.live_tokens,
        last_call: client.last_used_at.map(|at| When::new(at.0, now.0)),
        recent_errors: usage.recent_errors,
        unused_scopes: unused_scopes(client, now),
    })
}
