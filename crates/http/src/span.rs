//! The span of a request, for traces: what the program itself calls things, and nothing that anybody sent.
//!
//! Nobody pays for a span that nobody collects: whether one is, is a number that is looked at.

use axum::extract::MatchedPath;
use axum::http::{Extensions, Method, StatusCode};
use postern_flows::App;
use tracing::Span;
use tracing::field::Empty;
use url::Url;

use crate::request::{PeerAddress, RequestId};

/// Begins the span of a request, by the conventions of OpenTelemetry for servers of HTTP. `public_url` is by which people
/// reach the server, if it is known: the `Host` that they send may be anything.
pub(crate) fn begin(
    method: &Method,
    extensions: &Extensions,
    id: &RequestId,
    public_url: Option<&Url>,
) -> Span {
    let route = || extensions.get::<MatchedPath>().map(MatchedPath::as_str);
    tracing::trace_span!(
        "request",
        otel.name = name(method, route()),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = known(method).unwrap_or("_OTHER"),
        http.route = route(),
        http.response.status_code = Empty,
        "error.type" = Empty,
        url.scheme = public_url.map(Url::scheme),
        server.address = public_url.and_then(Url::host_str),
        server.port = public_url.and_then(Url::port_or_known_default).map(i64::from),
        request_id = id.to_string(),
    )
}

/// Says how the request was answered.
pub(crate) fn answered(span: &Span, status: StatusCode) {
    if span.is_disabled() {
        return;
    }
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", status.as_str());
    }
}

/// Whether what a request says of where it comes from is believed: it came over a trusted proxy.
pub fn is_from_trusted_proxy(app: &App, extensions: &Extensions) -> bool {
    app.trusted_proxies.trusts(extensions.get::<PeerAddress>().and_then(|peer| peer.0))
}

fn name(method: &Method, route: Option<&str>) -> String {
    let method = known(method).unwrap_or("HTTP");
    match route {
        Some(route) => format!("{method} {route}"),
        None => method.to_owned(),
    }
}

/// A method of RFC 9110 or RFC 5789; whatever else somebody sends is their own word.
fn known(method: &Method) -> Option<&'static str> {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    KNOWN.into_iter().find(|known| *known == method.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_somebody_made_up_is_in_no_name() {
        let own = Method::from_bytes(b"CANARY").unwrap();
        assert_eq!(name(&own, Some("/login")), "HTTP /login");
        assert_eq!(known(&own), None);
        assert_eq!(name(&Method::GET, None), "GET");
        assert_eq!(name(&Method::GET, Some("/v1/tokens/{id}")), "GET /v1/tokens/{id}");
    }
}
