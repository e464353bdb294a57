//! `/settings/applications`: what each app holds, and how to cut it off.

use axum::response::Response;
use postern_flows::applications::{self, Application};
use postern_flows::{App, Paging};
use postern_templating::pages::{Applications, ConnectedApp};
use postern_templating::{Notice, Pager, Section, Text, When, t};

use crate::answer::PageRefusal;
use crate::request::{PageForm, PageQuery, PageRequest};
use crate::rights::{Right, Routes};
use crate::{face, page};

const PATH: &str = "/settings/applications";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Session, list).post(PATH, Right::Session, cut_off)
}

async fn list(page: PageRequest, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    show(&page, query.get("cursor"), None).await
}

async fn cut_off(page: PageRequest, PageForm(form): PageForm) -> Result<Response, PageRefusal> {
    let client = form.get("client_id").unwrap_or_default();
    let by = page.actor().by();
    let client = applications::cut_off(&page.app, by, &page.signed_in.user, client).await?;
    let done = t("{app} is cut off. Its tokens stopped working now.");
    let notice = Notice::done(done.with("app", client.metadata.name.as_str()));
    show(&page, None, Some(notice)).await
}

async fn show(
    asked: &PageRequest,
    cursor: Option<&str>,
    notice: Option<Notice>,
) -> Result<Response, PageRefusal> {
    let PageRequest { app, visitor, signed_in } = asked;
    let paging = Paging { cursor: cursor.map(str::to_owned), ..Paging::first() };
    let found = applications::list(app, &signed_in.user, &paging).await?;
    let now = app.clock.now().0;
    let mut chrome = page::chrome(app, visitor, Section::Applications);
    chrome.notice = notice;
    Ok(page::render(&Applications {
        chrome,
        apps: found.items.into_iter().map(|item| row(app, item, now)).collect(),
        pager: Pager {
            // The way back to the start is enough for a list that few people page through.
            previous_url: cursor.map(|_| PATH.to_owned()),
            next_url: found.next.map(|next| format!("{PATH}?cursor={next}")),
        },
    }))
}

fn row(app: &App, item: Application, now: i64) -> ConnectedApp {
    let scopes = item.in_words(&app.catalogue).into_iter().map(Text::sentence).collect();
    let open_url = item.open_url(app).map(|url| url.to_string());
    ConnectedApp {
        client_id: item.client.identifier.to_string(),
        face: face::of(&item.client),
        publisher: item.publisher,
        homepage_url: item.client.metadata.homepage_url.as_ref().map(ToString::to_string),
        open_url,
        scopes,
        since: When::new(item.since.0, now),
        last_used: item.last_used_at.map(|at| When::new(at.0, now)),
    }
}
