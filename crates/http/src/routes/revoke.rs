//! `/v1/oauth2/revoke` (RFC 7009).

use std::sync::Arc;

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use postern_domain::audit::Place;
use postern_flows::client_auth::Sender;
use postern_flows::{App, bearer, endpoints};

use crate::api::Came;
use crate::request::BackChannel;
use crate::rights::{Right, Routes};

pub(crate) fn routes() -> Routes {
    Routes::new().post(endpoints::REVOKE, Right::ProtocolAnyOrigin, revoke)
}

async fn revoke(State(app): State<Arc<App>>, request: BackChannel) -> Response {
    let mut came = Came::now(Place::Api, request.address());
    came.asks(&app, Method::POST.as_str(), &app.config.url(endpoints::REVOKE));
    let revoked = async |sender: Sender<'_>| {
        came.with(bearer::revoke(&app, sender).await?);
        Ok(())
    };
    let response = request.answer("revoke", revoked).await;
    came.answered(&app, &response);
    response
}
