use postern_domain::{Client, ClientId, ClientMetadata, Refusal, Timestamp};
use postern_storage::{StorageError, Tx, clients};

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

/// How many rows of a client go in one change.
const BATCH: u64 = 1_000;

/// Deletes a client or, of one that holds much, a part of it: `None` while there is more, else whether it was there.
async fn delete_part(tx: &Tx, id: ClientId, now: Timestamp) -> Result<Option<bool>, StorageError> {
    if clients::empty(tx, id, BATCH, now).await? {
        return Ok(None);
    }
    clients::delete(tx, id).await.map(Some)
}

/// Deletes a client. Its tokens stop working at once.
///
/// # Errors
/// `not_found` if the client is not theirs.
pub async fn delete(app: &App, manager: Manager<'_>, name: &str) -> Result<Client, Refusal> {
    let client = find(app, manager, name).await?;
    let now = app.clock.now();
    loop {
        let was_there = app.db.write((client.id, now), |tx, (id, now)| Box::pin(delete_part(tx, *id, *now)));
        match was_there.await? {
            Some(true) => break,
            Some(false) => return Err(gone()),
            None => {}
        }
    }
    tracing::info!(client_id = %client.identifier, "a client was deleted");
    Ok(client)
}
