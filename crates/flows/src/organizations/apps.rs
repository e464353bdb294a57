use std::collections::BTreeMap;
use std::sync::Arc;

use postern_domain::audit::Action;
use postern_domain::{
    AppApproval, Capability, Client, ClientId, ClientIdentifier, Organization, OrganizationId, Refusal,
    Timestamp, UserId,
};
use postern_storage::consents::{self, Whose};
use postern_storage::{app_approvals, tokens};

use super::acts;
use crate::audit::{self, Entry};
use crate::{Actor, clients};

/// How many apps are listed.
const SHOWN: u64 = 200;

/// An app and what it is to an organization.
#[derive(Clone, Debug)]
pub struct App {
    /// The app.
    pub client: Arc<Client>,
    /// Who made it.
    pub publisher: Option<String>,
    /// What it is to the organization.
    pub state: AppState,
    /// Whether the organization has approved it.
    pub is_approved: bool,
    /// When it asked, was approved, or was first given access.
    pub since: Timestamp,
}

/// What an app is to an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppState {
    /// Somebody asked for it, and nobody has approved it.
    Waits,
    /// It is approved, and nobody has given it access.
    Approved,
    /// It holds access.
    HasAccess,
    /// It was given access, and the organization has since come to ask for an approval that it does not have.
    Barred,
}

/// The apps that hold access to an organization, wait for approval or are approved: first those that wait.
///
/// # Errors
/// Those of [`Actor::may`] for `organizations:read`, which takes an owner or admin.
pub async fn apps(app: &crate::App, actor: &Actor, organization: &Organization) -> Result<Vec<App>, Refusal> {
    actor.may(app, organization.id, Capability::ManageClients, "organizations:read").await?;
    let approvals = app_approvals::list(&app.db, organization.id, SHOWN).await?;
    let approvals: BTreeMap<ClientId, AppApproval> =
        approvals.into_iter().map(|it| (it.client_id, it)).collect();
    let held = consents::clients_of_organization(&app.db, organization.id, SHOWN).await?;
    let held: BTreeMap<ClientId, Timestamp> = held.into_iter().collect();
    let mut ids: Vec<ClientId> = approvals.keys().chain(held.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut apps = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(client) = app.client_by_id(id).await? else { continue };
        let approval = approvals.get(&id);
        let is_approved = approval.is_some_and(|approval| approval.approved_by.is_some());
        let admitted = crate::standing::admits(app, organization, &client).await?;
        let state = match (held.get(&id), approval) {
            (Some(_), _) if admitted => AppState::HasAccess,
            (_, Some(_)) if is_approved => AppState::Approved,
            (_, Some(_)) => AppState::Waits,
            (_, None) => AppState::Barred,
        };
        let since = match approval {
            Some(approval) => approval.created_at,
            None => held.get(&id).copied().unwrap_or(organization.created_at),
        };
        let publisher = clients::publisher(app, &client).await?;
        apps.push(App { client, publisher, state, is_approved, since });
    }
    apps.sort_by_key(|app| (app.state != AppState::Waits, std::cmp::Reverse(app.since)));
    Ok(apps)
}

/// Approves an app for an organization.
///
/// # Errors
/// Those of [`Actor::may`] for `organizations:write`, which takes an owner or admin; `not_found` if there is no such app.
pub async fn approve(
    app: &crate::App,
    actor: &Actor,
    organization: OrganizationId,
    client: &str,
) -> Result<Arc<Client>, Refusal> {
    actor.may(app, organization, Capability::ManageClients, "organizations:write").await?;
    let client = named(app, client).await?;
    let Some(by) = actor.person().map(|person| person.id) else {
        return Err(Refusal::insufficient_subject("somebody of the organization approves an app"));
    };
    let act = acts::on_app(app, actor, Action::APP_APPROVED, organization, &client);
    let input = (app.new_id(), organization, client.id, by, app.clock.now(), act);
    let done: Result<(), Refusal> = app
        .db
        .write(input, |tx, (id, organization, client, by, now, act)| {
            Box::pin(async move {
                app_approvals::approve(tx, *id, *organization, *client, *by, *now).await?;
                Ok(audit::act(tx, act).await?)
            })
        })
        .await;
    done?;
    tracing::info!(%organization, client_id = %client.identifier, "an app was approved");
    Ok(client)
}

struct Withdrawal {
    organization: OrganizationId,
    client: ClientId,
    by: Option<UserId>,
    now: Timestamp,
    act: Entry,
}

/// Takes an approval back, or refuses an app that waits for it. What the app holds of the organization ends at once.
///
/// # Errors
/// Those of [`Actor::may`] for `organizations:write`, which takes an owner or admin; `not_found` if there is no such app.
pub async fn withdraw(
    app: &crate::App,
    actor: &Actor,
    organization: OrganizationId,
    client: &str,
) -> Result<Arc<Client>, Refusal> {
    actor.may(app, organization, Capability::ManageClients, "organizations:write").await?;
    let client = named(app, client).await?;
    let by = actor.person().map(|person| person.id);
    let act = acts::on_app(app, actor, Action::APP_WITHDRAWN, organization, &client);
    let input = Withdrawal { organization, client: client.id, by, now: app.clock.now(), act };
    let done: Result<(), Refusal> = app
        .db
        .write(input, |tx, it| {
            Box::pin(async move {
                app_approvals::withdraw(tx, it.organization, it.client).await?;
                let whose = Whose::Client(it.client);
                consents::delete_for_organization(tx, it.organization, whose).await?;
                tokens::revoke_of_organization(tx, it.organization, whose, it.by, it.now).await?;
                Ok(audit::act(tx, &it.act).await?)
            })
        })
        .await;
    done?;
    tracing::info!(%organization, client_id = %client.identifier, "the approval of an app was withdrawn");
    Ok(client)
}

async fn named(app: &crate::App, client: &str) -> Result<Arc<Client>, Refusal> {
    let unknown = || Refusal::not_found("there is no such app");
    let identifier = ClientIdentifier::parse(client).ok_or_else(unknown)?;
    app.client(&identifier).await?.ok_or_else(unknown)
}
