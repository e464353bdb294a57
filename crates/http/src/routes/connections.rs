//! `/settings/security/providers`: a sign-in provider is disconnected.

use std::sync::Arc;

use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Refusal, UpstreamIdentityId};
use postern_flows::{App, upstream};
use postern_templating::When;
use postern_templating::pages::{ConnectedProvider, SignInProviders};

use super::security;
use crate::answer::PageRefusal;
use crate::heading::prove_first;
use crate::providers;
use crate::request::{PageForm, PageRequest, SignedIn};
use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().post("/settings/security/providers", Right::Session, disconnect)
}

async fn disconnect(page: PageRequest, PageForm(form): PageForm) -> Result<Response, PageRefusal> {
    if !page.is_fresh() {
        return Ok(prove_first(security::PATH));
    }
    let PageRequest { app, signed_in, .. } = &page;
    let id: Option<UpstreamIdentityId> = form.get("connection").and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| Refusal::not_found("there is no such connection"))?;
    upstream::disconnect(app, &signed_in.user, &signed_in.session, id).await?;
    Ok(Redirect::to(&format!("{}?done=disconnected", security::PATH)).into_response())
}

/// What the settings say of sign-in providers; nothing where there are none and never were.
pub(super) async fn shown(app: &Arc<App>, signed_in: &SignedIn) -> Result<Option<SignInProviders>, Refusal> {
    let now = app.clock.now().0;
    let connections = upstream::connections(app, &signed_in.user).await?;
    let connected: Vec<ConnectedProvider> = connections
        .into_iter()
        .map(|connection| ConnectedProvider {
            id: connection.identity.id.to_string(),
            label: connection.label,
            shown: connection.identity.shown,
            since: When::new(connection.identity.created_at.0, now),
            last_used: connection.identity.last_used_at.map(|at| When::new(at.0, now)),
            is_in_force: connection.is_in_force,
            can_go: connection.can_go,
        })
        .collect();
    let offered = providers::buttons(app);
    let any = !connected.is_empty() || !offered.is_empty();
    Ok(any.then_some(SignInProviders { connected, offered }))
}
