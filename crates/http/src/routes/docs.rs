//! `/openapi.json` and `/docs`: what the API offers, for programs and for people to try.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use postern_domain::Lifetime;
use postern_flows::{App, docs_client};
use utoipa_swagger_ui::Config;

use crate::answer::{Document, log_cause};
use crate::api::document;
use crate::rights::{Right, Routes};

const PAGE: &str = include_str!("docs/page.html");
const COME_BACK: &str = include_str!("docs/come_back.html");
/// How long others may keep the document.
const MAX_AGE: Lifetime = Lifetime::seconds(5 * 60);
/// The files of Swagger UI that the page needs.
const FILES: [&str; 2] = ["swagger-ui.css", "swagger-ui-bundle.js"];

pub(crate) fn routes() -> Routes {
    let made = Arc::new(Mutex::new(Made::default()));
    let openapi = move |State(app): State<Arc<App>>, headers: HeaderMap| {
        let made = Arc::clone(&made);
        async move {
            app.see_brand().await;
            let body = &made.lock().unwrap_or_else(PoisonError::into_inner).under(&app);
            Document { content_type: "application/json", body, max_age: MAX_AGE }.answer(&headers)
        }
    };
    Routes::new()
        .get("/openapi.json", Right::ProtocolAnyOrigin, openapi)
        .get("/docs", Right::Public, page)
        .get(docs_client::COME_BACK, Right::Public, come_back)
        .get("/docs/{file}", Right::Protocol, file)
}

/// The document, as it was last made.
#[derive(Default)]
struct Made {
    service: String,
    body: Arc<str>,
}

impl Made {
    /// The document under the name that the instance has now.
    fn under(&mut self, app: &App) -> Arc<str> {
        let brand = app.brand();
        if self.body.is_empty() || self.service != brand.name {
            self.body = document(&app.config, &brand.name, super::all().operations()).into();
            self.service.clone_from(&brand.name);
        }
        Arc::clone(&self.body)
    }
}

/// The page. To be able to authorize by OAuth it is an app itself, registered when it is first asked for; where that
/// cannot be, it takes tokens all the same.
async fn page(State(app): State<Arc<App>>) -> Html<String> {
    let client = match docs_client::ensure(&app).await {
        Ok(client) => client.identifier.to_string(),
        Err(refusal) => {
            log_cause(&refusal);
            tracing::warn!(%refusal, "the documentation cannot authorize by OAuth");
            String::new()
        }
    };
    Html(PAGE.replace("{client_id}", &client))
}

async fn come_back() -> Html<&'static str> {
    Html(COME_BACK)
}

async fn file(Path(name): Path<String>) -> Response {
    let known = FILES.contains(&name.as_str());
    let found = utoipa_swagger_ui::serve(&name, Arc::new(Config::default()));
    let Some(file) = found.ok().flatten().filter(|_| known) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let content_type = HeaderValue::from_str(&file.content_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let lasting = HeaderValue::from_static("public, max-age=3600");
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, lasting)];
    (headers, file.bytes.into_owned()).into_response()
}
