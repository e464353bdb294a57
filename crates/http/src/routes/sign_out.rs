//! `/logout`

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Params, Refusal};
use postern_flows::App;
use postern_flows::logout::{self, LogoutRequest};
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

async fn ask(State(app): State<Arc<App>>, visitor: Visitor) -> Response {
    match visitor.signed_in {
        Some(_) => question(&app, &visitor, None),
        None => Redirect::to("/login").into_response(),
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
    end(&app, &visitor, &browser, request.as_ref()).await
}

/// The question, of the person's own accord or because an app asks. What the app sent comes back with the answer and is
/// checked again then.
pub(super) fn question(app: &App, visitor: &Visitor, asked: Option<(&LogoutRequest, &Params)>) -> Response {
    let client = asked.and_then(|(request, _)| request.client.as_deref());
    let mut response = page::render(&SignOut {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        app: client.map(face::of),
        request: asked.map(|(_, params)| params.to_urlencoded()),
        stay_url: "/".to_owned(),
    });
    if let Some(target) = asked.and_then(|(request, _)| request.return_to.as_deref()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp::with_form_action(target));
    }
    response
}

/// Ends the session of this browser, tells its apps, and goes on to where `request` wants it.
pub(super) async fn end(
    app: &App,
    visitor: &Visitor,
    browser: &Browser,
    request: Option<&LogoutRequest>,
) -> Result<Response, PageRefusal> {
    let frames = match &visitor.signed_in {
        Some(signed_in) => logout::front_channel(app, &signed_in.session).await?,
        None => Vec::new(),
    };
    session::end(app, browser).await?;
    let mut response = match frames.as_slice() {
        [] => done(request),
        frames => told(app, visitor, frames, request),
    };
    session::forget_state(app, response.headers_mut());
    Ok(response)
}

/// The page that tells apps in frames, and goes on.
fn told(app: &App, visitor: &Visitor, frames: &[Url], request: Option<&LogoutRequest>) -> Response {
    let next_url = next(request);
    let mut response = page::render(&SignedOut {
        chrome: page::chrome(app, &visitor.signed_out(), Section::Elsewhere),
        frames: frames.iter().map(ToString::to_string).collect(),
        app: request.filter(|it| it.return_to.is_some()).and_then(|it| it.client.as_deref()).map(face::of),
        next_url: next_url.to_owned(),
    });
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp::with_frames(frames));
    response
}

/// Where somebody goes who is signed out.
pub(super) fn done(request: Option<&LogoutRequest>) -> Response {
    Redirect::to(next(request)).into_response()
}

fn next(request: Option<&LogoutRequest>) -> &str {
    request.and_then(|request| request.return_to.as_deref()).unwrap_or("/login?done=signed-out")
}

#[cfg(test)]
mod tests;
