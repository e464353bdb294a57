use std::sync::Arc;

use postern_domain::{Refusal, Session, SessionId, TokenHash, User};
use postern_storage::{StorageError, Tx, sessions};
use serde::{Deserialize, Serialize};

use super::{alive, find};
use crate::{App, audit, impersonation};

/// How many accounts of one browser are listed.
const MOST: u64 = 20;

/// The sessions of other accounts in the browser of this one, the one seen last first, each with its account, which is
/// open. Where nobody else ever signed in, nothing is looked up.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn beside(app: &App, here: &Session) -> Result<Vec<(Session, Arc<User>)>, Refusal> {
    let Some(browser) = here.browser_id else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for session in sessions::of_browser(&app.db, browser, alive(app), MOST).await? {
        let user = app.user(session.user_id).await?.filter(|user| user.is_active());
        if let Some(user) = user.filter(|_| session.id != here.id) {
            found.push((session, user));
        }
    }
    Ok(found)
}

/// How a browser goes on as another of its accounts.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Switch {
    /// The session it goes on with.
    pub to: SessionId,
    /// Whether the one that it leaves ends; else that one rests.
    pub ends: bool,
}

/// Goes on in a browser as another of its accounts: that session is used by a cookie with this `hash` from then on.
/// `replaced` is the cookie of the one it leaves, which nobody can use any more. One in which somebody acts as somebody else
/// never rests: it ends.
///
/// # Errors
/// `conflict` if there is no such session in this browser any more; `temporarily_unavailable` or `server_error` if the
/// database fails. Nothing is changed then.
pub async fn switch(app: &App, hash: TokenHash, replaced: TokenHash, switch: Switch) -> Result<(), Refusal> {
    let (nobodys, alive) = (nobodys(app), alive(app));
    let act = match find(app, replaced).await? {
        Some(left) => impersonation::ended(app, &left.session).await?,
        None => None,
    };
    app.db
        .write((hash, replaced, switch, act), move |tx, (hash, replaced, switch, act)| {
            Box::pin(async move {
                let gone = || Refusal::conflict("this account is not signed in in this browser any more");
                let here = sessions::find_held(tx, *replaced).await?.ok_or_else(gone)?;
                if switch.ends || here.impersonator.is_some() {
                    sessions::end(tx, *replaced, alive.now).await?;
                    if let Some(act) = act {
                        audit::act(tx, act).await?;
                    }
                } else {
                    sessions::rest(tx, here.id, nobodys, here.browser()).await?;
                }
                if !sessions::wake(tx, switch.to, here.browser(), *hash, alive).await? {
                    return Err(gone());
                }
                Ok(())
            })
        })
        .await
}

/// A hash that no cookie has.
pub(crate) fn nobodys(app: &App) -> TokenHash {
    let mut hash = [0; 32];
    app.rng.fill(&mut hash);
    TokenHash(hash)
}

/// Makes room in a browser for `session`, which is to begin there: whoever was signed in rests beside it.
pub(super) async fn beside_whom(
    tx: &Tx,
    replaced: TokenHash,
    nobodys: TokenHash,
    session: &Session,
) -> Result<Session, StorageError> {
    let Some(before) = sessions::find_held(tx, replaced).await?.filter(|it| it.id != session.id) else {
        return Ok(session.clone());
    };
    let browser = before.browser();
    if before.impersonator.is_some() {
        sessions::end_by_id(tx, before.user_id, before.id, session.auth_time).await?;
    } else {
        sessions::rest(tx, before.id, nobodys, browser).await?;
    }
    Ok(Session { browser_id: Some(browser), ..session.clone() })
}

#[cfg(test)]
mod tests;
