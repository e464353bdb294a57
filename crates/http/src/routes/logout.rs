//! `/v1/oauth2/logout` (OIDC RP-Initiated Logout 1.0).

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodFilter, on};
use postern_domain::Refusal;
use postern_flows::logout::LogoutRequest;
use postern_flows::{App, endpoints};

use super::authorize::wrong_method;
use super::sign_out;
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
    if let Some(signed_in) = &visitor.signed_in {
        if !request.proves(&signed_in.session) {
            return Ok(sign_out::question(&app, &visitor, Some((&request, &params))));
        }
        return sign_out::end(&app, &visitor, &browser, Some(&request)).await;
    }
    Ok(sign_out::done(Some(&request)))
}

/// An app's own form comes without cookies, so it is asked for again by a GET.
async fn posted(ProtocolForm(form): ProtocolForm) -> Result<Response, PageRefusal> {
    let query = form.map_err(of_app)?.to_urlencoded();
    Ok(Redirect::to(&format!("{}?{query}", endpoints::LOGOUT)).into_response())
}

pub(super) fn of_app(refusal: Refusal) -> PageRefusal {
    PageRefusal::of_app(refusal, None, Vec::new())
}
