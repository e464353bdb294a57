use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Capability, Role};
use postern_flows::App;
use postern_flows::organizations::{self, Overview};
use postern_templating::pages::{Attention, OrganizationOverview};
use postern_templating::{OrganizationTab, Shortened, Tone, When};

use super::Place;
use super::done::Done;
use super::place::role_means;
use crate::answer::PageRefusal;
use crate::page;
use crate::request::{QueryParams, SignedIn, Visitor};

pub(super) async fn at_its_name(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    Path(slug): Path<String>,
) -> Result<Response, PageRefusal> {
    let place = Place::find(&app, &signed_in, &slug).await?;
    Ok(Redirect::to(&place.path("overview")).into_response())
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(slug): Path<String>,
    QueryParams(query): QueryParams,
) -> Result<Response, PageRefusal> {
    let place = Place::find(&app, &signed_in, &slug).await?;
    let organization = &place.organization;
    let figures = organizations::overview(&app, &place.actor, organization, place.role).await?;
    let mut chrome = place.chrome(&app, &visitor, OrganizationTab::Overview);
    chrome.notice = Done::notice(query?.get("done"));
    Ok(page::render(&OrganizationOverview {
        chrome,
        id: Shortened::new(organization.id.to_string()),
        created: When::new(organization.created_at.0, app.clock.now().0),
        role_means: role_means(place.role).to_owned(),
        members: figures.members,
        invitations: figures.invitations,
        live_tokens: figures.live_tokens,
        customers: figures.customers,
        apps: figures.apps,
        attention: attention(&place, &figures),
        facts: facts(&place),
    }))
}

fn attention(place: &Place, figures: &Overview) -> Vec<Attention> {
    let line = |tone, text: String, action: &str, page: &str| Attention {
        tone,
        text,
        when: None,
        action: action.to_owned(),
        url: place.path(page),
    };
    let mut lines = Vec::new();
    if figures.apps_waiting > 0 && place.role.may(Capability::ManageClients) {
        let apps = match figures.apps_waiting {
            1 => "An app waits".to_owned(),
            count => format!("{count} apps wait"),
        };
        lines.push(line(Tone::Warning, format!("{apps} to be approved."), "Decide", "settings"));
    }
    if figures.owners == 1 && figures.members > 1 && place.role == Role::Owner {
        let text = "You are the only owner. If you lose your account, nobody can run the organization.";
        lines.push(line(Tone::Neutral, text.to_owned(), "Name another", "members"));
    }
    lines
}

fn facts(place: &Place) -> Vec<(String, String)> {
    let organization = &place.organization;
    let policy = &organization.policy;
    let longest = policy.max_token_lifetime;
    let approval = if policy.apps_need_approval { "needed before they get access" } else { "not needed" };
    let tier = match organization.tier {
        postern_domain::Tier::Restricted => "60 a minute",
        postern_domain::Tier::Default => "500 a minute",
        postern_domain::Tier::Elevated => "100 a second",
    };
    [
        (
            "Longest token",
            longest.map_or_else(
                || "as long as this server allows".to_owned(),
                postern_domain::Lifetime::in_words,
            ),
        ),
        ("Approval of apps", approval.to_owned()),
        ("API requests", tier.to_owned()),
    ]
    .map(|(label, value)| (label.to_owned(), value))
    .into()
}
