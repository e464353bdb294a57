use postern_domain::{ClientId, ErrorCode, Refusal};
use postern_storage::{Tx, clients};

use crate::App;

/// Writes a refused call down for the client's developer, who finds it on the client's page. What is this server's fault
/// is left out, and so is a refusal that the person wished.
///
/// The refusal is answered whether or not this succeeds, so a failure is only logged.
pub async fn record_refusal(app: &App, client: ClientId, endpoint: &'static str, refusal: &Refusal) {
    use ErrorCode::{AccessDenied, ServerError, TemporarilyUnavailable, TooManyRequests};
    if matches!(refusal.code, ServerError | TemporarilyUnavailable | AccessDenied | TooManyRequests) {
        return;
    }
    let input = (app.new_id(), client, app.clock.now(), refusal.clone());
    let written = app.db.write(input, move |tx: &Tx, (id, client, now, refusal)| {
        Box::pin(clients::record_error(tx, *id, *client, *now, endpoint, refusal))
    });
    if let Err(error) = written.await {
        tracing::warn!(%error, endpoint, "a refused call could not be written down for its client");
    }
}
