//! What happens in the browser of somebody who has proved who they are.

use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::OwnPath;
use postern_flows::sessions::Arrival;
use postern_flows::{App, authorize, sessions};

use crate::answer::PageRefusal;
use crate::request::Visitor;
use crate::session::{self, Browser};

/// Begins the session, remembers the device, and sends them on to where they were heading.
pub(crate) async fn welcome(
    app: &App,
    visitor: &Visitor,
    browser: &Browser,
    arrival: Arrival,
    return_to: &OwnPath,
) -> Result<Response, PageRefusal> {
    let arrival = match &visitor.signed_in {
        Some(signed_in) => {
            // Whose session rests in this browser goes on with it.
            let beside = sessions::beside(app, &signed_in.session).await?;
            let mut known = beside.iter().map(|(session, _)| session).chain([&*signed_in.session]);
            let theirs = known.find(|session| session.user_id == arrival.session.user_id);
            arrival.continuing(theirs)
        }
        None => arrival,
    };
    session::begin(browser, &arrival.proven()).await?;
    // Who proved it elsewhere a while ago has not just done so for the request that waits.
    let next = match arrival.is_of_now() {
        true => authorize::after_sign_in(app, return_to, &arrival.session),
        false => return_to.clone(),
    };
    let mut response = Redirect::to(next.as_str()).into_response();
    if let Some(cookie) = session::device_cookie(app, &arrival.device) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
