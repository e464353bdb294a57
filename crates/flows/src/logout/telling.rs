use std::sync::Arc;

use postern_domain::{Lifetime, Plain, Refusal, WebUrl};
use postern_storage::logout_notices::{self, LogoutNotice, NoticeOutcome};
use tokio::task::JoinSet;

use super::token::logout_token;
use crate::App;

/// How many clients are told at once.
const AT_ONCE: u64 = 64;
/// How long a node has for one notice before another may try.
const LEASE: Lifetime = Lifetime::seconds(60);
/// How long to wait after each try that failed; after the last of them a notice is given up. Signing out matters most at
/// once, and a client that is down for a night is still told in the morning.
const WAITS: [Lifetime; 7] = [
    Lifetime::seconds(5),
    Lifetime::seconds(30),
    Lifetime::seconds(2 * 60),
    Lifetime::seconds(10 * 60),
    Lifetime::seconds(3_600),
    Lifetime::seconds(4 * 3_600),
    Lifetime::seconds(12 * 3_600),
];

/// Tells clients of the sessions that ended (OIDC Back-Channel Logout 1.0 section 2.5) and answers how many it tried to
/// tell. Of several nodes one tells each.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails. A client that cannot be told is no error: it is tried
/// again later.
pub async fn tell(app: &Arc<App>) -> Result<usize, Refusal> {
    let mut telling = JoinSet::new();
    for notice in logout_notices::due(&app.db, app.clock.now(), AT_ONCE).await? {
        let now = app.clock.now();
        let claim = app.db.write((notice.clone(), now), |tx, (notice, now)| {
            Box::pin(async move { Ok::<_, Refusal>(logout_notices::claim(tx, notice, *now, LEASE).await?) })
        });
        if claim.await? {
            let app = Arc::clone(app);
            telling.spawn(async move {
                let outcome = deliver(&app, &notice).await;
                note(&app, &notice, outcome).await
            });
        }
    }
    let tried = telling.len();
    while let Some(told) = telling.join_next().await {
        told.map_err(Refusal::because)??;
    }
    Ok(tried)
}

/// What came of a try.
enum Tried {
    /// The client took it, or there is nobody left to tell.
    Over(NoticeOutcome),
    /// It did not.
    Failed(NoticeOutcome),
}

async fn deliver(app: &App, notice: &LogoutNotice) -> Tried {
    let ready = match ready(app, notice).await {
        Ok(ready) => ready,
        Err(refusal) => {
            return Tried::Failed(NoticeOutcome { status: None, problem: Some(refusal.to_string()) });
        }
    };
    let Some((uri, token)) = ready else {
        let problem = Some("the client has no backchannel_logout_uri any more, or is closed".to_owned());
        return Tried::Over(NoticeOutcome { status: None, problem });
    };
    match app.outbound.post_form(uri.as_str(), &[("logout_token", token.reveal())]).await {
        // Section 2.8 wants 200; some frameworks answer 204 to a request that has no answer.
        Ok(answer) if (200..300).contains(&answer.status) => {
            Tried::Over(NoticeOutcome { status: Some(answer.status), problem: None })
        }
        Ok(answer) => {
            let problem = Some(format!("it answered {} instead of 200", answer.status));
            Tried::Failed(NoticeOutcome { status: Some(answer.status), problem })
        }
        Err(error) => Tried::Failed(NoticeOutcome { status: None, problem: Some(error.to_string()) }),
    }
}

/// Where a notice goes and what it says; `None` if there is nobody left to tell.
async fn ready(app: &App, notice: &LogoutNotice) -> Result<Option<(WebUrl, Plain)>, Refusal> {
    let Some(client) = app.client_by_id(notice.client_id).await?.filter(|client| !client.disabled) else {
        return Ok(None);
    };
    let Some(uri) = client.metadata.backchannel_logout_uri.clone() else { return Ok(None) };
    let token = logout_token(app, &client, notice.subject, notice.session_id).await?;
    Ok(Some((uri, token)))
}

async fn note(app: &App, notice: &LogoutNotice, tried: Tried) -> Result<(), Refusal> {
    let now = app.clock.now();
    let (id, client) = (notice.id, notice.client_id);
    let wait = usize::try_from(notice.tries).ok().and_then(|tries| WAITS.get(tries)).copied();
    match &tried {
        Tried::Over(_) => tracing::info!(%id, %client, "a client was told that a session ended"),
        Tried::Failed(NoticeOutcome { problem, .. }) => {
            tracing::warn!(%id, %client, ?problem, ?wait, "a client could not be told that a session ended");
        }
    }
    let write = app.db.write((id, tried), move |tx, (id, tried)| {
        Box::pin(async move {
            match tried {
                Tried::Over(outcome) => logout_notices::delivered(tx, *id, outcome, now).await?,
                Tried::Failed(outcome) => {
                    let next = wait.map(|wait| now.plus(wait));
                    logout_notices::failed(tx, *id, outcome, next).await?;
                }
            }
            Ok(())
        })
    });
    write.await
}

#[cfg(test)]
mod tests;
