use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Capability, OrganizationPolicy, Role};
use postern_flows::App;
use postern_flows::api_tokens::Token;
use postern_flows::organizations::{self, Overview};
use postern_templating::pages::{Attention, OrganizationOverview};
use postern_templating::{OrganizationTab, Shortened, Tone, When};

use super::done::Done;
use super::place::role_means;
use super::{AtPlace, Place};
use crate::answer::PageRefusal;
use crate::page;
use crate::request::PageQuery;

/// Most tokens that end soon which are mentioned; the list has them all.
const TOKENS: usize = 3;

pub(super) async fn at_its_name(at: AtPlace) -> Response {
    Redirect::to(&at.place.path("overview")).into_response()
}

pub(super) async fn show(at: AtPlace, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let (app, place) = (&at.page.app, &at.place);
    let organization = &place.organization;
    let figures = organizations::overview(app, &place.actor, organization, place.role).await?;
    let mut chrome = at.chrome(OrganizationTab::Overview);
    chrome.notice = Done::notice(query.get("done"));
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
        attention: attention(app, place, &figures),
        facts: facts(app, place),
    }))
}

fn attention(app: &App, place: &Place, figures: &Overview) -> Vec<Attention> {
    let line = |tone, text: String, action: &str, page: &str| Attention {
        tone,
        text,
        when: None,
        action: action.to_owned(),
        url: place.path(page),
    };
    let mut lines: Vec<Attention> =
        figures.ending_tokens.iter().take(TOKENS).map(|token| ending(app, place, token)).collect();
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

/// The line of a token that ends soon or ended of late.
fn ending(app: &App, place: &Place, token: &Token) -> Attention {
    let name = token.api().map(|api| api.name.as_str()).unwrap_or_default();
    let is_over = token.expires_at.is_some_and(|end| end <= app.clock.now());
    let (tone, verb) = if is_over { (Tone::Bad, "ended") } else { (Tone::Warning, "ends") };
    Attention {
        tone,
        text: format!("The token {name} {verb}."),
        when: token.expires_at.map(|end| When::new(end.0, app.clock.now().0)),
        action: "Look at it".to_owned(),
        url: place.path(&format!("tokens/{}", token.id)),
    }
}

/// How long a token of the organization may live: no longer than it says, nor than the server does.
fn longest(app: &App, policy: &OrganizationPolicy) -> String {
    match (policy.max_token_lifetime, app.config.tokens.max_lifetime) {
        (Some(own), Some(server)) if server < own => server.in_words() + ", as this server demands",
        (None, Some(server)) => server.in_words() + ", as this server demands",
        (Some(own), _) => own.in_words(),
        (None, None) => "no limit".to_owned(),
    }
}

fn facts(app: &App, place: &Place) -> Vec<(String, String)> {
    let organization = &place.organization;
    let policy = &organization.policy;
    let approval = if policy.apps_need_approval { "needed before they get access" } else { "not needed" };
    let tier = match organization.tier {
        postern_domain::Tier::Restricted => "60 a minute",
        postern_domain::Tier::Default => "500 a minute",
        postern_domain::Tier::Elevated => "100 a second",
    };
    [
        ("Longest token", longest(app, policy)),
        ("Approval of apps", approval.to_owned()),
        ("API requests", tier.to_owned()),
    ]
    .map(|(label, value)| (label.to_owned(), value))
    .into()
}
