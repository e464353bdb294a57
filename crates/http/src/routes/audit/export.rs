use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use postern_domain::Refusal;
use postern_domain::audit::Event;
use postern_flows::App;
use postern_flows::audit::{self, Events};
use serde_json::Value;

use super::asked::Asked;
use crate::answer::PageRefusal;
use crate::audit_event::AuditEvent;
use crate::request::{PageQuery, PageRequest};

/// The columns of a table of events: the fields of the API, in this order.
const COLUMNS: [&str; 25] = [
    "id",
    "at",
    "kind",
    "by",
    "user_id",
    "acting_for",
    "token_id",
    "token_kind",
    "client_id",
    "organization_id",
    "address",
    "place",
    "method",
    "url",
    "status",
    "verdict",
    "reason",
    "line",
    "latency_us",
    "action",
    "target_kind",
    "target_id",
    "target_name",
    "before",
    "after",
];

#[derive(Clone, Copy)]
enum Format {
    Csv,
    JsonLines,
}

/// All events that the filter finds, one a line, as they are read.
pub(super) async fn export(
    PageRequest { app, signed_in, .. }: PageRequest,
    PageQuery(query): PageQuery,
) -> Result<Response, PageRefusal> {
    let format = match query.get("format") {
        Some("csv") => Format::Csv,
        Some("jsonl") => Format::JsonLines,
        _ => return Err(Refusal::invalid_request("format is csv or jsonl").into()),
    };
    let asked = Asked::read(&app, &signed_in, &query).await?;
    if let Some(problem) = asked.problem {
        return Err(Refusal::invalid_request(problem.to_string()).into());
    }
    let events = audit::events(&app, &asked.actor, &asked.filter).await?;
    let start = match format {
        Format::Csv => Some(Bytes::from(format!("{}\r\n", COLUMNS.join(",")))),
        Format::JsonLines => None,
    };
    let body = Body::from_stream(try_unfold((app, events, start), move |state| part(state, format)));
    let (kind, disposition) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
        Format::JsonLines => ("application/jsonl", "attachment; filename=\"audit.jsonl\""),
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], body).into_response())
}

type Going = (Arc<App>, Events, Option<Bytes>);

async fn part(state: Going, format: Format) -> io::Result<Option<(Bytes, Going)>> {
    let (app, mut events, start) = state;
    if let Some(start) = start {
        return Ok(Some((start, (app, events, None))));
    }
    let found = events.next(&app).await.map_err(|refusal| {
        // What has been sent is no answer to take back: a cut connection says that something is missing.
        tracing::warn!(?refusal, "an export of the audit was cut off");
        io::Error::other(refusal)
    })?;
    if found.is_empty() {
        return Ok(None);
    }
    let lines: String = found.into_iter().map(|event| line(event, format)).collect();
    Ok(Some((Bytes::from(lines), (app, events, None))))
}

fn line(event: Event, format: Format) -> String {
    let event = AuditEvent::from(event);
    match format {
        Format::JsonLines => serde_json::to_string(&event).unwrap_or_default() + "\n",
        Format::Csv => {
            let value = serde_json::to_value(&event).unwrap_or_default();
            let cells = COLUMNS.iter().map(|column| cell(value.get(column).unwrap_or(&Value::Null)));
            cells.collect::<Vec<_>>().join(",") + "\r\n"
        }
    }
}

/// A cell (RFC 4180). What a spreadsheet would take for a formula begins with an apostrophe.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<i64>().is_err();
    let apostrophe = if formula { "'" } else { "" };
    if formula || text.contains([',', '"', '\n', '\r']) {
        return format!("\"{apostrophe}{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells() {
        let table = [
            (json!(null), ""),
            (json!(12), "12"),
            (json!("-12"), "-12"),
            (json!("a"), "a"),
            (json!("a,b"), "\"a,b\""),
            (json!("a\"b"), "\"a\"\"b\""),
            (json!("=1+1"), "\"'=1+1\""),
            (json!("@x"), "\"'@x\""),
            (json!({ "a": 1 }), "\"{\"\"a\"\":1}\""),
        ];
        for (value, text) in table {
            assert_eq!(cell(&value), text);
        }
    }

    #[test]
    fn a_table_has_all_fields_of_the_api() {
        let Value::Object(all) = serde_json::to_value(AuditEvent::default()).unwrap() else { panic!() };
        let mut columns = COLUMNS.to_vec();
        columns.sort_unstable();
        let mut fields: Vec<&str> = all.keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(columns, fields);
    }
}
