use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Capability, Lifetime, OrganizationPolicy, Role};
use postern_flows::App;
use postern_flows::api_tokens::Token;
use postern_flows::organizations::{self, Overview};
use postern_templating::pages::{Attention, OrganizationOverview};
use postern_templating::{OrganizationTab, Shortened, Text, Tone, When, span, t, tn};

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
        role_means: role_means(place.role),
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
    let line = |tone, text: Text, action: Text, page: &str| Attention {
        tone,
        text,
        when: None,
        action,
        url: place.path(page),
    };
    let mut lines: Vec<Attention> =
        figures.ending_tokens.iter().take(TOKENS).map(|token| ending(app, place, token)).collect();
    if figures.apps_waiting > 0 && place.role.may(Capability::ManageClients) {
        let text =
            tn("An app waits to be approved.", "{count} apps wait to be approved.", figures.apps_waiting);
        lines.push(line(Tone::Warning, text, t("Decide"), "settings"));
    }
    if figures.owners == 1 && figures.members > 1 && place.role == Role::Owner {
        let text = t("You are the only owner. If you lose your account, nobody can run the organization.");
        lines.push(line(Tone::Neutral, text, t("Name another"), "members"));
    }
    lines
}

/// The line of a token that ends soon or ended of late.
fn ending(app: &App, place: &Place, token: &Token) -> Attention {
    let name = token.api().map(|api| api.name.as_str()).unwrap_or_default();
    let is_over = token.expires_at.is_some_and(|end| end <= app.clock.now());
    let (tone, text) = match is_over {
        true => (Tone::Bad, t("The token {name} ended.")),
        false => (Tone::Warning, t("The token {name} ends.")),
    };
    Attention {
        tone,
        text: text.with("name", name),
        when: token.expires_at.map(|end| When::new(end.0, app.clock.now().0)),
        action: t("Look at it"),
        url: place.path(&format!("tokens/{}", token.id)),
    }
}

/// How long a token of the organization may live: no longer than it says, nor than the server does.
fn longest(app: &App, policy: &OrganizationPolicy) -> Text {
    let demanded =
        |lasts: Lifetime| t("{span}, as this server demands").with("span", span(lasts.as_seconds()));
    match (policy.max_token_lifetime, app.config.tokens.max_lifetime) {
        (Some(own), Some(server)) if server < own => demanded(server),
        (None, Some(server)) => demanded(server),
        (Some(own), _) => span(own.as_seconds()),
        (None, None) => t("no limit"),
    }
}

fn facts(app: &App, place: &Place) -> Vec<(Text, Text)> {
    let organization = &place.organization;
    let policy = &organization.policy;
    let approval = match policy.apps_need_approval {
        true => t("needed before they get access"),
        false => t("not needed"),
    };
    let second_step = match policy.members_need_second_factor {
        true => t("needed to do anything here"),
        false => t("not needed"),
    };
    let tier = match organization.tier {
        postern_domain::Tier::Restricted => t("60 a minute"),
        postern_domain::Tier::Default => t("500 a minute"),
        postern_domain::Tier::Elevated => t("100 a second"),
    };
    vec![
        (t("Longest token"), longest(app, policy)),
        (t("Approval of apps"), approval),
        (t("Second step of members"), second_step),
        (t("API requests"), tier),
    ]
}
