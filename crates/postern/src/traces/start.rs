use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use axum::Router;
use axum::middleware::from_fn_with_state;
use opentelemetry::trace::TracerProvider;
use opentelemetry::{Key, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use postern_flows::App;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{DynFilterFn, FilterExt, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use url::Url;

use super::Wish;
use super::caller::continued;
use super::collector::Collector;
use super::log_fields::WithTrace;
use crate::log;

/// Longest that a stop waits for the last traces to be sent.
const LAST_TRACES: Duration = Duration::from_secs(3);
/// What our spans come from.
const OURS: &str = "postern";
/// What the libraries call themselves.
const THEIRS: &str = "opentelemetry";
/// What they log for each batch that is lost. The way to the collector says it once in a while.
const LOST: &str = "BatchSpanProcessor.ExportError";

/// Traces, if the environment asks for them.
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Whether this build has traces.
    pub(crate) const BUILT_IN: bool = true;

    /// Starts the log, and the traces of a program that serves. Without traces everything is as in a build without them.
    ///
    /// # Errors
    /// Names the variable of the environment that is wrong.
    pub(crate) fn start(serves: bool) -> anyhow::Result<Self> {
        let (true, Wish::Traces(variable)) = (serves, Wish::of_environment()) else {
            log::start();
            return Ok(Self(None));
        };
        let provider = provider(variable)?;
        let written = log::filter().and(filter_fn(is_fit_for_the_log));
        let log = fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(log::in_colours())
            .fmt_fields(WithTrace::new())
            .with_filter(written);
        tracing_subscriber::registry().with(log).with(layer(provider.tracer(OURS))).init();
        tracing::info!(variable, "traces are sent to where this variable says");
        Ok(Self(Some(provider)))
    }

    /// Lets requests go on with the traces of callers that are believed.
    pub(crate) fn around(&self, router: Router, app: &Arc<App>) -> Router {
        match &self.0 {
            Some(_) => router.layer(from_fn_with_state(Arc::clone(app), continued)),
            None => router,
        }
    }

    /// Sends what is left, for as long as that may take.
    pub(crate) async fn stop(self) {
        let Some(provider) = self.0 else { return };
        let sent = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(LAST_TRACES));
        if !matches!(sent.await, Ok(Ok(()))) {
            tracing::warn!("the last traces before this stop may be missing");
        }
    }
}

/// Makes spans into traces by what the environment says of endpoint, sampling, batches and limits. What it says wrongly is
/// logged by the libraries while they read it, and the log is not there yet.
fn provider(variable: &str) -> anyhow::Result<SdkTracerProvider> {
    // It is not repeated: there may be a password in it.
    let endpoint = std::env::var(variable).ok().and_then(|text| Url::parse(&text).ok());
    let can_be_used = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    ensure!(endpoint.as_ref().is_some_and(can_be_used), "{variable} is no URL of http or https");
    tracing::subscriber::with_default(log::subscriber(), || {
        let collector = Collector::new().context("the way to the collector of traces")?;
        let exporter = SpanExporter::builder().with_http().with_http_client(collector).build();
        let exporter = exporter.map_err(|_| anyhow!("{variable} cannot be used for traces"))?;
        Ok(SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(exporter).build())
    })
}

/// Of what the libraries say, their warnings: below them the address of the collector and its answers are said.
fn is_fit_for_the_log(metadata: &Metadata<'_>) -> bool {
    let is_theirs = metadata.target().starts_with(THEIRS);
    !is_theirs || (*metadata.level() <= Level::WARN && metadata.name() != LOST)
}

/// What the traces come from: by the environment, and else by what the program knows of itself.
fn resource() -> Resource {
    let found = Resource::builder().build();
    let known = [("service.name", OURS), ("service.version", env!("CARGO_PKG_VERSION"))];
    let missing = known.into_iter().filter(|(key, _)| {
        let value = found.get(&Key::from_static_str(key));
        value.is_none_or(|value| value.as_str().starts_with("unknown_service"))
    });
    Resource::builder().with_attributes(missing.map(|(key, value)| KeyValue::new(key, value))).build()
}

/// Makes the spans of this program into traces, with the fields that they name and nothing else: no lines of the log, no
/// places in the source.
fn layer<S>(tracer: SdkTracer) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let filter = DynFilterFn::new(|metadata: &Metadata<'_>, context| {
        is_ours(metadata) && (begins_a_trace(metadata) || context.lookup_current().is_some())
    });
    let filter = filter.with_max_level_hint(LevelFilter::TRACE).with_callsite_filter(|metadata| {
        match (is_ours(metadata), begins_a_trace(metadata)) {
            (false, _) => Interest::never(),
            (true, true) => Interest::always(),
            (true, false) => Interest::sometimes(),
        }
    });
    tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_filter(filter)
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target().starts_with(OURS)
}

/// What a server does by itself, every few seconds, is no trace worth keeping.
fn begins_a_trace(metadata: &Metadata<'_>) -> bool {
    matches!(metadata.name(), "request" | "mail")
}
