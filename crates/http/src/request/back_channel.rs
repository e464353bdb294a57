use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use postern_domain::{Params, Refusal};
use postern_flows::App;
use postern_flows::client_auth::Sender;

use super::{ClientAddress, ProtocolForm};
use crate::answer::OAuthError;

/// A client's request to one of the endpoints at which it authenticates.
pub(crate) struct BackChannel {
    authorization: Vec<HeaderValue>,
    form: Result<Params, Refusal>,
    address: IpAddr,
}

impl BackChannel {
    /// Where it comes from.
    pub(crate) const fn address(&self) -> IpAddr {
        self.address
    }

    /// Hands the request to `flow` and answers what it refuses.
    pub(crate) async fn answer<T: IntoResponse>(
        &self,
        endpoint: &'static str,
        flow: impl AsyncFnOnce(Sender<'_>) -> Result<T, Refusal>,
    ) -> Response {
        let authorization: Vec<&[u8]> = self.authorization.iter().map(HeaderValue::as_bytes).collect();
        let outcome = match &self.form {
            Ok(params) => {
                let address = self.address;
                flow(Sender { authorization: &authorization, params, address, endpoint }).await
            }
            Err(refusal) => Err(refusal.clone()),
        };
        match outcome {
            Ok(answer) => answer.into_response(),
            Err(refusal) => OAuthError::challenging(refusal, !authorization.is_empty()).into_response(),
        }
    }
}

impl FromRequest<Arc<App>> for BackChannel {
    type Rejection = Infallible;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Infallible> {
        let (mut parts, body) = request.into_parts();
        let authorization = parts.headers.get_all(header::AUTHORIZATION).iter().cloned().collect();
        let ClientAddress(address) = ClientAddress::from_request_parts(&mut parts, app).await?;
        // RFC 6749 section 2.3.1: credentials must not be in the URL, which is logged on its way.
        let in_query = parts.uri.query().is_some_and(|query| !query.is_empty());
        let ProtocolForm(form) = ProtocolForm::from_request(Request::from_parts(parts, body), app).await?;
        let form = if in_query {
            Err(Refusal::invalid_request("send the parameters in the body, not in the query"))
        } else {
            form
        };
        Ok(Self { authorization, form, address })
    }
}
