use std::sync::Arc;

use postern_domain::{Refusal, SigningAlgorithm, Timestamp};
use postern_flows::keys::KeySet;
use postern_flows::{App, Clock, Config, SystemClock, SystemRng};
use postern_storage::{Db, StorageError, signing_keys};

use super::clock;
use super::finding::Finding;
use crate::instance;

const CHECK: &str = "database";
const KEYS: &str = "keys";
const REMEDY: &str = instance::DATABASE_REMEDY;

/// Whether the database can be used, and then: whether the secret key is its own, whether the signing keys work, and whether
/// its clock agrees with ours. What a start would do is only said.
pub(super) async fn database(config: &Config) -> Vec<Finding> {
    let db = match Db::connect(config.database_url.reveal()).await {
        Ok(db) => db,
        Err(error) => {
            return vec![Finding::error(CHECK, format!("{}: {error}", config.database_url), REMEDY)];
        }
    };
    match db.pending_migrations().await {
        Ok(0) => {}
        Ok(pending) => {
            return vec![Finding::warning(
                CHECK,
                format!("it can be reached; {pending} changes of its schema are due"),
                "make a backup, then run `postern migrate`; `postern serve` does it too",
            )];
        }
        Err(error) => return vec![Finding::error(CHECK, error.to_string(), REMEDY)],
    }
    let fine = Finding::ok(CHECK, "it can be reached and its schema is up to date");
    match what_it_holds(config, db).await {
        Ok(found) => std::iter::once(fine).chain(found).collect(),
        Err(error) => vec![Finding::error(CHECK, error.to_string(), REMEDY)],
    }
}

async fn what_it_holds(config: &Config, db: Db) -> Result<Vec<Finding>, StorageError> {
    let keys = signing_keys::list(&db, SystemClock.now()).await?;
    let Some(latest) = keys.iter().map(|key| key.created_at).max() else {
        return Ok(vec![Finding::ok(KEYS, "none yet; the first start makes them")]);
    };
    let mut found: Vec<Finding> = clock::agrees(db.clock().await?, latest).into_iter().collect();
    // Without its file there is another finding already, and opening it here would make one.
    if !config.secret_key_file.is_file() {
        return Ok(found);
    }
    let Ok(secret_key) = instance::secret_key(&config.secret_key_file) else { return Ok(found) };
    let app = App::new(db, config.clone(), secret_key, Arc::new(SystemClock), Arc::new(SystemRng));
    found.push(match app.check_secret_key().await {
        Ok(()) => signing(app.signing_keys().await, app.clock.now()),
        Err(refusal) => Finding::error(
            "secret_key_file",
            refusal.to_string(),
            "restore the file that this database was begun with, or name the database that belongs to it",
        ),
    });
    Ok(found)
}

fn signing(set: Result<Arc<KeySet>, Refusal>, now: Timestamp) -> Finding {
    let set = match set {
        Ok(set) => set,
        Err(refusal) => {
            let remedy = "restore a backup of the database that was taken before its keys were damaged";
            return Finding::error(KEYS, format!("they cannot be opened: {refusal}"), remedy);
        }
    };
    let silent = SigningAlgorithm::ALL.iter().find(|algorithm| set.signer(**algorithm, now).is_none());
    match silent {
        Some(algorithm) => {
            let found = format!("no key signs with {algorithm} now");
            Finding::warning(KEYS, found, "run `postern key rotate`, which makes the next keys current")
        }
        None => Finding::ok(
            KEYS,
            format!("{} are published, and each algorithm has one that signs", set.keys().len()),
        ),
    }
}
