use std::pin::Pin;
use std::sync::Arc;

use openidconnect::http::{Response, header};
use openidconnect::{HttpRequest, HttpResponse};

use crate::outbound::{Outbound, OutboundError};

/// Something that is asked of a provider. It owns all that it needs: of what borrows, the compiler cannot see that it may go
/// from thread to thread.
pub(super) type Asking<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Lends the one client for requests of ours to `openidconnect`.
pub(super) fn transport(
    outbound: Arc<Outbound>,
) -> impl Fn(HttpRequest) -> Asking<Result<HttpResponse, OutboundError>> + Send + Sync {
    move |request| {
        let outbound = Arc::clone(&outbound);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let url = parts.uri.to_string();
            let send = |client: &reqwest::Client, url| {
                client.request(parts.method, url).headers(parts.headers).body(body)
            };
            let answer = outbound.send(&url, send).await?;
            let mut response = Response::builder().status(answer.status);
            if let Some(kind) = answer.content_type {
                response = response.header(header::CONTENT_TYPE, kind);
            }
            response.body(answer.body).map_err(|_| OutboundError)
        })
    }
}
