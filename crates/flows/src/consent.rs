//! What people have allowed clients, from memory where that is fresh.

use std::sync::Arc;

use postern_domain::{ClientId, Consent, Refusal, Subject, UserId};
use postern_storage::consents;

use crate::App;

/// The consent of a person to a client for a subject, from memory where that is fresh.
pub(crate) async fn held(
    app: &App,
    user: UserId,
    client: ClientId,
    subject: Subject,
) -> Result<Option<Arc<Consent>>, Refusal> {
    let key = (user, client, subject);
    if let Some(held) = app.live.consents.get(app.db.epochs(), &key) {
        return Ok(held);
    }
    read(app, user, client, subject).await
}

/// The same whatever memory says: what was allowed on another node a moment ago is not in it yet, and a "no" because of
/// that would break a flow that goes over both.
pub(crate) async fn read(
    app: &App,
    user: UserId,
    client: ClientId,
    subject: Subject,
) -> Result<Option<Arc<Consent>>, Refusal> {
    let key = (user, client, subject);
    let since = app.db.epochs().now();
    let held = consents::find(&app.db, user, client, subject).await?.map(Arc::new);
    app.live.consents.insert(key, held.clone(), since, &[user.0, client.0]);
    Ok(held)
}
