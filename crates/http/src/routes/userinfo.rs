//! `/v1/oauth2/userinfo` (OIDC Core section 5.3).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};
use postern_domain::{ErrorCode, limits};
use postern_flows::{App, bearer, endpoints};

use crate::answer::BearerError;
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
) -> Result<Response, BearerError> {
    let verdict = bearer::verdict(&app, &token?, from).await?;
    if verdict.is_limited() {
        let url = own_url(&app, &uri)?;
        let method = limits::Method::parse(method.as_str());
        let body = limits::Body::Unreadable("it is not JSON");
        verdict.permits(&limits::RequestFacts { method, url: &url, body }, app.clock.now())?;
    }
    let claims = bearer::userinfo(&verdict).map_err(|refusal| match refusal.code {
        ErrorCode::InsufficientScope => BearerError::insufficient_scope("openid"),
        _ => refusal.into(),
    })?;
    Ok(Json(claims).into_response())
}
