use std::sync::Arc;

use postern_flows::App;

use super::Wish;
use crate::log;

/// What a build without traces has in their place.
pub(crate) struct Traces;

impl Traces {
    /// Whether this build has traces.
    pub(crate) const BUILT_IN: bool = false;

    /// Starts the log, and says so if somebody waits for traces.
    ///
    /// # Errors
    /// None here.
    #[expect(clippy::unnecessary_wraps, reason = "with traces the environment may be wrong")]
    pub(crate) fn start(serves: bool) -> anyhow::Result<Self> {
        log::start();
        if let (true, Wish::Traces(variable)) = (serves, Wish::of_environment()) {
            tracing::warn!(variable, "no traces are sent: this program was built without the feature otel");
        }
        Ok(Self)
    }

    /// The router as it is.
    pub(crate) fn around<R>(&self, router: R, _: &Arc<App>) -> R {
        router
    }

    /// Does nothing.
    pub(crate) async fn stop(self) {}
}
