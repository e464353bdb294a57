use postern_domain::{Client, ClientId, ClientIdentifier, ClientOwner, InstanceRight, Refusal, Slug};
use postern_storage::{clients as stored, organizations, users};

use crate::clients::{self, ClientUsage};
use crate::{Actor, App, Paging, Slice};

/// Most clients of one name that are shown.
const ALIKE: u64 = 25;

/// Which clients are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientFilter {
    /// A `client_id`, an id, a whole name, or whose they are: a user name, an e-mail or a slug.
    pub query: Option<String>,
    /// Only those that registered themselves.
    pub registered_themselves: bool,
}

/// A part of all clients with their use, the newest first.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`; `invalid_request` for a cursor of another list.
pub async fn clients(
    app: &App,
    actor: &Actor,
    filter: &ClientFilter,
    paging: &Paging,
) -> Result<Slice<(Client, ClientUsage)>, Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let mut owner = filter.registered_themselves.then_some(ClientOwner::Nobody);
    if let Some(query) = filter.query.as_deref().map(str::trim).filter(|query| !query.is_empty()) {
        let found = named(app, query).await?;
        if !found.is_empty() {
            return Ok(Slice { items: clients::with_usage(app, found).await?, next: None });
        }
        owner = owner_named(app, query).await?;
        if owner.is_none() {
            return Ok(Slice { items: Vec::new(), next: None });
        }
    }
    let list = format!("clients {filter:?}");
    let before = paging.after(app, &list)?.and_then(|id| id.parse::<ClientId>().ok());
    let found = clients::of_owner(app, owner, before, paging.with_one_more()).await?;
    Ok(paging.slice(app, &list, found, |(client, _)| client.id.to_string()))
}

async fn named(app: &App, query: &str) -> Result<Vec<Client>, Refusal> {
    if let Ok(id) = query.parse::<ClientId>() {
        return Ok(stored::find(&app.db, id).await?.into_iter().collect());
    }
    if let Some(identifier) = ClientIdentifier::parse(query)
        && let Some(client) = stored::find_by_identifier(&app.db, &identifier).await?
    {
        return Ok(vec![client]);
    }
    Ok(stored::find_by_name(&app.db, query, ALIKE).await?)
}

async fn owner_named(app: &App, query: &str) -> Result<Option<ClientOwner>, Refusal> {
    if let Some(user) = users::find_by_identifier(&app.db, query).await? {
        return Ok(Some(ClientOwner::User(user.id)));
    }
    let Ok(slug) = Slug::parse(query) else { return Ok(None) };
    let found = organizations::find_by_slug(&app.db, &slug).await?;
    Ok(found.map(|organization| ClientOwner::Organization(organization.id)))
}
