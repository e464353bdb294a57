use postern_domain::audit::Action;
use postern_domain::{Client, Refusal};
use postern_storage::{StorageError, clients};
use serde_json::json;

use super::manager::gone;
use super::{Manager, acts, find};
use crate::{App, audit};

/// Closes a client or opens it again. Of a closed one no token works, and it gets none. The instance's own people alone
/// may do this.
///
/// # Errors
/// `not_found`; `forbidden` for anybody else.
pub async fn set_closed(
    app: &App,
    manager: Manager<'_>,
    name: &str,
    closed: bool,
) -> Result<Client, Refusal> {
    let client = find(app, manager, name).await?;
    if !manager.is_operator() {
        return Err(Refusal::forbidden(
            "only an administrator of this server closes clients, and opens them again",
        ));
    }
    let now = app.clock.now();
    let act = acts::entry(app, manager, Action::CLIENT_STATE_SET, &client)
        .changed(json!({ "disabled": client.disabled }), json!({ "disabled": closed }));
    let was_there: Result<bool, StorageError> = app
        .db
        .write((client.id, act), move |tx, (id, act)| {
            Box::pin(async move {
                let was_there = clients::set_disabled(tx, *id, closed, now).await?;
                if was_there {
                    audit::act(tx, act).await?;
                }
                Ok(was_there)
            })
        })
        .await;
    if !was_there? {
        return Err(gone());
    }
    tracing::info!(client_id = %client.identifier, closed, "a client was opened or closed");
    Ok(Client { disabled: closed, updated_at: now, ..client })
}
