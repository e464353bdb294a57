//! `/`: what the person has, and what wants attention.

use axum::response::Response;
use postern_domain::{Client, Organization, Timestamp};
use postern_flows::api_tokens::Token;
use postern_flows::{home, organizations};
use postern_templating::pages::{Attention, EndingToken, Figure, Home};
use postern_templating::{Badge, Section, Text, Tone, When, t, tn};

use crate::answer::PageRefusal;
use crate::page;
use crate::request::PageRequest;
use crate::rights::{Right, Routes};
use crate::session::device_of;

pub(crate) fn routes() -> Routes {
    Routes::new().get("/", Right::Session, show)
}

async fn show(PageRequest { app, visitor, signed_in }: PageRequest) -> Result<Response, PageRefusal> {
    let here = &signed_in.session;
    let found = home::overview(&app, &signed_in.user, here).await?;
    let organizations = organizations::count(&app, &signed_in.actor(&app)).await?;
    let now = app.clock.now();
    let figure = |count, latest: Option<(Text, Timestamp)>| {
        let (latest, when) = latest.map(|(name, at)| (name, When::new(at.0, now.0))).unzip();
        Figure { count, latest, when }
    };
    let application =
        found.latest_application.map(|app| (name(&app.client), app.last_used_at.unwrap_or(app.since)));
    let client =
        found.latest_client.map(|client| (name(&client), client.last_used_at.unwrap_or(client.created_at)));
    let token =
        found.latest_token.as_ref().map(|token| (Text::verbatim(token_name(token)), token.created_at));
    let (_, browser) = device_of(&here.user_agent);
    Ok(page::render(&Home {
        chrome: page::chrome(&app, &visitor, Section::Home),
        attention: found.attention.iter().map(|item| line(item, now)).collect(),
        applications: figure(found.applications, application),
        clients: figure(found.clients, client),
        sessions: figure(found.sessions, Some((browser, now))),
        organizations,
        tokens: figure(found.tokens, token),
        ending_tokens: found
            .ending_tokens
            .iter()
            .map(|(token, of)| ending(token, of.as_deref(), now))
            .collect(),
    }))
}

fn name(client: &Client) -> Text {
    Text::verbatim(client.metadata.name.to_string())
}

fn token_name(token: &Token) -> String {
    token.api().map(|api| api.name.to_string()).unwrap_or_default()
}

fn ending(token: &Token, organization: Option<&Organization>, now: Timestamp) -> EndingToken {
    let place = organization.map_or_else(
        || "/settings".to_owned(),
        |organization| format!("/organizations/{}", organization.slug),
    );
    let end = token.expires_at.unwrap_or(now);
    EndingToken {
        name: token_name(token),
        url: format!("{place}/tokens/{}", token.id),
        state: if end <= now {
            Badge::new(Tone::Bad, t("expired"))
        } else {
            Badge::new(Tone::Warning, t("ends {when}").with("when", When::new(end.0, now.0).relative()))
        },
        organization: organization.map(|organization| organization.name.to_string()),
        last_used: token.last_used_at.map(|at| When::new(at.0, now.0)),
    }
}

fn line(item: &home::Attention, now: Timestamp) -> Attention {
    let client_url = |client: &Client| format!("/developer/clients/{}", client.identifier);
    let (tone, text, when, action, url) = match item {
        home::Attention::RefusedCalls { client, count, reason, last_at } => {
            let text = tn(
                "{app} had a call refused of late, at last because {reason}.",
                "{app} had {count} calls refused of late, at last because {reason}.",
                *count,
            );
            let text = text.with("app", name(client)).with("reason", reason);
            (Tone::Bad, text, Some(last_at), t("See errors"), client_url(client))
        }
        home::Attention::SecretEnds { client, at, replaced: true } => {
            let text = t("An old secret of {app} stops working.").with("app", name(client));
            (Tone::Neutral, text, Some(at), t("Look at it"), client_url(client))
        }
        home::Attention::SecretEnds { client, at, replaced: false } => {
            let text = t("The only secret of {app} stops working.").with("app", name(client));
            (Tone::Warning, text, Some(at), t("Rotate it"), client_url(client))
        }
        home::Attention::SignIn(session) => {
            let (_, browser) = device_of(&session.user_agent);
            let text = t("New sign-in with {browser} from {address}.")
                .with("browser", browser)
                .with("address", &session.address);
            let url = "/settings/sessions".to_owned();
            (Tone::Neutral, text, Some(&session.created_at), t("Was it you?"), url)
        }
    };
    Attention { tone, text, when: when.map(|at| When::new(at.0, now.0)), action, url }
}
