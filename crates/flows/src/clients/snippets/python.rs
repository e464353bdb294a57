use postern_domain::AuthMethod;

use super::Facts;
use super::quote::string;

/// A program for Python 3 with Authlib and requests.
pub(super) fn program(facts: &Facts<'_>) -> String {
    let (os, secret, method) = match facts.auth_method {
        _ if facts.is_public => ("", String::new(), AuthMethod::None),
        method => (
            "import os\n",
            "    os.environ[\"CLIENT_SECRET\"],\n".to_owned(),
            method.unwrap_or(AuthMethod::ClientSecretBasic),
        ),
    };
    let jose = if facts.is_openid { "from joserfc import jwt\nfrom joserfc.jwk import KeySet\n" } else { "" };
    let outcome = if facts.is_openid {
        format!(
            "keys = KeySet.import_key_set(requests.get(server[\"jwks_uri\"], timeout=10).json())
claims = jwt.decode(tokens[\"id_token\"], keys, algorithms=[{}]).claims
jwt.JWTClaimsRegistry(
    iss={{\"essential\": True, \"value\": server[\"issuer\"]}},
    aud={{\"essential\": True, \"value\": {}}},
    exp={{\"essential\": True}},
).validate(claims)
print(claims, session.get(server[\"userinfo_endpoint\"]).json())
",
            string(facts.algorithm.as_str()),
            string(facts.client_id),
        )
    } else {
        "print(tokens)\n".to_owned()
    };
    format!(
        "# pip install authlib requests
{os}from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
{jose}
server = requests.get({discovery}, timeout=10).json()
session = OAuth2Session(
    {client_id},
{secret}    token_endpoint_auth_method={method},
    redirect_uri={redirect_uri},
    scope={scope},
    code_challenge_method=\"S256\",
)

# 1. Send the person to this address. In a web app, keep both values in the person's session.
verifier = generate_token(64)
url, state = session.create_authorization_url(server[\"authorization_endpoint\"], code_verifier=verifier)
print(\"Open\", url)

# 2. In a web app, this is the address of the request to the redirect URI.
answer = parse_qs(urlsplit(input(\"Paste the address you came back to: \")).query)
if answer.get(\"state\") != [state] or answer.get(\"iss\") != [server[\"issuer\"]] or \"code\" not in answer:
    raise SystemExit(f\"not the answer that was asked for: {{answer}}\")
tokens = session.fetch_token(server[\"token_endpoint\"], code=answer[\"code\"][0], code_verifier=verifier)
{outcome}",
        discovery = string(&facts.url("/.well-known/openid-configuration")),
        client_id = string(facts.client_id),
        method = string(method.as_str()),
        redirect_uri = string(facts.redirect_uri),
        scope = string(&facts.scope),
    )
}
