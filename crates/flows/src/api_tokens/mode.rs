//! Secure mode, in which nothing of a token can be changed but that it is revoked. All nodes of an instance are in the same
//! mode: the database says which. A node that starts in the other one is refused while any node that runs says that it is
//! alive; when none does, it takes the whole instance over.

use std::time::Duration;

use postern_domain::{Lifetime, Refusal, Timestamp};
use postern_storage::{StorageError, Tx, api_tokens, settings};
use uuid::Uuid;

use crate::App;

/// The setting that holds the mode: `true` is secure.
const SETTING: &str = "tokens.secure_mode";
/// What the settings by which nodes say that they are alive begin with.
const NODES: &str = "node.";
/// A second, which passes faster in tests.
const SECOND: u64 = if cfg!(test) { 50 } else { 1_000 };
/// How often a node says so.
const BEAT: Duration = Duration::from_millis(3 * SECOND);
/// How long a node that comes in another mode listens for others, and how often it looks.
const LISTEN: Duration = Duration::from_millis(8 * SECOND);
const LOOK: Duration = Duration::from_millis(SECOND / 2);
/// How long ago a node must have said so last to be forgotten without listening.
const FORGOTTEN: Lifetime = Lifetime::days(1);
/// How many sealed values are destroyed in one change.
const BATCH: u64 = 500;

/// That a node runs.
#[derive(Clone, Copy, Debug)]
pub struct Presence(Uuid);

impl Presence {
    /// How often it has to say so.
    pub const EVERY: Duration = BEAT;

    fn name(self) -> String {
        format!("{NODES}{}", self.0)
    }
}

/// Brings this node in: if the instance is in the other mode and none of its nodes is alive, it changes the mode.
///
/// # Errors
/// `conflict` while another node runs in the other mode; `temporarily_unavailable` or `server_error` if the database fails.
pub async fn enter(app: &App) -> Result<Presence, Refusal> {
    let mode = app.config.tokens.secure_mode;
    if known(app).await? != Some(mode) && !others(app).await?.is_empty() {
        listen(app).await?;
    }
    let presence = Presence(app.new_id());
    let input = (presence.name(), word(mode, app.clock.now()), mode);
    let entered: Result<(), StorageError> = app
        .db
        .write(input, |tx, (node, word, mode)| {
            Box::pin(async move {
                settings::set(tx, SETTING, &mode.to_string()).await?;
                settings::set(tx, node, word).await
            })
        })
        .await;
    entered?;
    if mode {
        forget_copies(app).await?;
    }
    Ok(presence)
}

/// Destroys every sealed copy of a token, some at a time.
async fn forget_copies(app: &App) -> Result<(), Refusal> {
    loop {
        let gone: Result<u64, StorageError> =
            app.db.write((), |tx, ()| Box::pin(api_tokens::forget_sealed(tx, BATCH))).await;
        if gone? < BATCH {
            return Ok(());
        }
    }
}

/// Says that this node is alive.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn beat(app: &App, presence: Presence) -> Result<(), Refusal> {
    let input = (presence.name(), word(app.config.tokens.secure_mode, app.clock.now()));
    app.db
        .write(input, |tx, (node, word)| {
            Box::pin(async move { Ok::<_, Refusal>(settings::set(tx, node, word).await?) })
        })
        .await
}

/// Says that this node stops.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails; others then listen for it in vain.
pub async fn leave(app: &App, presence: Presence) -> Result<(), Refusal> {
    app.db
        .write(presence.name(), |tx, node| {
            Box::pin(async move { Ok::<_, Refusal>(settings::forget(tx, node).await?) })
        })
        .await
}

/// Forgets the nodes that have not said for a day that they are alive: those that stopped without a word. Answers how many.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub(crate) async fn forget_silent(app: &App) -> Result<u64, Refusal> {
    let since = app.clock.now().minus(FORGOTTEN).0;
    let mut silent = settings::list(&app.db, NODES).await?;
    silent.retain(|(_, word)| said(word).is_none_or(|(_, at)| at <= since));
    if silent.is_empty() {
        return Ok(0);
    }
    app.db
        .write(silent, |tx, silent| {
            Box::pin(async move {
                let mut gone = 0;
                for (node, word) in silent {
                    gone += u64::from(settings::forget_if(tx, node, word).await?);
                }
                Ok::<_, Refusal>(gone)
            })
        })
        .await
}

/// That a command is in the mode of the instance.
///
/// # Errors
/// `conflict` if it is not; `temporarily_unavailable` or `server_error` if the database fails.
pub async fn check_mode(app: &App) -> Result<(), Refusal> {
    match known(app).await? {
        Some(mode) if mode != app.config.tokens.secure_mode => Err(differs(mode)),
        _ => Ok(()),
    }
}

/// That something of a token may be changed at all.
pub(super) fn changeable(app: &App) -> Result<(), Refusal> {
    if app.config.tokens.secure_mode {
        return Err(Refusal::forbidden(
            "on this server nothing of a token can be changed but that it is revoked (tokens.secure_mode); make a new one",
        ));
    }
    Ok(())
}

/// That the instance is still in the mode that this node believes in, as a change in progress sees it.
pub(super) async fn hold(tx: &Tx, secure: bool) -> Result<(), Refusal> {
    match settings::find_now(tx, SETTING).await? {
        Some(known) if known != secure.to_string() => Err(differs(!secure)),
        _ => Ok(()),
    }
}

async fn known(app: &App) -> Result<Option<bool>, Refusal> {
    Ok(settings::find(&app.db, SETTING).await?.map(|known| known == "true"))
}

fn word(mode: bool, now: Timestamp) -> String {
    format!("{mode} {}", now.0)
}

/// What a node said: its mode, and when.
fn said(word: &str) -> Option<(&str, i64)> {
    let (mode, at) = word.split_once(' ')?;
    Some((mode, at.parse().ok()?))
}

/// The nodes that said at some time today that they are alive in the other mode.
async fn others(app: &App) -> Result<Vec<(String, String)>, Refusal> {
    let (mode, since) = (app.config.tokens.secure_mode, app.clock.now().minus(FORGOTTEN).0);
    let mut nodes = settings::list(&app.db, NODES).await?;
    nodes.retain(|(_, word)| said(word).is_some_and(|(theirs, at)| theirs != mode.to_string() && at > since));
    Ok(nodes)
}

/// Listens whether one of the others says once more that it is alive, and forgets them if none does.
async fn listen(app: &App) -> Result<(), Refusal> {
    let before = others(app).await?;
    tracing::info!("other nodes ran with another tokens.secure_mode; listening whether any still does");
    let mut listened = Duration::ZERO;
    while listened < LISTEN {
        tokio::time::sleep(LOOK).await;
        listened += LOOK;
        let now = others(app).await?;
        if now.iter().any(|node| !before.contains(node)) {
            return Err(differs(!app.config.tokens.secure_mode));
        }
        if now.is_empty() {
            return Ok(());
        }
    }
    let silent: Vec<String> = before.into_iter().map(|(node, _)| node).collect();
    app.db
        .write(silent, |tx, silent| {
            Box::pin(async move {
                for node in silent {
                    settings::forget(tx, node).await?;
                }
                Ok::<_, Refusal>(())
            })
        })
        .await
}

fn differs(theirs: bool) -> Refusal {
    Refusal::conflict(format!(
        "the nodes of this instance run with tokens.secure_mode = {theirs}, and this one is set to {}; set them alike, or stop \
         the others first",
        !theirs
    ))
}
