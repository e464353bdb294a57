//! `/v1/oauth2/userinfo` (OIDC Core section 5.3).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use postern_flows::{App, bearer, endpoints};

use crate::answer::BearerError;
use crate::request::BearerToken;
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
    BearerToken(token): BearerToken,
) -> Result<Response, BearerError> {
    let verdict = bearer::verdict(&app, &token?).await?;
    let claims = bearer::userinfo(&verdict).map_err(|_| BearerError::insufficient_scope("openid"))?;
    Ok(Json(claims).into_response())
}
