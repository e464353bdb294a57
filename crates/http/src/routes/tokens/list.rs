use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use postern_domain::{Lifetime, Params, TokenKind};
use postern_flows::api_tokens::{self, Filter, List, State as TokenState};
use postern_flows::{App, Paging};
use postern_templating::pages::{TokenFilter, Tokens};
use postern_templating::{Choice, Pager, Text, t};

use super::asked::At;
use super::done::Done;
use super::row::row;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::PageQuery;

const STATES: [(&str, Text, TokenState); 3] = [
    ("active", t("Active"), TokenState::Active),
    ("expired", t("Expired"), TokenState::Expired),
    ("revoked", t("Revoked"), TokenState::Revoked),
];
const KINDS: [(Text, TokenKind); 2] =
    [(t("Personal"), TokenKind::Personal), (t("Organization"), TokenKind::Organization)];
/// For how long a token was not used.
const UNUSED: [(&str, Text, Lifetime); 3] = [
    ("30d", t("Not used for 30 days"), Lifetime::days(30)),
    ("90d", t("Not used for 90 days"), Lifetime::days(90)),
    ("1y", t("Not used for a year"), Lifetime::days(365)),
];

pub(super) async fn list(
    State(app): State<Arc<App>>,
    at: At,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let paging = Paging { cursor: query.get("cursor").map(str::to_owned), ..Paging::first() };
    let filter = Filter {
        state: STATES.iter().find(|(value, ..)| Some(*value) == query.get("state")).map(|(.., state)| *state),
        ..everybodys(&at, &query)
    };
    let found = api_tokens::list(&app, &at.actor, at.list, &filter, &paging).await?;
    let mut tokens = Vec::with_capacity(found.items.len());
    for token in &found.items {
        tokens.push(row(&app, &at, token).await?);
    }
    let total = api_tokens::count(&app, &at.actor, at.list).await?;
    let mut chrome = at.chrome(&app);
    chrome.notice = Done::notice(query.get("done")).or_else(|| super::bulk::notice(query.get("revoked")));
    Ok(page::render(&Tokens {
        chrome,
        tokens,
        total,
        filter: shown(&at, &filter, &query),
        may_create: true,
        pager: Pager {
            previous_url: paging.cursor.map(|_| url(&at, &query, None)),
            next_url: found.next.map(|next| url(&at, &query, Some(&next))),
        },
        place: at.place,
    }))
}

/// What administrators can look for besides: all of a filter but the state.
pub(super) fn everybodys(at: &At, query: &Params) -> Filter {
    let is_of_all = at.list == List::Everybody;
    let unused = UNUSED.into_iter().find(|(value, ..)| Some(*value) == query.get("unused") && is_of_all);
    Filter {
        query: query.get("q").map(str::to_owned),
        state: None,
        kind: query.get("kind").and_then(TokenKind::from_code).filter(|_| is_of_all),
        unused_for: unused.map(|(.., span)| span),
    }
}

/// A filter as the query of an address.
pub(super) fn written(query: &Params, cursor: Option<&str>) -> String {
    let kept = ["q", "state", "kind", "unused"].into_iter().filter_map(|name| Some((name, query.get(name)?)));
    let kept = kept.filter(|(_, value)| !value.is_empty()).chain(cursor.map(|cursor| ("cursor", cursor)));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
}

/// The same list from somewhere else.
fn url(at: &At, query: &Params, cursor: Option<&str>) -> String {
    let query = written(query, cursor);
    if query.is_empty() { at.url() } else { format!("{}?{query}", at.url()) }
}

fn shown(at: &At, filter: &Filter, query: &Params) -> TokenFilter {
    let any = |label: Text, is_any| std::iter::once(Choice::new("", label).selected(is_any));
    let states = STATES
        .into_iter()
        .map(|(value, label, state)| Choice::new(value, label).selected(filter.state == Some(state)));
    let kinds = KINDS
        .into_iter()
        .map(|(label, kind)| Choice::new(kind.spec().code, label).selected(filter.kind == Some(kind)));
    let unused = UNUSED
        .into_iter()
        .map(|(value, label, span)| Choice::new(value, label).selected(filter.unused_for == Some(span)));
    TokenFilter {
        query: filter.query.clone().unwrap_or_default(),
        states: any(t("Any state"), filter.state.is_none()).chain(states).collect(),
        kinds: match at.list {
            List::Everybody => any(t("Any kind"), filter.kind.is_none()).chain(kinds).collect(),
            List::Of(_) => Vec::new(),
        },
        unused: match at.list {
            List::Everybody => any(t("Used or not"), filter.unused_for.is_none()).chain(unused).collect(),
            List::Of(_) => Vec::new(),
        },
        written: written(query, None),
    }
}
