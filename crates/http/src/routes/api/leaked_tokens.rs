//! `/v1/tokens/revoke-leaked`: whoever finds a token can have it revoked.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use postern_flows::App;
use postern_flows::leaks::{self, REVOKE_LEAKED, Signature};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{Access, Operation, Problem, RawBody};
use crate::request::ClientAddress;
use crate::rights::Routes;

/// The headers by which scanners of secrets sign their reports.
const KEY: &str = "github-public-key-identifier";
const SIGNATURE: &str = "github-public-key-signature";

pub(crate) fn routes() -> Routes {
    let report = Operation::post(REVOKE_LEAKED, "revokeLeakedTokens", Access::ANYBODY)
        .summary("Have tokens revoked that you found")
        .note(
            "Holding a token is enough to end it. The answer is the same whether one was known or not; owners are told by \
             mail. At most 1,000 tokens at a time.",
        )
        .header("GITHUB-PUBLIC-KEY-IDENTIFIER", "Of a signed report: the name of the key.")
        .header("GITHUB-PUBLIC-KEY-SIGNATURE", "Of a signed report: the signature of the body.")
        .takes::<LeakReport>()
        .answers::<Received>();
    Routes::new().api(report, reported)
}

/// One token, several, or what scanners of secrets send.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "the flow reads the body, whose bytes are signed; this says what it looks like")]
enum LeakReport {
    One(LeakedToken),
    Texts(Vec<String>),
    Items(Vec<LeakedToken>),
}

/// A token that was found.
#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "as above")]
struct LeakedToken {
    token: String,
    /// What the scanner takes it for.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Where it was found; believed of a signed report.
    url: Option<String>,
    /// What kind of place that is.
    source: Option<String>,
}

/// That a report has arrived.
#[derive(Debug, Serialize, ToSchema)]
struct Received {
    received: bool,
}

/// Whatever the body says it is: nobody who holds a leaked token is sent away for a header.
async fn reported(
    State(app): State<Arc<App>>,
    ClientAddress(from): ClientAddress,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Json<Received>, Problem> {
    let signature = signature(&headers)?;
    leaks::report(&app, &body, signature, from).await?;
    Ok(Json(Received { received: true }))
}

fn signature(headers: &HeaderMap) -> Result<Option<Signature<'_>>, Problem> {
    let once = |name: &str| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) => Ok(value.to_str().ok()),
            _ => Err(Problem::malformed(format!("the header {name} was sent more than once"))),
        }
    };
    match (once(KEY)?, once(SIGNATURE)?) {
        (Some(key), Some(value)) => Ok(Some(Signature { key, value })),
        (None, None) => Ok(None),
        _ => Err(Problem::malformed(format!("a signed report has both {KEY} and {SIGNATURE}"))),
    }
}
