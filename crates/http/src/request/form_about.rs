use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use postern_domain::Params;
use postern_flows::App;

use super::PageForm;

/// What the address names, and the form of our own that was sent there. Whether there is such a thing is looked at once the
/// form's token is known to be good.
pub(crate) struct FormAbout<T>(pub(crate) T, pub(crate) Params);

impl<T: FromRequestParts<Arc<App>>> FromRequest<Arc<App>> for FormAbout<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let PageForm(form) =
            PageForm::from_request(request, app).await.map_err(IntoResponse::into_response)?;
        let about = T::from_request_parts(&mut parts, app).await.map_err(IntoResponse::into_response)?;
        Ok(Self(about, form))
    }
}
