use postern_domain::audit::Action;
use postern_domain::{Client, ClientId, ClientMetadata, ClientOwner, RedirectUri, Refusal, Timestamp};
use postern_storage::{StorageError, Tx, clients};

use super::check::Rules;
use super::manager::gone;
use super::{ClientDraft, Manager, acts, check_sector, find};
use crate::audit::{self, Entry};
use crate::{App, FormRefusal};

/// What became of an edit.
#[derive(Clone, Debug, PartialEq)]
pub enum Edited {
    /// It is done; the client as it is now.
    Saved(Box<Client>),
    /// Where people's codes are sent is not changed on the word of an old sign-in: the person has to prove once more who
    /// they are.
    NeedsProof,
}

/// Replaces what is registered of a client. Its type stays, and other redirect URIs are taken only of somebody who has
/// proved of late who they are.
///
/// # Errors
/// [`FormRefusal::Fields`] with what to change; `not_found` if the client is not theirs.
pub async fn edit(
    app: &App,
    manager: Manager<'_>,
    name: &str,
    draft: &ClientDraft,
    is_proven: bool,
) -> Result<Edited, FormRefusal> {
    let client = find(app, manager, name).await?;
    let rules = Rules {
        catalogue: &app.catalogue,
        lifetimes: &app.config.lifetimes,
        manager,
        existing: Some(&client.metadata),
    };
    let metadata = rules.check(draft)?;
    check_sector(app, &metadata, Some(&client.metadata)).await?;
    if !is_proven && !same(&metadata.redirect_uris, &client.metadata.redirect_uris) {
        return Ok(Edited::NeedsProof);
    }
    let now = app.clock.now();
    let act = acts::entry(app, manager, Action::CLIENT_CHANGED, &client)
        .changed(acts::facts(&client.metadata), acts::facts(&metadata));
    let input = (client.id, metadata.clone(), act);
    let is_there = app
        .db
        .write(input, move |tx, (id, metadata, act): &(ClientId, ClientMetadata, Entry)| {
            Box::pin(async move {
                let is_there = clients::update_metadata(tx, *id, metadata, now).await?;
                if is_there {
                    audit::act(tx, act).await?;
                }
                Ok::<_, StorageError>(is_there)
            })
        })
        .await?;
    if !is_there {
        return Err(gone().into());
    }
    tracing::info!(client_id = %client.identifier, "a client was edited");
    Ok(Edited::Saved(Box::new(Client { metadata, updated_at: now, ..client })))
}

/// Whether two lists, neither of which has anything twice, hold the same.
fn same(some: &[RedirectUri], others: &[RedirectUri]) -> bool {
    some.len() == others.len() && some.iter().all(|uri| others.contains(uri))
}

/// How many rows of a client go in one change, and how many clients are read at once.
const BATCH: u64 = 1_000;

/// Deletes a client or, of one that holds much, a part of it: `None` while there is more, else whether it was there.
async fn delete_part(
    tx: &Tx,
    id: ClientId,
    now: Timestamp,
    act: &Entry,
) -> Result<Option<bool>, StorageError> {
    if clients::empty(tx, id, BATCH, now).await? {
        return Ok(None);
    }
    let was_there = clients::delete(tx, id).await?;
    if was_there {
        audit::act(tx, act).await?;
    }
    Ok(Some(was_there))
}

/// Deletes a client. Its tokens stop working at once.
///
/// # Errors
/// `not_found` if the client is not theirs.
pub async fn delete(app: &App, manager: Manager<'_>, name: &str) -> Result<Client, Refusal> {
    let client = find(app, manager, name).await?;
    delete_found(app, manager, &client).await?;
    Ok(client)
}

/// Deletes every client of an owner whose clients `manager` may delete, some at a time.
///
/// # Errors
/// `not_found` if somebody else deletes one of them at once.
pub(crate) async fn delete_all_of(
    app: &App,
    manager: Manager<'_>,
    owner: ClientOwner,
) -> Result<(), Refusal> {
    loop {
        let some = clients::list(&app.db, Some(owner), None, BATCH).await?;
        if some.is_empty() {
            return Ok(());
        }
        for client in &some {
            delete_found(app, manager, client).await?;
        }
    }
}

/// Deletes a client that `manager` may delete.
///
/// # Errors
/// `not_found` if it is gone.
pub(crate) async fn delete_found(app: &App, manager: Manager<'_>, client: &Client) -> Result<(), Refusal> {
    let now = app.clock.now();
    let act = acts::entry(app, manager, Action::CLIENT_DELETED, client).before(acts::facts(&client.metadata));
    loop {
        let input = (client.id, now, act.clone());
        let was_there = app.db.write(input, |tx, (id, now, act)| Box::pin(delete_part(tx, *id, *now, act)));
        match was_there.await? {
            Some(true) => break,
            Some(false) => return Err(gone()),
            None => {}
        }
    }
    tracing::info!(client_id = %client.identifier, "a client was deleted");
    Ok(())
}
