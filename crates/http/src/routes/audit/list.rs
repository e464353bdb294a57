use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::Params;
use postern_domain::audit::Action;
use postern_flows::{Paging, Slice, audit};
use postern_templating::pages::{Audit, AuditFilter, AuditScope};
use postern_templating::{Choice, Pager, Section, Text, t};

use super::PATH;
use super::asked::{Asked, SHOWS};
use super::row::row;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{PageQuery, PageRequest};

/// How many events one page of the list holds.
const PAGE: u64 = 50;
/// The parameters of a filter.
const NAMES: [&str; 7] = ["token", "user", "organization", "show", "action", "from", "to"];

pub(super) async fn list(
    PageRequest { app, visitor, signed_in }: PageRequest,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let asked = Asked::read(&app, &signed_in, &query).await?;
    if let Some(id) = asked.event {
        return Ok(Redirect::to(&format!("{PATH}/{id}")).into_response());
    }
    let paging = Paging { limit: PAGE, cursor: query.get("cursor").map(str::to_owned) };
    let found = match asked.problem {
        None => audit::list(&app, &asked.actor, &asked.filter, &paging).await?,
        Some(_) => Slice { items: Vec::new(), next: None },
    };
    let names = audit::names(&app, &found.items).await?;
    let now = app.clock.now().0;
    let address = |cursor: Option<&str>| {
        let query = written(&query, cursor);
        if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
    };
    Ok(page::render(&Audit {
        chrome: page::chrome(&app, &visitor, Section::Audit),
        scope: match (&asked.organization, asked.sees_all()) {
            (Some(_), _) => AuditScope::Organization,
            (None, true) => AuditScope::Everybody,
            (None, false) => AuditScope::Own,
        },
        filter: shown(&asked, &query),
        problem: asked.problem,
        query: written(&query, None),
        pager: Pager {
            previous_url: paging.cursor.as_ref().map(|_| address(None)),
            next_url: found.next.as_deref().map(|next| address(Some(next))),
        },
        events: found.items.into_iter().map(|event| row(event, &names, now)).collect(),
    }))
}

/// A filter as the query of an address.
fn written(query: &Params, cursor: Option<&str>) -> String {
    let mut written = url::form_urlencoded::Serializer::new(String::new());
    let given = NAMES.iter().map(|name| (*name, query.get(name)));
    for (name, value) in given.chain([("cursor", cursor)]) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            written.append_pair(name, value);
        }
    }
    written.finish()
}

fn shown(asked: &Asked, query: &Params) -> AuditFilter {
    let text = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let show = query.get("show").unwrap_or_default();
    let mut shows = vec![Choice::new("", t("Calls and changes"))];
    shows.extend(
        SHOWS.into_iter().map(|(value, label, ..)| Choice::new(value, label).selected(value == show)),
    );
    let mut actions = vec![Choice::new("", t("Any change"))];
    actions.extend(Action::ALL.iter().map(|action| {
        Choice::new(action.code(), Text::verbatim(action.code()))
            .selected(asked.filter.action == Some(*action))
    }));
    AuditFilter {
        token: text("token"),
        user: text("user"),
        organization: text("organization"),
        shows,
        actions,
        id: text("id"),
        from: text("from"),
        to: text("to"),
    }
}
