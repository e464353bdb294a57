use std::fmt::Write;
use std::future::Future;

use axum::http::HeaderValue;
use postern_flows::Rng;

tokio::task_local! {
    static CURRENT: String;
}

/// The id of a request: in the log, in the `X-Request-Id` of the answer, and on error pages for people to quote.
pub(crate) struct RequestId(String);

impl RequestId {
    /// A new one; an id that a client sends is not believed.
    pub(crate) fn new(rng: &dyn Rng) -> Self {
        let mut bytes = [0; 10];
        rng.fill(&mut bytes);
        let mut id = String::with_capacity(20);
        for byte in bytes {
            let _never_fails = write!(id, "{byte:02x}");
        }
        Self(id)
    }

    /// The id as a header.
    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static(""))
    }

    /// Runs `work` as the work on this request.
    pub(crate) async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self.0, work).await
    }

    /// The id of the request that is being worked on.
    pub(crate) fn current() -> String {
        CURRENT.try_with(Clone::clone).unwrap_or_default()
    }
}
