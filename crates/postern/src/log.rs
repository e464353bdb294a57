//! Events go to standard error, as much as `RUST_LOG` asks for.

use std::io::IsTerminal;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts the log.
pub(crate) fn start() {
    subscriber().init();
}

/// What writes the log.
pub(crate) fn subscriber() -> impl Subscriber + Send + Sync {
    tracing_subscriber::fmt()
        .with_env_filter(filter())
        .with_writer(std::io::stderr)
        .with_ansi(in_colours())
        .finish()
}

/// What is written.
pub(crate) fn filter() -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| {
        EnvFilter::new(
            "info,rustls=error,sqlx=warn,sea_orm=warn,tower_sessions=error,tower_sessions_core=off",
        )
    })
}

/// Whether somebody looks at it as it is written.
pub(crate) fn in_colours() -> bool {
    std::io::stderr().is_terminal()
}
