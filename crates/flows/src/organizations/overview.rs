use postern_domain::{Capability, Organization, Refusal, Role};
use postern_storage::api_tokens::Owner;
use postern_storage::tokens::Token;
use postern_storage::{app_approvals, clients, consents, customers, invitations, organizations, tokens};

use crate::{Actor, App, home};

/// How far is counted what there may be very much of: one more than pages write out.
pub(super) const COUNTED: u64 = 10_001;

/// An organization in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// How many members it has.
    pub members: u64,
    /// How many of them are owners.
    pub owners: u64,
    /// How many invitations wait for an answer.
    pub invitations: u64,
    /// How many tokens speak for it now, those of apps and customers included.
    pub live_tokens: u64,
    /// How many customers it keeps.
    pub customers: u64,
    /// How many apps hold access to it.
    pub apps: u64,
    /// How many apps wait to be approved.
    pub apps_waiting: u64,
    /// How many OAuth clients it has.
    pub clients: u64,
    /// Those of its tokens that end within a week or ended in the last one, the first to end first.
    pub ending_tokens: Vec<Token>,
}

/// How much an organization has of what. Whoever only sees it learns how many members there are.
///
/// # Errors
/// Those of [`Actor::may`] for `organizations:read`.
pub async fn overview(
    app: &App,
    actor: &Actor,
    organization: &Organization,
    role: Role,
) -> Result<Overview, Refusal> {
    let id = organization.id;
    actor.may(app, id, Capability::See, "organizations:read").await?;
    let (members, owners) = organizations::count_members(&app.db, id, COUNTED).await?;
    if !role.may(Capability::ManageMembers) {
        return Ok(Overview { members, owners, ..Overview::default() });
    }
    let (db, now) = (&app.db, app.clock.now());
    Ok(Overview {
        members,
        owners,
        invitations: invitations::count_open(db, id, now).await?,
        live_tokens: tokens::count_of_organization(db, id, now, COUNTED).await?,
        customers: customers::count(db, id, COUNTED).await?,
        apps: consents::count_clients_of_organization(db, id).await?,
        apps_waiting: app_approvals::count_waiting(db, id).await?,
        clients: clients::count(db, Some(postern_domain::ClientOwner::Organization(id))).await?,
        ending_tokens: home::ending_of(app, Owner::Organization(id)).await?,
    })
}
