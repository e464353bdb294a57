//! Putting a backup back, so that nothing that was spent or revoked since lets anybody in again
//! ([decision 10](../../../docs/decisions/0010-what-a-restore-brings-back.md)).

use std::path::{Path, PathBuf};

use postern_domain::audit::{Action, By, Target};
use postern_domain::{Refusal, Timestamp};
use postern_storage::restore::{self, Lost, Replaced, Restoration};
use postern_storage::transfer::MOVED_TO;
use postern_storage::{Db, StorageError};
use serde::Serialize;
use serde_json::json;

use crate::audit::{self, Entry};
use crate::{App, Config, SecretKey, canary};

/// What whoever restores decides.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice {
    /// Whether nothing is carried over from the database that is replaced.
    pub end_access: bool,
    /// Whether tokens of scripts go on to work where nobody knows which of them were revoked.
    pub keep_tokens: bool,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Restored {
    /// Where the database is now that was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced: Option<PathBuf>,
    /// What became of all that lets somebody in.
    pub access: Access,
    /// What was made after the backup, or deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_the_backup: Option<Lost>,
}

/// What became of all that lets somebody in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// It is as it was in the database that was replaced.
    CarriedOver,
    /// All of it has ended but for passwords and the secrets of clients.
    Ended,
    /// The same, but tokens of scripts work as they did when the backup was made.
    EndedButTokens,
}

/// Puts a backup in the place of the SQLite database of this configuration.
///
/// # Errors
/// `conflict` while a server has the database open; `invalid_request` that says why the backup cannot be taken.
pub async fn restore(
    config: &Config,
    secret_key: &SecretKey,
    file: &Path,
    choice: Choice,
    now: Timestamp,
) -> Result<Restored, Refusal> {
    let restoration = Restoration::begin(config.database_url.reveal(), file).await.map_err(in_the_way)?;
    let begun_with = restoration.setting(canary::SETTING).await?.unwrap_or_default();
    if !canary::is_of(secret_key, &begun_with) {
        return Err(Refusal::invalid_request(
            "the backup was made with another secret key: put the file of that instance where secret_key_file says",
        ));
    }
    let is_readable = is_known(&restoration.replaced(), secret_key).await?;
    let (access, since_the_backup) = if is_readable && !choice.end_access {
        (Access::CarriedOver, Some(restoration.carry_over().await?))
    } else {
        restoration.end_access(!choice.keep_tokens, now).await?;
        (ended(choice), None)
    };
    let replaced = restoration.place(now).await?;
    Ok(Restored { replaced, access, since_the_backup })
}

/// Ends all that lets somebody in to a database that was restored by other means.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn end_access(db: &Db, choice: Choice, now: Timestamp) -> Result<Restored, Refusal> {
    restore::end_access(db, !choice.keep_tokens, now).await?;
    Ok(Restored { replaced: None, access: ended(choice), since_the_backup: None })
}

/// Writes down that a backup was restored.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn write_down(app: &App, restored: &Restored) -> Result<(), Refusal> {
    let target = Target::named("instance", "a backup of the instance");
    let entry = Entry::new(app, By::Operator, Action::INSTANCE_RESTORED, target);
    let entry =
        entry.after(json!({ "access": restored.access, "since_the_backup": restored.since_the_backup }));
    let write = app
        .db
        .write(entry, |tx, entry| Box::pin(async move { Ok::<_, Refusal>(audit::act(tx, entry).await?) }));
    write.await
}

const fn ended(choice: Choice) -> Access {
    if choice.keep_tokens { Access::EndedButTokens } else { Access::Ended }
}

/// Whether there is a database of this instance to carry over from.
async fn is_known(replaced: &Replaced<'_>, secret_key: &SecretKey) -> Result<bool, Refusal> {
    match replaced {
        Replaced::Nothing => Ok(false),
        Replaced::Unreadable(reason) => {
            tracing::warn!(reason, "the database that is replaced cannot be read");
            Ok(false)
        }
        // What was spent and revoked since is where the instance was moved to.
        Replaced::Readable(_) if replaced.setting(MOVED_TO).await?.is_some() => Ok(false),
        // One that never served has nothing to carry over.
        Replaced::Readable(_) => match replaced.setting(canary::SETTING).await? {
            None => Ok(false),
            Some(begun_with) if canary::is_of(secret_key, &begun_with) => Ok(true),
            Some(_) => Err(Refusal::conflict(
                "the database in the place of the backup is another instance's; move it away first",
            )),
        },
    }
}

fn in_the_way(error: StorageError) -> Refusal {
    match error {
        StorageError::Busy => Refusal::conflict(
            "a server or another program has the database open: stop every `postern serve` on it first",
        ),
        StorageError::Unavailable(reason) => Refusal::invalid_request(reason),
        error => error.into(),
    }
}
