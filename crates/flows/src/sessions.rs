//! Signed-in browsers: how they begin, live and end.

use std::net::IpAddr;
use std::sync::Arc;

use postern_domain::{
    AuthMethodReference, Lifetime, Refusal, Session, SessionId, Timestamp, TokenHash, UserId,
};
use postern_storage::sessions::{self, Alive};
use postern_storage::{Cache, passwords, second_factors};
use serde::{Deserialize, Serialize};

use crate::{App, Paging, Slice, mail, notices};

mod arrival;
mod browser;
mod endings;

pub use arrival::Arrival;
pub(crate) use arrival::cut;
pub(crate) use browser::nobodys;
pub use browser::{Switch, beside, switch};
pub use endings::{end_browser, end_here, end_others, end_there};

/// How old the last proof of who somebody is may be for a sensitive change.
const FRESH: Lifetime = Lifetime::seconds(15 * 60);
/// How often the use of a session is written down.
const TOUCH_EVERY: Lifetime = Lifetime::seconds(5 * 60);
/// How many sessions are kept in memory.
const KNOWN: usize = 20_000;

/// Sessions in memory, by the hash of the id in their cookie.
pub(crate) type Known = Cache<TokenHash, Arc<Kept>>;

/// An empty memory.
pub(crate) fn known() -> Known {
    Cache::new(KNOWN)
}

/// A session with what pages remember in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The session.
    pub session: Arc<Session>,
    /// JSON that means something to pages only.
    pub data: String,
}

/// From where somebody signs in.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The network address.
    pub address: IpAddr,
    /// The browser's own words about itself.
    pub user_agent: String,
    /// The known-device cookie, if there is one.
    pub device: Option<String>,
}

/// A session to begin, or to go on with, of somebody who has just proved who they are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proven {
    /// The session.
    pub session: Session,
    /// Since when the account has the password that was the proof.
    pub password_changed_at: Timestamp,
    /// Whether the owner is to be told that this is a browser where they were not signed in before.
    #[serde(default)]
    pub is_new_device: bool,
}

/// The same session after a new proof of who the person is.
pub(crate) fn renewed(app: &App, session: &Session, password_changed_at: Timestamp) -> Proven {
    let now = app.clock.now();
    let expires_at = now.plus(app.config.lifetimes.session_absolute);
    let session = Session { auth_time: now, last_seen_at: now, expires_at, ..session.clone() };
    Proven { session, password_changed_at, is_new_device: false }
}

/// Whether the person has proved who they are lately enough for a sensitive change. Whoever acts as them never has.
pub fn is_fresh(app: &App, session: &Session) -> bool {
    session.impersonator.is_none() && session.auth_time.plus(FRESH) > app.clock.now()
}

/// Keeps a session under the hash of the id in its cookie. One that goes on after a new proof is known by this hash
/// alone from then on, also where two proofs were sent at once. `replaced` is the cookie that the browser had before:
/// somebody else's session rests in the browser, and can be gone on with by [`switch`].
///
/// # Errors
/// `conflict` if the password was changed, which ends sessions, the account closed, or a second factor set up since the proof;
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn begin(
    app: &App,
    hash: TokenHash,
    replaced: Option<TokenHash>,
    proven: Proven,
    data: String,
) -> Result<(), Refusal> {
    let nobodys = browser::nobodys(app);
    let notice = match proven.is_new_device {
        true => notices::new_device(app, &proven.session).await?,
        false => None,
    };
    app.db
        .write((hash, replaced, proven, data, notice), move |tx, (hash, replaced, proven, data, notice)| {
            Box::pin(async move {
                let session = &proven.session;
                if !passwords::is_still(tx, session.user_id, proven.password_changed_at).await? {
                    return Err(Refusal::conflict(
                        "the password was changed or the account closed while you signed in; sign in again",
                    ));
                }
                let is_whole = session.amr.contains(&AuthMethodReference::Mfa);
                if !is_whole && second_factors::exist(tx, session.user_id).await? {
                    return Err(Refusal::conflict(
                        "a second step was set up while you signed in; sign in again",
                    ));
                }
                let session = match replaced {
                    Some(replaced) => &browser::beside_whom(tx, *replaced, nobodys, session).await?,
                    None => session,
                };
                if !sessions::renew(tx, *hash, session, data).await? {
                    sessions::insert(tx, *hash, session, data).await?;
                }
                Ok(mail::queue_all(tx, notice.as_slice()).await?)
            })
        })
        .await
}

