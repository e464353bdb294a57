//! The one page that shows the value of a token, and programs that use it.

use axum::response::Response;
use postern_domain::{Plain, Refusal, TokenKind};
use postern_flows::App;
use postern_flows::api_tokens::{self, Token};
use postern_templating::pages::{Endpoint, TokenOccasion, TokenValue};
use postern_templating::{Snippet, When};

use super::asked::At;
use crate::page;
use crate::request::Visitor;

/// Every page is answered with `no-store`.
pub(super) async fn page(
    app: &App,
    visitor: &Visitor,
    at: &At,
    token: &Token,
    value: &Plain,
    occasion: TokenOccasion,
) -> Result<Response, Refusal> {
    let now = app.clock.now();
    Ok(page::render(&TokenValue {
        chrome: at.chrome(app, visitor),
        place: at.place.clone(),
        id: token.id.to_string(),
        name: token.api().map(|api| api.name.to_string()).unwrap_or_default(),
        occasion,
        owner: at.owner_of(app, token).await?,
        value: value.reveal().to_owned(),
        expires: token.expires_at.map(|end| When::new(end.0, now.0)),
        // An administrator who made it for somebody does not see it again.
        revealed_again: at.owner().is_some() && api_tokens::may_reveal(app, token),
        snippets: snippets(app, at, token.kind),
        endpoints: endpoints(app),
    }))
}

/// Programs that use a token, with its value in a variable.
pub(super) fn snippets(app: &App, at: &At, kind: TokenKind) -> Vec<Snippet> {
    let (path, user) = match (kind, at.organization()) {
        (TokenKind::Organization, Some(organization)) => ("/v1/organizations", organization.slug.to_string()),
        _ => ("/v1/users/me", at.signed_in.user.username.to_string()),
    };
    let url = app.config.url(path);
    let bearer = format!("curl {url} \\\n  -H \"Authorization: Bearer $POSTERN_TOKEN\"");
    let basic = format!("curl {url} \\\n  --user \"{user}:$POSTERN_TOKEN\"");
    let javascript = format!(
        "const response = await fetch(\"{url}\", {{\n  headers: {{ Authorization: `Bearer ${{process.env.POSTERN_TOKEN}}` \
         }},\n}});\nconsole.log(await response.json());"
    );
    let python = format!(
        "import json, os, urllib.request\n\nrequest = urllib.request.Request(\n    \"{url}\",\n    headers={{\"Authorization\": \
         f\"Bearer {{os.environ['POSTERN_TOKEN']}}\"}},\n)\nwith urllib.request.urlopen(request) as answer:\n    \
         print(json.load(answer))"
    );
    vec![
        Snippet::new("bearer", "curl", bearer),
        Snippet::new("basic", "curl, Basic", basic),
        Snippet::new("javascript", "JavaScript", javascript),
        Snippet::new("python", "Python", python),
    ]
}

fn endpoints(app: &App) -> Vec<Endpoint> {
    [("REST API", "/v1"), ("Its description", "/openapi.json"), ("Try it", "/docs")]
        .map(|(label, path)| Endpoint { label: label.to_owned(), url: app.config.url(path) })
        .into()
}
