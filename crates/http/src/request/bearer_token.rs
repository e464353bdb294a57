use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, header};
use postern_domain::{Params, Refusal};
use postern_flows::App;

use super::{ProtocolForm, is_form};
use crate::answer::BearerError;

/// The access token of a request: in the header (RFC 6750 section 2.1) or in the form (section 2.2), never in the query and
/// never in two places.
pub(crate) struct BearerToken(pub(crate) Result<String, BearerError>);

impl FromRequest<Arc<App>> for BearerToken {
    type Rejection = Infallible;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Infallible> {
        let query = request.uri().query().unwrap_or_default();
        if Params::parse(query.as_bytes()).is_ok_and(|query| query.get("access_token").is_some()) {
            return Ok(refused(
                "a token must not be in the query, where it is logged: send it in the header",
            ));
        }
        let in_header = match header_token(request.headers()) {
            Ok(in_header) => in_header,
            Err(reason) => return Ok(refused(reason)),
        };
        let in_form = if request.method() == Method::POST && is_form(request.headers()) {
            let ProtocolForm(form) = ProtocolForm::from_request(request, app).await?;
            match form {
                Ok(form) => form.get("access_token").map(str::to_owned),
                Err(refusal) => return Ok(Self(Err(refusal.into()))),
            }
        } else {
            None
        };
        Ok(match (in_header, in_form) {
            (Some(_), Some(_)) => {
                refused("the token was sent in the header and in the body; use one of them")
            }
            (Some(token), None) | (None, Some(token)) => Self(Ok(token)),
            (None, None) => Self(Err(BearerError::missing())),
        })
    }
}

fn refused(reason: &'static str) -> BearerToken {
    BearerToken(Err(Refusal::invalid_request(reason).into()))
}

/// The token of the `Authorization` header, if it is one of the scheme Bearer.
///
/// # Errors
/// Says that there are two such headers.
pub(crate) fn header_token(headers: &HeaderMap) -> Result<Option<String>, &'static str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err("there is more than one Authorization header");
    }
    let Some((scheme, token)) = value.to_str().ok().and_then(|value| value.split_once(' ')) else {
        return Ok(None);
    };
    Ok(scheme.eq_ignore_ascii_case("bearer").then(|| token.to_owned()))
}
