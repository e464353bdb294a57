use postern_domain::{Lifetime, Refusal, Timestamp};
use postern_storage::one_time_values;

use super::next::Unreturnable;
use crate::App;

/// The parameter that names a stored request.
pub(super) const PARAMETER: &str = "postern_request";
const PURPOSE: &str = "authorization_request";
/// How long a stored request can be gone on with.
const LIFETIME: Lifetime = Lifetime::seconds(600);

/// Keeps the form of a request. Answers the handle under which it is found again.
pub(super) async fn insert(app: &App, form: String, now: Timestamp) -> Result<String, Refusal> {
    let handle = app.new_link().reveal().to_owned();
    app.db
        .write((app.secret_key.hash_text(&handle), form), move |tx, (hash, form)| {
            Box::pin(async move {
                let end = now.plus(LIFETIME);
                Ok::<_, Refusal>(one_time_values::insert(tx, PURPOSE, *hash, form, now, end).await?)
            })
        })
        .await?;
    Ok(handle)
}

/// The form that was posted under this handle. It can be read again until it ends, so that reloading a page works.
pub(super) async fn find(app: &App, handle: &str, now: Timestamp) -> Result<String, Unreturnable> {
    let hash = app.secret_key.hash_text(handle);
    let found = one_time_values::find(&app.db, PURPOSE, hash, now).await.map_err(Refusal::from)?;
    found.ok_or_else(|| {
        Unreturnable::of_person(Refusal::invalid_request(
            "this sign-in was begun too long ago; go back to the app and begin again",
        ))
    })
}
