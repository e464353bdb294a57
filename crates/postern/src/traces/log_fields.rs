use std::fmt;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};

/// The fields of a line in the log, and the trace of the request that it is about.
pub(super) struct WithTrace(DefaultFields);

impl WithTrace {
    pub(super) fn new() -> Self {
        Self(DefaultFields::new())
    }
}

impl<'writer> FormatFields<'writer> for WithTrace {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'writer>, fields: R) -> fmt::Result {
        self.0.format_fields(writer.by_ref(), fields)?;
        Context::map_current(|context| {
            let span = context.span();
            let span = span.span_context();
            if span.is_valid() { write!(writer, " trace_id={}", span.trace_id()) } else { Ok(()) }
        })
    }
}
