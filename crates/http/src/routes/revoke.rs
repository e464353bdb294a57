//! `/v1/oauth2/revoke` (RFC 7009).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use postern_flows::{App, bearer, endpoints};

use crate::request::BackChannel;
use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().post(endpoints::REVOKE, Right::ProtocolAnyOrigin, revoke)
}

async fn revoke(State(app): State<Arc<App>>, request: BackChannel) -> Response {
    request.answer("revoke", async |sender| bearer::revoke(&app, sender).await).await
}
