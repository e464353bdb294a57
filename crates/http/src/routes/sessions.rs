//! `/settings/sessions`: where the person is signed in.

use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Refusal, Session, SessionId};
use postern_flows::{App, Paging, sessions};
use postern_templating::pages::{SessionRow, Sessions};
use postern_templating::{Notice, Pager, Section, When, t};

use crate::answer::PageRefusal;
use crate::page;
use crate::request::{PageForm, PageQuery, PageRequest};
use crate::rights::{Right, Routes};
use crate::session::device_of;

const PATH: &str = "/settings/sessions";
/// How many sessions one page of the list holds.
const PAGE: u64 = 50;

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Session, list).post(PATH, Right::Session, end)
}

async fn list(
    PageRequest { app, visitor, signed_in }: PageRequest,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let (after, here) = (query.get("after"), &signed_in.session);
    let paging = Paging { limit: PAGE, cursor: after.map(str::to_owned) };
    let found = sessions::list(&app, here.user_id, &paging).await?;
    let mut rows = Vec::with_capacity(found.items.len());
    if after.is_none() {
        rows.push(row(&app, here, true).await?);
    }
    for session in found.items.iter().filter(|session| session.id != here.id) {
        rows.push(row(&app, session, false).await?);
    }
    let mut chrome = page::chrome(&app, &visitor, Section::Sessions);
    chrome.notice = query.get("done").and_then(notice);
    Ok(page::render(&Sessions {
        chrome,
        has_others: sessions::count(&app, here.user_id).await? > 1,
        sessions: rows,
        pager: Pager {
            // The way back to the start is enough for a list that few people page through.
            previous_url: after.map(|_| PATH.to_owned()),
            next_url: found.next.map(|next| format!("{PATH}?after={next}")),
        },
    }))
}

async fn end(page: PageRequest, PageForm(form): PageForm) -> Result<Response, PageRefusal> {
    let (by, PageRequest { app, signed_in, .. }) = (page.actor().by(), page);
    let here = &signed_in.session;
    let done = match form.get("action") {
        Some("revoke_others") => {
            sessions::end_others(&app, by, here.user_id, Some(here.id)).await?;
            "others"
        }
        Some("revoke") => {
            let id: Option<SessionId> = form.get("session").and_then(|id| id.parse().ok());
            let id = id.ok_or_else(|| Refusal::not_found("there is no such session"))?;
            if id == here.id {
                return Ok(Redirect::to("/logout").into_response());
            }
            // Of another person, or over already: both are gone from this list.
            if sessions::end_there(&app, by, here.user_id, id).await? { "one" } else { "none" }
        }
        _ => return Err(Refusal::invalid_request("choose what to do").into()),
    };
    Ok(Redirect::to(&format!("{PATH}?done={done}")).into_response())
}

fn notice(done: &str) -> Option<Notice> {
    Some(match done {
        "one" => Notice::done(t(
            "That browser is signed out. If you did not know it, change your password as well.",
        )),
        "others" => Notice::done(t("You are signed out everywhere else.")),
        "none" => Notice::info(t("That session was over already.")),
        _ => return None,
    })
}

/// A session in a list.
pub(super) async fn row(app: &App, session: &Session, current: bool) -> Result<SessionRow, Refusal> {
    let now = app.clock.now().0;
    let (device, name) = device_of(&session.user_agent);
    let acting = match session.impersonator {
        Some(by) => app.user(by.user_id).await?.map(|administrator| administrator.name.to_string()),
        None => None,
    };
    Ok(SessionRow {
        acting,
        id: session.id.to_string(),
        device,
        name,
        address: session.address.clone(),
        signed_in: When::new(session.created_at.0, now),
        last_seen: When::new(if current { now } else { session.last_seen_at.0 }, now),
        current,
    })
}
