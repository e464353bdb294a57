//! `/v1/oauth2/userinfo` (OIDC Core section 5.3).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use postern_domain::ErrorCode;
use postern_flows::{App, bearer, endpoints};

use crate::answer::BearerError;
use crate::request::{BearerToken, ClientAddress};
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
    BearerToken(token): BearerToken,
) -> Result<Response, BearerError> {
    let verdict = bearer::verdict(&app, &token?, from).await?;
    let claims = bearer::userinfo(&verdict).map_err(|refusal| match refusal.code {
        ErrorCode::InsufficientScope => BearerError::insufficient_scope("openid"),
        _ => refusal.into(),
    })?;
    Ok(Json(claims).into_response())
}
