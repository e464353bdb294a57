use postern_domain::{Client, Refusal, SessionClientId, Timestamp};
use postern_storage::logout_notices::{self, LogoutNotice};

use crate::{App, Paging, Slice};

/// A part of what a client was told of sessions that ended, the latest first.
///
/// # Errors
/// `invalid_request` for a cursor that is none of this list, `temporarily_unavailable` or `server_error` if the database
/// fails.
pub async fn notices(app: &App, client: &Client, paging: &Paging) -> Result<Slice<LogoutNotice>, Refusal> {
    let list = format!("logout notices {}", client.id);
    let after = paging.after(app, &list)?.map(|key| {
        let (at, id) = key.split_once('.')?;
        Some((Timestamp(at.parse().ok()?), id.parse::<SessionClientId>().ok()?))
    });
    let found = logout_notices::list(&app.db, client.id, after.flatten(), paging.with_one_more()).await?;
    Ok(paging.slice(app, &list, found, |notice| format!("{}.{}", notice.created_at.0, notice.id)))
}
