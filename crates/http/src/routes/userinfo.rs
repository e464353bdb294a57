//! `/v1/oauth2/userinfo` (OIDC Core section 5.3).

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use postern_domain::audit::Place;
use postern_domain::{ErrorCode, limits};
use postern_flows::bearer::Userinfo;
use postern_flows::{App, bearer, endpoints};

use crate::answer::BearerError;
use crate::api::Came;
use crate::request::{BearerToken, ClientAddress, own_url};
use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().get(endpoints::USERINFO, Right::ProtocolAnyOrigin, userinfo).post(
        endpoints::USERINFO,
        Right::ProtocolAnyOrigin,
        userinfo,
    )
}

async fn userinfo(
    State(app): State<Arc<App>>,
    ClientAddress(from): ClientAddress,
    method: Method,
    uri: Uri,
    BearerToken(token): BearerToken,
) -> Response {
    let mut came = Came::now(Place::Api, from);
    came.asks(&app, method.as_str(), &app.config.url(uri.path_and_query().map_or("/", PathAndQuery::as_str)));
    let outcome = match &token {
        Ok(token) => claims(&app, token, from, &method, &uri, &mut came).await,
        Err(error) => Err(error.clone()),
    };
    if let (Err(_), Ok(token)) = (&outcome, &token) {
        came.with_refused(&app, token).await;
    }
    let response = outcome.unwrap_or_else(BearerError::into_response);
    came.answered(&app, &response);
    response
}

async fn claims(
    app: &App,
    token: &str,
    from: IpAddr,
    method: &Method,
    uri: &Uri,
    came: &mut Came,
) -> Result<Response, BearerError> {
    let verdict = bearer::verdict(app, token, from).await?;
    came.by(&verdict);
    bearer::for_own_api(app, &verdict)?;
    app.audit.ready()?;
    if verdict.is_limited() {
        let url = own_url(app, uri)?;
        let method = limits::Method::parse(method.as_str());
        let body = limits::Body::Unreadable("it is not JSON");
        came.judged(&verdict.judge(&limits::RequestFacts { method, url: &url, body }, app.clock.now()))?;
    }
    let userinfo = bearer::userinfo(app, &verdict).await.map_err(|refusal| match refusal.code {
        ErrorCode::InsufficientScope => BearerError::insufficient_scope("openid"),
        _ => refusal.into(),
    })?;
    Ok(match userinfo {
        Userinfo::Plain(claims) => Json(claims).into_response(),
        Userinfo::Signed(jwt) => {
            ([(header::CONTENT_TYPE, HeaderValue::from_static("application/jwt"))], jwt).into_response()
        }
    })
}
