use std::net::IpAddr;

use postern_domain::{Lifetime, Refusal};
use serde::Deserialize;

use super::kill::{Found, kill};
use super::signature::verify;
use crate::App;
use crate::budget::{self, Budget, NoTry};

/// Where leaked tokens are reported.
pub const REVOKE_LEAKED: &str = "/v1/tokens/revoke-leaked";
/// Most tokens of one report.
const MOST: usize = 1_000;
/// How long a budget of reports lasts.
const WINDOW: Lifetime = Lifetime::seconds(60);

/// Who signed a report, and how: `GITHUB-PUBLIC-KEY-IDENTIFIER` and `GITHUB-PUBLIC-KEY-SIGNATURE`.
#[derive(Clone, Copy, Debug)]
pub struct Signature<'a> {
    /// The name of the key.
    pub key: &'a str,
    /// The signature of the body.
    pub value: &'a str,
}

/// What a report can look like: one token, several, or what scanners of secrets send.
#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    One(Item),
    Texts(Vec<String>),
    Items(Vec<Item>),
}

#[derive(Deserialize)]
struct Item {
    token: String,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    source: Option<String>,
}

/// Revokes the tokens of a report: whoever can read a token can have it killed. A refresh token takes its whole family
/// along. Nobody learns from the answer whether a token was known; owners are told by mail. Where it was found is believed
/// of a signed report only.
///
/// # Errors
/// `invalid_request` for a body that is no report, `forbidden` for a bad signature, `too_many_requests` past the budget of
/// the address, `temporarily_unavailable` or `server_error` if the database fails.
pub async fn report(
    app: &App,
    body: &[u8],
    signature: Option<Signature<'_>>,
    from: IpAddr,
) -> Result<(), Refusal> {
    match signature {
        Some(Signature { key, value }) => verify(&app.config, key, value, body)?,
        None => within_budget(app, from).await?,
    }
    let items = match serde_json::from_slice(body) {
        Ok(Body::One(item)) => vec![item],
        Ok(Body::Items(items)) => items,
        Ok(Body::Texts(texts)) => {
            texts.into_iter().map(|token| Item { token, url: None, source: None }).collect()
        }
        Err(_) => {
            return Err(Refusal::invalid_request(
                "send JSON: {\"token\": \"…\"}, an array of tokens, or an array of {token, type, url, source}",
            ));
        }
    };
    if items.len() > MOST {
        return Err(Refusal::invalid_request(format!("report {MOST} tokens at a time at most")));
    }
    for item in items {
        let found = match signature {
            Some(_) => Found { at: item.url, reporter: item.source },
            None => Found::default(),
        };
        kill(app, item.token.trim(), found).await?;
    }
    Ok(())
}

async fn within_budget(app: &App, from: IpAddr) -> Result<(), Refusal> {
    let limit = app.config.rate_limits.leak_report;
    let budget = Budget::of_address(app, "leak report", from, limit, WINDOW);
    match budget::take(app, vec![budget]).await {
        Ok(_) => Ok(()),
        Err(NoTry::Exhausted { retry_after }) => Err(Refusal::too_many_requests(
            "there were too many reports from this address; sign them, or wait a moment",
        )
        .after(Lifetime::seconds(retry_after))),
        Err(NoTry::Refused(refusal)) => Err(refusal),
    }
}
