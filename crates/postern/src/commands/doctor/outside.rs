use postern_flows::{Config, outbound};
use serde_json::Value;

use super::finding::Finding;

const CHECK: &str = "outside";
const DOCUMENT: &str = "/.well-known/openid-configuration";

/// Whether a server that runs is found at `public_url`, through whatever is in front of it, and is this one.
pub(super) async fn outside(config: &Config) -> Finding {
    let url = config.url(DOCUMENT);
    let (status, body) = match outbound::own_address(&config.outbound, &url).await {
        Ok(answer) => (answer.status, answer.body),
        Err(why) => {
            let remedy = "fine if the server does not run yet; else check its name, its certificate and the proxy in front";
            return Finding::warning(CHECK, format!("{url} cannot be reached from here: {why}"), remedy);
        }
    };
    let document: Value = serde_json::from_slice(&body).unwrap_or_default();
    match document.get("issuer").and_then(Value::as_str) {
        Some(issuer) if issuer == config.issuer() => {
            Finding::ok(CHECK, format!("{url} is answered by this server"))
        }
        Some(issuer) => Finding::error(
            CHECK,
            format!("{url} is answered by another server, {}", issuer.chars().take(200).collect::<String>()),
            "set public_url to the address of this server, or have the proxy pass it on here",
        ),
        None => Finding::error(
            CHECK,
            format!("{url} is answered with status {status} and no discovery document"),
            "have the proxy in front pass on every path of public_url, as it is",
        ),
    }
}
