use postern_domain::{ClientId, ErrorCode, Refusal};
use postern_storage::{Tx, clients};

use crate::App;

/// Writes a refused call down for the client's developer, who finds it on the client's page. What is this server's fault
/// is left out, and so is a refusal that the person wished or that only says that a page has to be shown.
///
/// The refusal is answered whether or not this succeeds, so a failure is only logged.
pub async fn record_refusal(app: &App, client: ClientId, endpoint: &'static str, refusal: &Refusal) {
    if !is_the_clients(refusal.code) {
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

/// Whether a refusal is the client's to mend.
const fn is_the_clients(code: ErrorCode) -> bool {
    use ErrorCode::{
        AccessDenied, AccountSelectionRequired, ConsentRequired, InteractionRequired, LoginRequired,
        ServerError, TemporarilyUnavailable, TooManyRequests,
    };
    !matches!(
        code,
        ServerError
            | TemporarilyUnavailable
            | TooManyRequests
            | AccessDenied
            | LoginRequired
            | ConsentRequired
            | AccountSelectionRequired
            | InteractionRequired
    )
}
