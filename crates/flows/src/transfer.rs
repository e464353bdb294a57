//! That an instance was moved to another database.

use postern_domain::Refusal;
use postern_domain::audit::{Action, By, Target};
use serde_json::json;

use crate::App;
use crate::audit::{self, Entry};

/// Writes down that the instance was moved, with so many rows.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn write_down(app: &App, rows: u64) -> Result<(), Refusal> {
    let target = Target::named("instance", "the instance to another database");
    let entry = Entry::new(app, By::Operator, Action::INSTANCE_MOVED, target).after(json!({ "rows": rows }));
    app.db
        .write(entry, |tx, entry| Box::pin(async move { Ok::<_, Refusal>(audit::act(tx, entry).await?) }))
        .await
}
