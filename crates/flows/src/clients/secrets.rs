use postern_domain::audit::Action;
use postern_domain::{Client, ClientId, ClientSecret, Lifetime, Plain, Refusal, SecretId, Timestamp};
use postern_storage::clients;
use serde_json::json;

use super::create::{kept, new_secret};
use super::{Manager, acts, find};
use crate::App;
use crate::audit::{self, Entry};

/// How long the old secret goes on beside the new one unless somebody chooses otherwise.
pub const SECRET_OVERLAP: Lifetime = Lifetime::days(7);
/// The longest that somebody may choose.
const MAX_OVERLAP: Lifetime = Lifetime::days(90);

/// What a rotation made.
#[derive(Clone, Debug)]
pub struct Rotated {
    /// The client as it was before.
    pub client: Client,
    /// The new secret, to be shown this once.
    pub secret: Plain,
    /// When the one before stops working; `None` if there is none that works.
    pub old_ends_at: Option<Timestamp>,
}

/// What the change needs.
struct Rotation {
    client: ClientId,
    secret: ClientSecret,
    now: Timestamp,
    end: Timestamp,
    act: Entry,
}

/// Gives a client a new secret. The one it has goes on for `overlap`, so that nothing breaks while the new one is put in
/// place; of none, it ends at once.
///
/// # Errors
/// `conflict` while two secrets work already: a third would end one that may still be in use. `invalid_request` for a
/// public client or too long an overlap; `not_found` if the client is not theirs.
pub async fn rotate_secret(
    app: &App,
    manager: Manager<'_>,
    name: &str,
    overlap: Lifetime,
) -> Result<Rotated, Refusal> {
    let client = find(app, manager, name).await?;
    if !client.metadata.uses_secret() {
        return Err(Refusal::invalid_request(
            "a client that is public, or proves itself by keys of its own, has no secret to rotate",
        ));
    }
    if overlap > MAX_OVERLAP {
        return Err(Refusal::invalid_request(format!("the old secret can go on for {MAX_OVERLAP} at most")));
    }
    let now = app.clock.now();
    let secret = new_secret(app);
    let (new, end) = (kept(app, &secret, &client.metadata, now)?, now.plus(overlap));
    let act = acts::entry(app, manager, Action::CLIENT_SECRET_ROTATED, &client)
        .after(json!({ "secret_id": new.id, "old_secret_ends_at": end }));
    let rotation = Rotation { client: client.id, secret: new, now, end, act };
    let others = app.db.write(rotation, |tx, rotation| Box::pin(replace(tx, rotation))).await?;
    tracing::info!(client_id = %client.identifier, "a client got a new secret");
    let old_ends_at = (others > 0).then(|| now.plus(overlap));
    Ok(Rotated { client, secret, old_ends_at })
}

async fn replace(tx: &postern_storage::Tx, rotation: &Rotation) -> Result<u64, Refusal> {
    let Rotation { client, secret, now, end, act } = rotation;
    audit::act(tx, act).await?;
    if end <= now {
        clients::delete_secrets(tx, *client).await?;
        clients::insert_secret(tx, *client, secret).await?;
        return Ok(0);
    }
    let others = clients::end_secrets(tx, *client, *now, *end).await?;
    if others > 1 {
        return Err(Refusal::conflict(
            "two secrets of this client work already; revoke the one that is no longer in use, or let the new one take their place at once",
        ));
    }
    clients::insert_secret(tx, *client, secret).await?;
    Ok(others)
}

/// Ends one secret at once.
///
/// # Errors
/// `not_found` if the client is not theirs or has no such secret.
pub async fn revoke_secret(
    app: &App,
    manager: Manager<'_>,
    name: &str,
    secret: SecretId,
) -> Result<Client, Refusal> {
    let client = find(app, manager, name).await?;
    let act = acts::entry(app, manager, Action::CLIENT_SECRET_REVOKED, &client)
        .before(json!({ "secret_id": secret }));
    let was_there: Result<bool, Refusal> = app
        .db
        .write((client.id, secret, act), |tx, (id, secret, act)| {
            Box::pin(async move {
                let was_there = clients::delete_secret(tx, *id, *secret).await?;
                if was_there {
                    audit::act(tx, act).await?;
                }
                Ok(was_there)
            })
        })
        .await;
    let was_there = was_there?;
    if !was_there {
        return Err(Refusal::not_found("this secret has ended already"));
    }
    tracing::info!(client_id = %client.identifier, "a secret of a client was revoked");
    Ok(client)
}
