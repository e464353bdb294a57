//! `/logout`

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Params, Refusal};
use postern_flows::logout::{self, LogoutRequest};
use postern_flows::{App, sessions};
use postern_templating::Section;
use postern_templating::pages::{SignOut, SignedOut};
use url::Url;

use super::logout::of_app;
use crate::answer::PageRefusal;
use crate::request::{PageForm, Visitor};
use crate::rights::{Right, Routes};
use crate::session::{self, Browser};
use crate::{csp, face, page};

const PATH: &str = "/logout";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Public, ask).post(PATH, Right::Public, leave)
}

async fn ask(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageRefusal> {
    match visitor.signed_in {
        Some(_) => question(&app, &visitor, None).await,
        None => Ok(Redirect::to("/login").into_response()),
    }
}

async fn leave(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    browser: Browser,
    PageForm(form): PageForm,
) -> Result<Response, PageRefusal> {
    let request = match form.get("request") {
        Some(params) => {
            let params = Params::parse(params.as_bytes()).map_err(|error| of_app(Refusal::from(error)))?;
            Some(LogoutRequest::read(&app, &params).await.map_err(of_app)?)
        }
        None => None,
    };
    let which = if form.get("all").is_some() { Which::All } else { Which::Here };
    end(&app, &visitor, &browser, which, request.as_ref()).await
}

/// The question, of the person's own accord or because an app asks. What the app sent comes back with the answer and is
/// checked again then.
pub(super) async fn question(
    app: &App,
    visitor: &Visitor,
    asked: Option<(&LogoutRequest, &Params)>,
) -> Result<Response, PageRefusal> {
    let others = match &visitor.signed_in {
        Some(signed_in) => sessions::beside(app, &signed_in.session).await?.len(),
        None => 0,
    };
    let client = asked.and_then(|(request, _)| request.client.as_deref());
    let mut response = page::render(&SignOut {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        app: client.map(face::of),
        request: asked.map(|(_, params)| params.to_urlencoded()),
        others,
        stay_url: "/".to_owned(),
    });
    if let Some(target) = asked.and_then(|(request, _)| request.return_to.as_deref()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp::with_form_action(target));
    }
    Ok(response)
}

/// Which sessions of a browser end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// The one that is used; another account goes on.
    Here,
    /// Those of every account.
    All,
}

/// Ends sessions of this browser, tells their apps, and goes on to where `request` wants it.
pub(super) async fn end(
    app: &App,
    visitor: &Visitor,
    browser: &Browser,
    which: Which,
    request: Option<&LogoutRequest>,
) -> Result<Response, PageRefusal> {
    let Some(here) = visitor.signed_in.as_ref().map(|signed_in| &*signed_in.session) else {
        return Ok(done(request, false));
    };
    let mut frames = logout::front_channel(app, here).await?;
    let goes_on = match which {
        Which::Here => session::end(app, browser, here).await?,
        Which::All => {
            for (session, _) in sessions::beside(app, here).await? {
                frames.extend(logout::front_channel(app, &session).await?);
            }
            frames.sort();
            frames.dedup();
            session::end_all(app, browser, here).await?;
            false
        }
    };
    let mut response = match frames.as_slice() {
        [] => done(request, goes_on),
        frames => told(app, visitor, frames, request, goes_on),
    };
    session::forget_state(app, response.headers_mut());
    Ok(response)
}

/// Goes on after a session ended that was not the one in use in this browser.
pub(super) fn gone(app: &App, visitor: &Visitor, frames: &[Url], request: &LogoutRequest) -> Response {
    match frames {
        [] => done(Some(request), true),
        frames => told(app, visitor, frames, Some(request), true),
    }
}

/// The page that tells apps in frames, and goes on.
fn told(
    app: &App,
    visitor: &Visitor,
    frames: &[Url],
    request: Option<&LogoutRequest>,
    goes_on: bool,
) -> Response {
    let next_url = next(request, goes_on);
    let mut response = page::render(&SignedOut {
        chrome: page::chrome(app, &visitor.signed_out(), Section::Elsewhere),
        frames: frames.iter().map(ToString::to_string).collect(),
        app: request.filter(|it| it.return_to.is_some()).and_then(|it| it.client.as_deref()).map(face::of),
        next_url: next_url.to_owned(),
    });
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp::with_frames(frames));
    response
}

/// Where somebody goes who is signed out; `goes_on` where another account of theirs is not.
pub(super) fn done(request: Option<&LogoutRequest>, goes_on: bool) -> Response {
    Redirect::to(next(request, goes_on)).into_response()
}

fn next(request: Option<&LogoutRequest>, goes_on: bool) -> &str {
    let here = if goes_on { "/login?choose=1&done=one" } else { "/login?done=signed-out" };
    request.and_then(|request| request.return_to.as_deref()).unwrap_or(here)
}

#[cfg(test)]
mod tests;
