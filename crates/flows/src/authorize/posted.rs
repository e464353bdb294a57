use super::asked::Asked;
use super::evaluate::{refused, unreturnable};
use super::next::Unreturnable;
use super::return_to::Return;
use super::unchecked::Unchecked;
use super::{PATH, stored};
use crate::App;

/// What became of a posted request.
#[derive(Debug)]
pub enum Posted {
    /// It goes on under this own path.
    Kept(String),
    /// The client gets its answer at once.
    Return(Return),
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
        Err(error) => return Err(unreturnable(app, error).await),
    };
    if let Err(refusal) = Asked::read(app, &checked).await {
        return Ok(Posted::Return(refused(app, &checked, refusal).await));
    }
    Ok(match stored::insert(app, checked.query(), now).await {
        Ok(handle) => Posted::Kept(format!("{PATH}?{}={handle}", stored::PARAMETER)),
        Err(refusal) => Posted::Return(checked.return_to.refuse(refusal)),
    })
}
