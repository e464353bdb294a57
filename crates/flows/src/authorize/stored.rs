use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Lifetime, Refusal, Timestamp, TokenHash};
use postern_storage::one_time_values;

use super::PATH;
use super::asked::Asked;
use super::evaluate::refused;
use super::next::Unreturnable;
use super::return_to::Return;
use super::unchecked::Unchecked;
use crate::App;

/// The parameter that names a stored request.
pub(super) const PARAMETER: &str = "postern_request";
const PURPOSE: &str = "authorization_request";
/// How long a stored request can be gone on with.
const LIFETIME: Lifetime = Lifetime::seconds(600);

/// What became of a posted request.
#[derive(Debug)]
pub enum Posted {
    /// It goes on under this own path.
    Kept(String),
    /// The client gets its answer at once.
    Return(Return),
}

struct Row {
    hash: TokenHash,
    form: String,
    now: Timestamp,
}

/// Keeps a request that an app let the browser post: such a post comes without cookies, so who is signed in shows only
/// when the browser comes back by a GET. What is wrong with it is answered at once, and nothing kept.
///
/// # Errors
/// [`Unreturnable`] if its client or redirect URI does not hold.
pub async fn keep(app: &App, form: &[u8]) -> Result<Posted, Unreturnable> {
    let now = app.clock.now();
    let checked = match Unchecked::of_form(form)?.check(app).await {
        Ok(checked) => checked,
        Err(error) => return Err(super::evaluate::unreturnable(app, error).await),
    };
    if let Err(refusal) = Asked::read(app, &checked).await {
        return Ok(Posted::Return(refused(app, &checked, refusal).await));
    }
    let mut bytes = [0; 32];
    app.rng.fill(&mut bytes);
    let handle = URL_SAFE_NO_PAD.encode(bytes);
    let row = Row { hash: app.secret_key.hash_text(&handle), form: checked.query(), now };
    let written: Result<(), Refusal> = app
        .db
        .write(row, |tx, row| {
            Box::pin(async move {
                let end = row.now.plus(LIFETIME);
                Ok(one_time_values::insert(tx, PURPOSE, row.hash, &row.form, row.now, end).await?)
            })
        })
        .await;
    Ok(match written {
        Ok(()) => Posted::Kept(format!("{PATH}?{PARAMETER}={handle}")),
        Err(refusal) => Posted::Return(checked.return_to.refuse(refusal)),
    })
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
