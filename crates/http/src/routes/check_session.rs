//! `/v1/oauth2/check-session`: what apps load in a frame to notice that somebody signed out (OIDC Session Management 1.0
//! section 3.3).

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use postern_flows::endpoints;
use postern_templating::assets::asset_url;

use crate::csp;
use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().get(endpoints::CHECK_SESSION, Right::Protocol, frame)
}

/// The same for everybody: its script reads what the browser knows.
async fn frame() -> Response {
    let script = asset_url("check-session.js");
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Session</title>\n\
         <script src=\"{script}\"></script>\n"
    );
    ([(header::CONTENT_SECURITY_POLICY, csp::FRAME_OF_APPS)], Html(page)).into_response()
}
