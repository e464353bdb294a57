use super::finding::Finding;
use crate::traces::{Traces, Wish};

/// Whether traces go where the environment sends them.
pub(super) fn traces() -> Finding {
    const CHECK: &str = "traces";
    match (Wish::of_environment(), Traces::BUILT_IN) {
        (Wish::Nothing, true) => {
            Finding::ok(CHECK, "none are sent: OTEL_EXPORTER_OTLP_ENDPOINT is not set here")
        }
        (Wish::Nothing, false) => Finding::ok(CHECK, "not in this build"),
        (Wish::Off(variable), _) => Finding::ok(CHECK, format!("none are sent, as {variable} says")),
        (Wish::Traces(variable), true) => Finding::ok(CHECK, format!("sent to where {variable} says")),
        (Wish::Traces(variable), false) => Finding::warning(
            CHECK,
            format!("{variable} is set, but there are no traces in this build"),
            "build the program with --features otel, or take the variable away",
        ),
    }
}
