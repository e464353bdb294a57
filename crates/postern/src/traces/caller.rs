use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::FutureExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use postern_flows::App;

const TRACEPARENT: &str = "traceparent";

/// Goes on with the trace of a caller that is believed: a trusted proxy's. Whoever else asks begins a new one, or strangers
/// would say which requests are worth a trace.
pub(super) async fn continued(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if !postern_http::is_from_trusted_proxy(&app, request.extensions()) {
        return next.run(request).await;
    }
    let propagator = TraceContextPropagator::new();
    let caller = propagator.extract_with_context(&Context::new(), &Traceparent(request.headers()));
    next.run(request).with_context(caller).await
}

/// The one header of W3C Trace Context that is read. `tracestate` is nobody's business here: nothing is sent on.
struct Traceparent<'a>(&'a HeaderMap);

impl Extractor for Traceparent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        let mut values = self.0.get_all(TRACEPARENT).iter().filter(|_| key == TRACEPARENT);
        let value = values.next().filter(|_| values.next().is_none())?;
        value.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}
