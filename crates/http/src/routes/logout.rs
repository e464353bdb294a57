//! `/v1/oauth2/logout` (OIDC RP-Initiated Logout 1.0).

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodFilter, on};
use postern_domain::Refusal;
use postern_flows::logout::{self, LogoutRequest};
use postern_flows::{App, endpoints, sessions};

use super::authorize::wrong_method;
use super::sign_out::{self, Which};
use crate::answer::PageRefusal;
use crate::request::{ProtocolForm, QueryParams, Visitor};
use crate::rights::{Right, Routes};
use crate::session::Browser;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(endpoints::LOGOUT, Right::Public, asked)
        .post(endpoints::LOGOUT, Right::Public, posted)
        // A HEAD that is served as a GET would sign people out.
        .with(
            "HEAD",
            endpoints::LOGOUT,
            Right::Public,
            on(MethodFilter::HEAD, wrong_method).fallback(wrong_method),
        )
}

/// Whoever is signed in is asked first, unless the app proves that it means this very session.
async fn asked(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    browser: Browser,
    QueryParams(query): QueryParams,
) -> Result<Response, PageRefusal> {
    let params = query.map_err(of_app)?;
    let request = LogoutRequest::read(&app, &params).await.map_err(of_app)?;
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_out::done(Some(&request), false)) };
    if request.proves(&signed_in.session) {
        return sign_out::end(&app, &visitor, &browser, Which::Here, Some(&request)).await;
    }
    // It may mean another account that is signed in in this browser.
    let beside = sessions::beside(&app, &signed_in.session).await?;
    let Some((session, _)) = beside.into_iter().find(|(session, _)| request.proves(session)) else {
        return sign_out::question(&app, &visitor, Some((&request, &params))).await;
    };
    let frames = logout::front_channel(&app, &session).await?;
    sessions::end_here(&app, &session).await?;
    Ok(sign_out::gone(&app, &visitor, &frames, &request))
}

/// An app's own form comes without cookies, so it is asked for again by a GET.
async fn posted(ProtocolForm(form): ProtocolForm) -> Result<Response, PageRefusal> {
    let query = form.map_err(of_app)?.to_urlencoded();
    Ok(Redirect::to(&format!("{}?{query}", endpoints::LOGOUT)).into_response())
}

pub(super) fn of_app(refusal: Refusal) -> PageRefusal {
    PageRefusal::of_app(refusal, None, Vec::new())
}
