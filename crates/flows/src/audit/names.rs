use std::collections::BTreeMap;

use postern_domain::audit::{By, Event};
use postern_domain::{ClientId, OrganizationId, Refusal, TokenId, UserId};
use postern_storage::api_tokens;

use crate::App;

/// What those are called who are in some events. Who is gone is not in it.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// People, by their user names.
    pub users: BTreeMap<UserId, String>,
    /// Tokens that have names.
    pub tokens: BTreeMap<TokenId, String>,
    /// Apps.
    pub clients: BTreeMap<ClientId, String>,
    /// Organizations, by their slugs.
    pub organizations: BTreeMap<OrganizationId, String>,
}

/// Looks up what those are called who are in `events`.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn names(app: &App, events: &[Event]) -> Result<Names, Refusal> {
    let mut names = Names::default();
    for event in events {
        let (users, token, client, organization) = match event {
            Event::Call(call) => {
                ([call.user_id, call.acting_for], Some(call.token_id), call.client_id, call.organization_id)
            }
            Event::Act(act) => match act.by {
                By::Person { user_id, acting_for, token_id } => {
                    ([user_id, acting_for], token_id, None, act.organization_id)
                }
                By::Operator | By::Server | By::Anybody | By::Itself => {
                    ([None, None], None, None, act.organization_id)
                }
            },
        };
        for id in users.into_iter().flatten() {
            if !names.users.contains_key(&id)
                && let Some(user) = app.user(id).await?
            {
                names.users.insert(id, user.username.to_string());
            }
        }
        names.add_token(app, token).await?;
        if let Some(id) = client.filter(|id| !names.clients.contains_key(id))
            && let Some(client) = app.client_by_id(id).await?
        {
            names.clients.insert(id, client.metadata.name.to_string());
        }
        if let Some(id) = organization.filter(|id| !names.organizations.contains_key(id))
            && let Some(organization) = app.organization(id).await?
        {
            names.organizations.insert(id, organization.slug.to_string());
        }
    }
    Ok(names)
}

impl Names {
    async fn add_token(&mut self, app: &App, id: Option<TokenId>) -> Result<(), Refusal> {
        let Some(id) = id.filter(|id| !self.tokens.contains_key(id)) else { return Ok(()) };
        // One without a name is looked up once too.
        let name = api_tokens::find(&app.db, id).await?.and_then(|token| Some(token.api()?.name.to_string()));
        self.tokens.insert(id, name.unwrap_or_default());
        Ok(())
    }
}
