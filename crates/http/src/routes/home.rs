//! `/`: what the person has, and what wants attention.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use postern_domain::{Client, Timestamp};
use postern_flows::home::{self, Overview};
use postern_flows::{Actor, App, organizations};
use postern_templating::pages::{Attention, Figure, Home};
use postern_templating::{Section, Tone, When};

use crate::answer::PageRefusal;
use crate::page;
use crate::request::{SignedIn, Visitor};
use crate::rights::{Right, Routes};
use crate::session::device_of;

pub(crate) fn routes() -> Routes {
    Routes::new().get("/", Right::Session, show)
}

async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    signed_in: SignedIn,
) -> Result<Response, PageRefusal> {
    let here = &signed_in.session;
    let Overview { applications, latest_application, clients, latest_client, sessions, attention } =
        home::overview(&app, &signed_in.user, here).await?;
    let actor = Actor::signed_in(&app, &signed_in.user);
    let organizations = organizations::count(&app, &actor).await?;
    let now = app.clock.now();
    let figure = |count, latest: Option<(String, Timestamp)>| {
        let (latest, when) = latest.map(|(name, at)| (name, When::new(at.0, now.0))).unzip();
        Figure { count, latest, when }
    };
    let application =
        latest_application.map(|app| (name(&app.client), app.last_used_at.unwrap_or(app.since)));
    let client =
        latest_client.map(|client| (name(&client), client.last_used_at.unwrap_or(client.created_at)));
    let (_, browser) = device_of(&here.user_agent);
    Ok(page::render(&Home {
        chrome: page::chrome(&app, &visitor, Section::Home),
        attention: attention.iter().map(|item| line(item, now)).collect(),
        applications: figure(applications, application),
        clients: figure(clients, client),
        sessions: figure(sessions, Some((browser, now))),
        organizations: figure(organizations, None),
        tokens: Figure::none(),
        ending_tokens: Vec::new(),
    }))
}

fn name(client: &Client) -> String {
    client.metadata.name.to_string()
}

fn line(item: &home::Attention, now: Timestamp) -> Attention {
    let client_url = |client: &Client| format!("/developer/clients/{}", client.identifier);
    let (tone, text, when, action, url) = match item {
        home::Attention::RefusedCalls { client, count, reason, last_at } => {
            let calls = if *count == 1 { "a call".to_owned() } else { format!("{count} calls") };
            let text = format!("{} had {calls} refused of late, at last because {reason}.", name(client));
            (Tone::Bad, text, Some(last_at), "See errors", client_url(client))
        }
        home::Attention::SecretEnds { client, at, replaced: true } => {
            let text = format!("An old secret of {} stops working.", name(client));
            (Tone::Neutral, text, Some(at), "Look at it", client_url(client))
        }
        home::Attention::SecretEnds { client, at, replaced: false } => {
            let text = format!("The only secret of {} stops working.", name(client));
            (Tone::Warning, text, Some(at), "Rotate it", client_url(client))
        }
        home::Attention::SignIn(session) => {
            let (_, browser) = device_of(&session.user_agent);
            let text = format!("New sign-in with {browser} from {}.", session.address);
            (Tone::Neutral, text, Some(&session.created_at), "Was it you?", "/settings/sessions".to_owned())
        }
    };
    Attention { tone, text, when: when.map(|at| When::new(at.0, now.0)), action: action.to_owned(), url }
}
