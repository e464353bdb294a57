use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use postern_domain::{Params, Refusal};
use postern_flows::App;

use crate::answer::PageRefusal;
use crate::request::Visitor;
use crate::request::params::is_form;
use crate::{form_token, language};

/// The form of a page of ours, sent from that page: origin and form token have been checked.
pub(crate) struct PageForm(pub(crate) Params);

impl FromRequest<Arc<App>> for PageForm {
    type Rejection = PageRefusal;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, PageRefusal> {
        if !is_form(request.headers()) {
            return Err(Refusal::forbidden("a form of this server's own pages was expected").into());
        }
        let (headers, visitor) = (request.headers().clone(), request.extensions().get::<Visitor>().cloned());
        let bytes = Bytes::from_request(request, app)
            .await
            .map_err(|_| Refusal::invalid_request("the form is too large, or ended early"))?;
        let params =
            Params::parse_repeated(&bytes).map_err(|error| Refusal::invalid_request(error.to_string()))?;
        language::of_form(&params);
        let tokens: Vec<&str> = params.all("form_token").collect();
        let token = if let [token] = tokens.as_slice() { Some(*token) } else { None };
        check_page_request(app, &headers, visitor.as_ref(), token)?;
        Ok(Self(params))
    }
}

/// Refuses what was not sent from a page of ours in the visitor's own browser.
pub(crate) fn check_page_request(
    app: &App,
    headers: &HeaderMap,
    visitor: Option<&Visitor>,
    token: Option<&str>,
) -> Result<(), Refusal> {
    if !is_own_page(app, headers) {
        return Err(Refusal::forbidden("the form was sent from another site's page"));
    }
    check_form_token(app, visitor, token)
}

/// Whether a browser says that a page of ours sent the request, or does not say who did.
pub(crate) fn is_own_page(app: &App, headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(|value| value.as_bytes());
    let from_here = site.is_none_or(|site| site == b"same-origin");
    let origin = headers.get(header::ORIGIN).map(|value| value.as_bytes());
    let own_origin = app.config.public_url.origin().ascii_serialization();
    from_here && origin.is_none_or(|origin| origin == own_origin.as_bytes())
}

/// Refuses what does not carry the form token of this visitor.
pub(crate) fn check_form_token(
    app: &App,
    visitor: Option<&Visitor>,
    token: Option<&str>,
) -> Result<(), Refusal> {
    match visitor {
        Some(visitor) if form_token::is_good(app, visitor, token) => Ok(()),
        _ => Err(Refusal::forbidden(
            "the form is of another session or too old; go back, load the page again and send it once more",
        )),
    }
}
