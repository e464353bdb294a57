//! Programs that use a token, with its value in a variable.

use postern_domain::TokenKind;
use postern_flows::api_tokens::Token;
use postern_flows::{App, TokenAuthMode};
use postern_templating::Snippet;

use super::asked::At;

/// How a token is presented here: where to, and by which schemes.
pub(super) struct Way {
    /// A call that shows whether it works.
    pub(super) url: String,
    /// The user name for Basic (RFC 7617).
    pub(super) user: String,
    /// Whether it may be presented as Bearer (RFC 6750).
    pub(super) bearer: bool,
    /// Whether it may be presented by Basic.
    pub(super) basic: bool,
}

/// How this token is presented.
pub(super) fn way(app: &App, at: &At, token: &Token) -> Way {
    let any_user = token.api().is_some_and(|api| api.any_user);
    let (path, user) = match (token.kind, at.organization()) {
        (TokenKind::Organization, Some(organization)) => ("/v1/organizations", organization.slug.to_string()),
        _ if any_user => ("/v1/users/me", "USER".to_owned()),
        _ => ("/v1/users/me", at.signed_in.user.username.to_string()),
    };
    let mode = app.config.tokens.auth_mode;
    Way {
        url: app.config.url(path),
        user,
        bearer: mode != TokenAuthMode::Basic && !any_user,
        basic: mode != TokenAuthMode::Bearer,
    }
}

/// The programs, those with Bearer first.
pub(super) fn snippets(app: &App, at: &At, token: &Token) -> Vec<Snippet> {
    let way = way(app, at, token);
    let mut snippets = Vec::new();
    if way.bearer {
        snippets.extend([
            Snippet::new("bearer", "curl", curl_bearer(&way)),
            Snippet::new("javascript", "JavaScript", javascript_bearer(&way)),
            Snippet::new("python", "Python", python_bearer(&way)),
        ]);
    }
    if way.basic {
        snippets.extend([
            Snippet::new("basic", "curl, Basic", curl_basic(&way)),
            Snippet::new("javascript-basic", "JavaScript, Basic", javascript_basic(&way)),
            Snippet::new("python-basic", "Python, Basic", python_basic(&way)),
        ]);
    }
    snippets
}

fn curl_bearer(Way { url, .. }: &Way) -> String {
    format!("curl {url} \\\n  -H \"Authorization: Bearer $POSTERN_TOKEN\"")
}

fn curl_basic(Way { url, user, .. }: &Way) -> String {
    format!("curl {url} \\\n  --user \"{user}:$POSTERN_TOKEN\"")
}

fn javascript_bearer(Way { url, .. }: &Way) -> String {
    format!(
        "const response = await fetch(\"{url}\", {{\n  headers: {{ Authorization: `Bearer ${{process.env.POSTERN_TOKEN}}` \
         }},\n}});\nconsole.log(await response.json());"
    )
}

fn javascript_basic(Way { url, user, .. }: &Way) -> String {
    format!(
        "const pair = `{user}:${{process.env.POSTERN_TOKEN}}`;\nconst response = await fetch(\"{url}\", {{\n  headers: {{ \
         Authorization: `Basic ${{btoa(pair)}}` }},\n}});\nconsole.log(await response.json());"
    )
}

fn python_bearer(Way { url, .. }: &Way) -> String {
    format!(
        "import json, os, urllib.request\n\nrequest = urllib.request.Request(\n    \"{url}\",\n    headers={{\"Authorization\": \
         f\"Bearer {{os.environ['POSTERN_TOKEN']}}\"}},\n)\nwith urllib.request.urlopen(request) as answer:\n    \
         print(json.load(answer))"
    )
}

fn python_basic(Way { url, user, .. }: &Way) -> String {
    format!(
        "import base64, json, os, urllib.request\n\npair = f\"{user}:{{os.environ['POSTERN_TOKEN']}}\"\nrequest = \
         urllib.request.Request(\n    \"{url}\",\n    headers={{\"Authorization\": \"Basic \" + \
         base64.b64encode(pair.encode()).decode()}},\n)\nwith urllib.request.urlopen(request) as answer:\n    \
         print(json.load(answer))"
    )
}
