use std::fmt;
use std::future::Future;

use axum::http::HeaderValue;
use postern_domain::audit::EventId;
use postern_flows::App;

tokio::task_local! {
    static CURRENT: EventId;
}

/// The id of a request: in the log, in the `X-Request-Id` of the answer, and on error pages for people to quote. What is
/// written down of a call has the same one.
pub(crate) struct RequestId(EventId);

impl RequestId {
    /// A new one; an id that a client sends is not believed.
    pub(crate) fn new(app: &App) -> Self {
        Self(app.new_event_id(app.clock.now()))
    }

    /// The id as a header.
    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.to_string()).unwrap_or(HeaderValue::from_static(""))
    }

    /// Runs `work` as the work on this request.
    pub(crate) async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self.0, work).await
    }

    /// The id of the request that is being worked on.
    pub(crate) fn current() -> String {
        Self::event().map(|id| id.to_string()).unwrap_or_default()
    }

    /// The same for what is written down.
    pub(crate) fn event() -> Option<EventId> {
        CURRENT.try_with(|id| *id).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
