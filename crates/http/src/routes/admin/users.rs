use std::collections::BTreeMap;

use axum::response::Response;
use postern_domain::{InstanceRight, Timestamp, User, UserId};
use postern_flows::Paging;
use postern_flows::administration::{self, AccountSearch, Only};
use postern_templating::pages::{AdminUserRow, AdminUsers};
use postern_templating::{AdminTab, Badge, Choice, Text, Tone, When, t};

use super::asked::{Manager, pager};
use crate::answer::PageRefusal;
use crate::page;
use crate::request::PageQuery;

const PATH: &str = "/admin/users";
const ONLY: [(&str, Text, Only); 2] =
    [("rights", t("With rights"), Only::WithRights), ("disabled", t("Disabled"), Only::Disabled)];

pub(super) async fn list(manager: Manager, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let app = &manager.page.app;
    let paging = Paging { cursor: query.get("cursor").map(str::to_owned), ..Paging::first() };
    let only = ONLY.into_iter().find(|(value, ..)| Some(*value) == query.get("only"));
    let search = AccountSearch {
        begin: query.get("q").map(str::to_owned),
        only: only.as_ref().map(|(.., only)| *only),
    };
    let found = administration::accounts(app, &manager.actor, &search, &paging).await?;
    let seen = administration::last_seen(app, &found.items).await?;
    let now = app.clock.now();
    let filter = [("q", query.get("q")), ("only", query.get("only"))];
    let choices = ONLY
        .into_iter()
        .map(|(value, label, which)| Choice::new(value, label).selected(search.only == Some(which)));
    let everybody = Choice::new("", t("Everybody")).selected(only.is_none());
    Ok(page::render(&AdminUsers {
        chrome: manager.chrome(AdminTab::Users),
        query: search.begin.clone().unwrap_or_default(),
        only: std::iter::once(everybody).chain(choices).collect(),
        users: found.items.iter().map(|user| row(user, &seen, now)).collect(),
        pager: pager(PATH, &filter, paging.cursor.is_some(), found.next.as_deref()),
    }))
}

fn row(user: &User, seen: &BTreeMap<UserId, Timestamp>, now: Timestamp) -> AdminUserRow {
    AdminUserRow {
        id: user.id.to_string(),
        name: user.name.to_string(),
        username: user.username.to_string(),
        email: user.email.to_string(),
        states: states(user),
        last_seen: seen.get(&user.id).map(|at| When::new(at.0, now.0)),
        made: When::new(user.created_at.0, now.0),
    }
}

/// What is worth knowing of an account in a word each.
pub(super) fn states(user: &User) -> Vec<Badge> {
    let mut states = vec![match user.is_active() {
        true => Badge::new(Tone::Good, t("active")),
        false => Badge::new(Tone::Bad, t("disabled")),
    }];
    if user.rights.contains(&InstanceRight::InstanceAdmin) {
        states.push(Badge::new(Tone::Accent, t("administrator")));
    } else if !user.rights.is_empty() {
        states.push(Badge::new(Tone::Accent, t("has rights")));
    }
    if !user.email_verified {
        states.push(Badge::new(Tone::Warning, t("e-mail not verified")));
    }
    states
}
