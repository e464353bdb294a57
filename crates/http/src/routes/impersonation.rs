//! `/impersonation`: the end of acting as somebody else. It begins on the page of the account in the console.

use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{ErrorCode, Refusal};
use postern_flows::impersonation;
use postern_flows::sessions::Switch;

use crate::answer::PageRefusal;
use crate::impersonation::PATH;
use crate::request::{PageForm, PageRequest};
use crate::rights::{Right, Routes};
use crate::session::{self, Browser};

pub(crate) fn routes() -> Routes {
    Routes::new().post(PATH, Right::Session, end)
}

async fn end(page: PageRequest, browser: Browser, _: PageForm) -> Result<Response, PageRefusal> {
    let session = &page.signed_in.session;
    let Some(own) = impersonation::own_session(session) else {
        return Err(Refusal::conflict("you act as nobody else").into());
    };
    match session::switch(&browser, Switch { to: own, ends: true }).await {
        Ok(()) => {}
        // Their own session is over: so is this one.
        Err(refusal) if refusal.code == ErrorCode::Conflict => {
            session::end_all(&page.app, &browser, session).await?;
            return Ok(Redirect::to("/login").into_response());
        }
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(Redirect::to(&format!("/admin/users/{}?done=acted", session.user_id)).into_response())
}

#[cfg(test)]
mod tests;
