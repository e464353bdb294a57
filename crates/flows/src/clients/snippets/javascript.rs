use postern_domain::{AuthMethod, SigningAlgorithm};

use super::Facts;
use super::quote::string;

/// A program for Node.js with openid-client, version 6.
pub(super) fn program(facts: &Facts<'_>) -> String {
    let mut metadata = Vec::new();
    if facts.algorithm != SigningAlgorithm::Rs256 {
        metadata.push(format!("id_token_signed_response_alg: {}", string(facts.algorithm.as_str())));
    }
    let authentication = match facts.auth_method {
        _ if facts.is_public => "client.None()",
        Some(AuthMethod::ClientSecretPost) => "client.ClientSecretPost(process.env.CLIENT_SECRET)",
        _ => "client.ClientSecretBasic(process.env.CLIENT_SECRET)",
    };
    // Plain http is for one's own machine; the library wants to be told.
    let options = if facts.issuer.starts_with("http://") {
        "\n  { execute: [client.allowInsecureRequests] },"
    } else {
        ""
    };
    let metadata =
        if metadata.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", metadata.join(", ")) };
    let own_redirect_uri = if is_plain(facts.redirect_uri) { String::new() } else { override_of(facts) };
    let outcome = if facts.is_openid {
        "const claims = tokens.claims();\nconsole.log(claims, await client.fetchUserInfo(config, tokens.access_token, claims.sub));"
    } else {
        "console.log(tokens);"
    };
    format!(
        "// npm install openid-client, then save as sign-in.mjs
import {{ createInterface }} from \"node:readline/promises\";
import * as client from \"openid-client\";

const config = await client.discovery(
  new URL({issuer}),
  {client_id},
  {metadata},
  {authentication},{options}
);
{own_redirect_uri}
// 1. Send the person to this address. In a web app, keep both values in the person's session.
const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const url = client.buildAuthorizationUrl(config, {{
  redirect_uri: {redirect_uri},
  scope: {scope},
  state: expectedState,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: \"S256\",
}});
console.log(`Open ${{url}}`);

// 2. In a web app, this is the address of the request to the redirect URI.
const terminal = createInterface({{ input: process.stdin, output: process.stdout }});
const back = new URL(await terminal.question(\"Paste the address you came back to: \"));
terminal.close();
const tokens = await client.authorizationCodeGrant(config, back, {{ pkceCodeVerifier, expectedState }});
{outcome}
",
        issuer = string(facts.issuer),
        client_id = string(facts.client_id),
        redirect_uri = string(facts.redirect_uri),
        scope = string(&facts.scope),
    )
}

/// Whether the library finds out the redirect URI from the address that the browser came back to: it reads that address as
/// a URL, leaves its query out and writes it anew.
fn is_plain(redirect_uri: &str) -> bool {
    url::Url::parse(redirect_uri).is_ok_and(|url| url.query().is_none() && url.as_str() == redirect_uri)
}

/// Lines that send the redirect URI as it is registered.
fn override_of(facts: &Facts<'_>) -> String {
    format!(
        "// The library would send this redirect URI without its query, or written differently.
config[client.customFetch] = (url, options) => {{
  if (options.body?.has?.(\"redirect_uri\")) options.body.set(\"redirect_uri\", {});
  return fetch(url, options);
}};
",
        string(facts.redirect_uri)
    )
}
