use postern_domain::audit::{Action, By, Target};
use postern_domain::{Refusal, Session, SessionId, UserId};
use postern_storage::sessions;
use serde_json::json;

use crate::App;
use crate::audit::{self, Entry};

/// Ends a session that its person signs out of, and leaves those of other accounts in that browser alone.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails; the session lives on then.
pub async fn end_here(app: &App, session: &Session) -> Result<(), Refusal> {
    let (user, id, now) = (session.user_id, session.id, app.clock.now());
    app.db
        .write((), move |tx, ()| {
            Box::pin(async move {
                sessions::end_by_id(tx, user, id, now).await?;
                Ok(())
            })
        })
        .await
}

/// Ends this session and those of every other account in its browser.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails; all of them live on then.
pub async fn end_browser(app: &App, here: &Session) -> Result<(), Refusal> {
    let Some(browser) = here.browser_id else { return end_here(app, here).await };
    let now = app.clock.now();
    app.db
        .write(browser, move |tx, browser| {
            Box::pin(async move {
                sessions::end_browser(tx, *browser, now).await?;
                Ok(())
            })
        })
        .await
}

/// Ends one of somebody's sessions, wherever it is, as `by` wants it. Answers whether there was one.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn end_there(app: &App, by: By, user: UserId, id: SessionId) -> Result<bool, Refusal> {
    let target = Target::new("session", id.0, id);
    let act = Entry::new(app, by, Action::SESSION_REVOKED, target);
    let now = app.clock.now();
    app.db
        .write((user, id, act), move |tx, (user, id, act)| {
            Box::pin(async move {
                let was_there = sessions::end_by_id(tx, *user, *id, now).await?;
                if was_there {
                    audit::act(tx, act).await?;
                }
                Ok(was_there)
            })
        })
        .await
}

/// Ends all of somebody's sessions but the one here, if there is one, as `by` wants it. Answers how many there were.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn end_others(app: &App, by: By, user: UserId, here: Option<SessionId>) -> Result<u64, Refusal> {
    let act = Entry::new(app, by, Action::SESSION_REVOKED, Target::named("sessions", "all others"));
    let now = app.clock.now();
    app.db
        .write((user, here, act), move |tx, (user, here, act)| {
            Box::pin(async move {
                let ended = sessions::end_others(tx, *user, *here, now).await?;
                if ended > 0 {
                    audit::act(tx, &act.clone().after(json!({ "signed_out": ended }))).await?;
                }
                Ok(ended)
            })
        })
        .await
}
