use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Organization, OrganizationId, Refusal, Tier};
use postern_flows::{Paging, administration};
use postern_templating::pages::{AdminOrganizationRow, AdminOrganizations};
use postern_templating::{AdminTab, Choice, Notice, When, t};

use super::asked::{Administrator, pager};
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{FormAbout, PageQuery};

const PATH: &str = "/admin/organizations";

pub(super) async fn list(
    Administrator(manager): Administrator,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let app = &manager.page.app;
    let paging = Paging { cursor: query.get("cursor").map(str::to_owned), ..Paging::first() };
    let search = query.get("q");
    let found = administration::organizations(app, &manager.actor, search, &paging).await?;
    let members = administration::members_of(app, &found.items).await?;
    let now = app.clock.now().0;
    let mut chrome = manager.chrome(AdminTab::Organizations);
    chrome.notice = (query.get("done") == Some("tier"))
        .then(|| Notice::done(t("The tier is set. It holds from the next call on.")));
    Ok(page::render(&AdminOrganizations {
        chrome,
        query: search.unwrap_or_default().to_owned(),
        organizations: found.items.iter().zip(members).map(|(it, members)| row(it, members, now)).collect(),
        pager: pager(PATH, &[("q", search)], paging.cursor.is_some(), found.next.as_deref()),
    }))
}

pub(super) async fn set_tier(
    FormAbout(Administrator(manager), form): FormAbout<Administrator>,
) -> Result<Response, PageRefusal> {
    if let Some(first) = manager.proof_first(PATH) {
        return Ok(first);
    }
    let id = form.get("organization").and_then(|id| id.parse::<OrganizationId>().ok());
    let id = id.ok_or_else(|| Refusal::not_found("there is no such organization"))?;
    let tier: Tier = form.get("tier").unwrap_or_default().parse().map_err(Refusal::invalid_request)?;
    administration::set_tier(&manager.page.app, &manager.actor, id, tier).await?;
    Ok(Redirect::to(&format!("{PATH}?done=tier")).into_response())
}

fn row(organization: &Organization, members: u64, now: i64) -> AdminOrganizationRow {
    let tier = |tier: Tier| {
        let label = match tier {
            Tier::Restricted => t("restricted: 60 a minute"),
            Tier::Default => t("default: 500 a minute"),
            Tier::Elevated => t("elevated: 100 a second"),
        };
        Choice::new(tier.as_str(), label).selected(tier == organization.tier)
    };
    AdminOrganizationRow {
        id: organization.id.to_string(),
        name: organization.name.to_string(),
        slug: organization.slug.to_string(),
        members,
        tiers: Tier::ALL.map(tier).into(),
        made: When::new(organization.created_at.0, now),
    }
}
