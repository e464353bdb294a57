use axum::response::Response;
use postern_flows::{Paging, organizations};
use postern_templating::pages::{OrganizationRow, Organizations};
use postern_templating::{Pager, Section, When};

use super::done::Done;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{PageQuery, PageRequest};

pub(super) const PATH: &str = "/organizations";

pub(super) async fn list(page: PageRequest, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let (app, actor) = (&page.app, page.actor());
    let paging = Paging::parse(None, query.get("cursor"))?;
    let mine = organizations::list(app, &actor, &paging).await?;
    let now = app.clock.now().0;
    let row = |mine: &organizations::Mine| OrganizationRow {
        name: mine.organization.name.to_string(),
        slug: mine.organization.slug.to_string(),
        role: mine.membership.role.to_string(),
        members: mine.members,
        since: When::new(mine.membership.created_at.0, now),
    };
    let mut chrome = page::chrome(app, &page.visitor, Section::Organizations);
    chrome.notice = Done::notice(query.get("done"));
    Ok(page::render(&Organizations {
        chrome,
        organizations: mine.items.iter().map(row).collect(),
        total: organizations::count(app, &actor).await?,
        pager: pager(PATH, &paging, mine.next.as_deref()),
    }))
}

/// The way through a list at `path`.
pub(super) fn pager(path: &str, paging: &Paging, next: Option<&str>) -> Pager {
    Pager {
        previous_url: paging.cursor.as_ref().map(|_| path.to_owned()),
        next_url: next.map(|cursor| format!("{path}?cursor={cursor}")),
    }
}
