//! Traces for OpenTelemetry, in a build with the cargo feature `otel`. They are set up by the environment variables of its
//! specification alone; see docs/operations.md.

mod settings;

#[cfg(not(feature = "otel"))]
mod absent;
#[cfg(feature = "otel")]
mod caller;
#[cfg(feature = "otel")]
mod collector;
#[cfg(feature = "otel")]
mod log_fields;
#[cfg(feature = "otel")]
mod start;
#[cfg(feature = "otel")]
mod throttle;

#[cfg(not(feature = "otel"))]
pub(crate) use absent::Traces;
pub(crate) use settings::Wish;
#[cfg(feature = "otel")]
pub(crate) use start::Traces;
