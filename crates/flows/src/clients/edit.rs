use postern_domain::{Client, ClientId, ClientMetadata, Refusal};
use postern_storage::clients;

use super::check::Rules;
use super::manager::gone;
use super::{ClientDraft, Manager, find};
use crate::{App, FormRefusal};

/// Replaces what is registered of a client. Its type stays.
///
/// # Errors
/// [`FormRefusal::Fields`] with what to change; `not_found` if the client is not theirs.
pub async fn edit(
    app: &App,
    manager: Manager<'_>,
    name: &str,
    draft: &ClientDraft,
) -> Result<Client, FormRefusal> {
    let client = find(app, manager, name).await?;
    let rules = Rules {
        catalogue: &app.catalogue,
        lifetimes: &app.config.lifetimes,
        manager,
        existing: Some(&client.metadata),
    };
    let metadata = rules.check(draft)?;
    let now = app.clock.now();
    let input = (client.id, metadata.clone());
    let is_there = app
        .db
        .write(input, move |tx, (id, metadata): &(ClientId, ClientMetadata)| {
            Box::pin(clients::update_metadata(tx, *id, metadata, now))
        })
        .await?;
    if !is_there {
        return Err(gone().into());
    }
    tracing::info!(client_id = %client.identifier, "a client was edited");
    Ok(Client { metadata, updated_at: now, ..client })
}

/// Deletes a client. Its tokens stop working at once.
///
/// # Errors
/// `not_found` if the client is not theirs.
pub async fn delete(app: &App, manager: Manager<'_>, name: &str) -> Result<Client, Refusal> {
    let client = find(app, manager, name).await?;
    if !app.db.write(client.id, |tx, id| Box::pin(clients::delete(tx, *id))).await? {
        return Err(gone());
    }
    tracing::info!(client_id = %client.identifier, "a client was deleted");
    Ok(client)
}