/// The living session whose cookie has this hash: from memory while nothing was done to it.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn find(app: &App, hash: TokenHash) -> Result<Option<Arc<Kept>>, Refusal> {
    let alive = alive(app);
    let known = app.sessions.get(app.db.epochs(), &hash);
    // Another node may have seen it later than this one knows of: what looks idle is looked up again.
    if let Some(kept) = known.filter(|kept| lives(&kept.session, alive)) {
        return Ok(Some(kept));
    }
    let since = app.db.epochs().now();
    let Some((session, data)) = sessions::find(&app.db, hash).await? else { return Ok(None) };
    if !lives(&session, alive) {
        return Ok(None);
    }
    let ids = [session.id.0, session.user_id.0];
    let kept = Arc::new(Kept { session: Arc::new(session), data });
    app.sessions.insert(hash, Arc::clone(&kept), since, &ids);
    Ok(Some(kept))
}

/// The session with this id if it lives, read afresh, and when it ends unless it is used.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn living(app: &App, id: SessionId) -> Result<Option<(Session, Timestamp)>, Refusal> {
    let found = sessions::find_by_id(&app.db, id).await?.filter(|session| lives(session, alive(app)));
    Ok(found.map(|session| {
        let idle = session.last_seen_at.plus(app.config.lifetimes.session_idle);
        let end = session.expires_at.min(idle);
        (session, end)
    }))
}

/// Notes once in a while that a session is in use. Nobody waits for it, and nothing depends on its success.
pub fn touch(app: &App, hash: TokenHash, session: &Session, address: IpAddr) {
    let now = app.clock.now();
    let idle = Lifetime::seconds(app.config.lifetimes.session_idle.as_seconds() / 4);
    let seen_before = now.minus(TOUCH_EVERY.min(idle));
    if session.last_seen_at > seen_before {
        return;
    }
    app.sessions.remove(&hash);
    let (db, address) = (app.db.clone(), address.to_string());
    tokio::spawn(async move {
        let noted = db.write((hash, address), move |tx, (hash, address)| {
            Box::pin(
                async move { Ok::<_, Refusal>(sessions::touch(tx, *hash, address, now, seen_before).await?) },
            )
        });
        if let Err(refusal) = noted.await {
            tracing::warn!(cause = ?refusal.cause, "the use of a session could not be noted");
        }
    });
}

/// Keeps what pages remember in a session. A session that was ended meanwhile stays ended, and the answer is `false`.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn save(app: &App, hash: TokenHash, id: SessionId, data: String) -> Result<bool, Refusal> {
    app.db
        .write((hash, id, data), |tx, (hash, id, data)| {
            Box::pin(async move { Ok(sessions::save(tx, *hash, *id, data).await?) })
        })
        .await
}

/// A part of somebody's sessions, the one seen last first.
///
/// # Errors
/// `invalid_request` for a cursor that is none of this list, `temporarily_unavailable` or `server_error` if the database
/// fails.
pub async fn list(app: &App, user: UserId, paging: &Paging) -> Result<Slice<Session>, Refusal> {
    let list = format!("sessions {user}");
    let after = paging.after(app, &list)?.map(|key| {
        let (seen, id) = key.split_once('.')?;
        Some((Timestamp(seen.parse().ok()?), id.parse::<SessionId>().ok()?))
    });
    let found = sessions::list(&app.db, user, alive(app), after.flatten(), paging.with_one_more()).await?;
    Ok(paging.slice(app, &list, found, |session| format!("{}.{}", session.last_seen_at.0, session.id)))
}

/// In how many places somebody is signed in.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn count(app: &App, user: UserId) -> Result<u64, Refusal> {
    Ok(sessions::count(&app.db, user, alive(app)).await?)
}

fn alive(app: &App) -> Alive {
    let now = app.clock.now();
    Alive { now, seen_after: now.minus(app.config.lifetimes.session_idle) }
}

fn lives(session: &Session, alive: Alive) -> bool {
    session.expires_at > alive.now && session.last_seen_at > alive.seen_after
}

#[cfg(test)]
mod tests;
