use std::sync::Arc;

use postern_domain::audit::{Action, Target};
use postern_domain::{InstanceRight, Refusal, SigningAlgorithm, Timestamp};
use postern_storage::signing_keys::{self, StoredKey};
use serde_json::json;

use super::make::make;
use super::{ID_TOKEN_LIFETIME, JWKS_MAX_AGE, KeySet, LEEWAY};
use crate::audit::{self, Entry};
use crate::issue::longest_jwt_lifetime;
use crate::{Actor, App};

/// What one algorithm's rotation changes.
struct Turn {
    next: String,
    signs_from: Timestamp,
    current: Option<String>,
}

/// Makes each algorithm's next key its current one, as soon as everybody who keeps the JWKS document for as long as it may
/// be kept has that key. The current one signs until then, and stays published until the last token it signed is dead; a
/// new next key is published at once.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`; `conflict` if another rotation came in between, `server_error` or `temporarily_unavailable` if something fails.
pub async fn rotate(app: &App, actor: &Actor) -> Result<Arc<KeySet>, Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let now = app.clock.now();
    let longest = ID_TOKEN_LIFETIME.max(longest_jwt_lifetime(app));
    let set = app.signing_keys().await?;
    let turns: Vec<Turn> =
        SigningAlgorithm::ALL.iter().filter_map(|algorithm| turn(&set, *algorithm, now)).collect();
    let next: Vec<&str> = turns.iter().map(|turn| turn.next.as_str()).collect();
    let act = Entry::new(app, actor.by(), Action::KEYS_ROTATED, Target::named("keys", "the signing keys"))
        .after(json!({ "next": next }));
    let made = make(app, SigningAlgorithm::ALL, now).await?;
    app.db
        .write((turns, made, act), move |tx, (turns, made, act): &(Vec<Turn>, Vec<StoredKey>, Entry)| {
            Box::pin(async move {
                for turn in turns {
                    if !signing_keys::begin(tx, &turn.next, turn.signs_from).await? {
                        return Err(Refusal::conflict("the keys were rotated by somebody else just now"));
                    }
                    if let Some(current) = &turn.current {
                        let removed_at = turn.signs_from.plus(longest).plus(LEEWAY);
                        signing_keys::retire(tx, current, turn.signs_from, removed_at).await?;
                    }
                }
                signing_keys::delete_removed(tx, now).await?;
                audit::act(tx, act).await?;
                Ok(signing_keys::insert_many(tx, made).await?)
            })
        })
        .await?;
    app.signing_keys().await
}

fn turn(set: &KeySet, algorithm: SigningAlgorithm, now: Timestamp) -> Option<Turn> {
    let next = set.of(algorithm).find(|key| key.signs_from.is_none())?;
    let known_everywhere = next.created_at.plus(JWKS_MAX_AGE).plus(LEEWAY);
    let last = set.of(algorithm).filter(|key| key.signs_from.is_some() && key.signs_until.is_none());
    Some(Turn {
        next: next.key.kid().to_owned(),
        signs_from: known_everywhere.max(now),
        current: last.max_by_key(|key| key.signs_from).map(|key| key.key.kid().to_owned()),
    })
}
