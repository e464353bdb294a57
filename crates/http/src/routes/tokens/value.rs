//! The one page that shows the value of a token.

use axum::response::Response;
use postern_domain::{Plain, Refusal};
use postern_flows::App;
use postern_flows::api_tokens::{self, Token};
use postern_templating::When;
use postern_templating::pages::{Endpoint, TokenOccasion, TokenValue};

use super::asked::At;
use super::snippets::snippets;
use crate::page;

/// Every page is answered with `no-store`.
pub(super) async fn page(
    app: &App,
    at: &At,
    token: &Token,
    value: &Plain,
    occasion: TokenOccasion,
) -> Result<Response, Refusal> {
    let now = app.clock.now();
    Ok(page::render(&TokenValue {
        chrome: at.chrome(app),
        token: at.heading(token),
        occasion,
        owner: at.owner_of(app, token).await?,
        value: value.reveal().to_owned(),
        expires: token.expires_at.map(|end| When::new(end.0, now.0)),
        // An administrator who made it for somebody does not see it again.
        revealed_again: at.owner().is_some() && api_tokens::may_reveal(app, token),
        snippets: snippets(app, at, token),
        endpoints: endpoints(app),
    }))
}

fn endpoints(app: &App) -> Vec<Endpoint> {
    [("REST API", "/v1"), ("Its description", "/openapi.json"), ("Try it", "/docs")]
        .map(|(label, path)| Endpoint { label: label.to_owned(), url: app.config.url(path) })
        .into()
}
