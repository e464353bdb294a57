use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use postern_domain::Refusal;
use postern_domain::limits::RequestUrl;
use postern_flows::App;

/// The URL of a request to this server as limits see it: its origin is that of the configuration.
///
/// # Errors
/// `outside_limits` if it can't be read in exactly one way.
pub(crate) fn own_url(app: &App, uri: &Uri) -> Result<RequestUrl, Refusal> {
    let issuer = app.config.issuer();
    let target = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    RequestUrl::parse(&format!("{issuer}{target}"))
        .map_err(|error| Refusal::outside_limits(error.to_string()))
}
