//! What surrounds every answer: a request id, the security headers, the person who asks, the page of an error.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode, Uri, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::Refusal;
use postern_flows::meters::Requests;
use postern_flows::second_factor::{self, Owed};
use postern_flows::{App, audit};
use tracing::Instrument;

use crate::answer::PageRefusal;
use crate::api::dressed;
use crate::language::Wishes;
use crate::request::{FormNonce, RequestId, Visitor, client_address};
use crate::routes::second_factor_required;
use crate::{csp, impersonation, language, session, span};

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
const DENY: HeaderValue = HeaderValue::from_static("DENY");
const PERMISSIONS: HeaderValue =
    HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()");
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, which the log, the trace and the answer carry, and the answer what every answer has.
pub(crate) async fn every_answer(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let id = RequestId::new(&app);
    let header = id.header();
    let path = request.uri().path().to_owned();
    let from = client_address(&app, request.extensions(), request.headers());
    let span = span::begin(request.method(), request.extensions(), &id, Some(&app.config.public_url));
    let work = async {
        let bare = match names_one_host(&request) {
            true => next.run(request).await,
            false => StatusCode::BAD_REQUEST.into_response(),
        };
        dressed(&path, bare)
    };
    let mut response = audit::from(from, id.scope(work)).instrument(span.clone()).await;
    span::answered(&span, response.status());
    let headers = response.headers_mut();
    headers.insert(X_REQUEST_ID, header);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    if app.config.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    set_unless_there(headers, header::CONTENT_SECURITY_POLICY, csp::NO_PAGE);
    set_unless_there(headers, header::CACHE_CONTROL, NO_STORE);
    response
}

/// Counts the request by its route.
pub(crate) async fn counted(State(requests): State<Arc<Requests>>, request: Request, next: Next) -> Response {
    let template = request.extensions().get::<MatchedPath>().cloned();
    let began = Instant::now();
    let response = next.run(request).await;
    let route = requests.route(template.as_ref().map(MatchedPath::as_str));
    route.answered(response.status().as_u16(), began.elapsed());
    response
}

/// Whether it is clear which host a request is for (RFC 9112 section 3.2): of one that names several, or in HTTP/1.1 none,
/// a proxy in front could have thought otherwise. HTTP/2 names it elsewhere.
fn names_one_host(request: &Request) -> bool {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    hosts == 1 || (hosts == 0 && request.version() != Version::HTTP_11)
}

/// Around pages: finds out who asks, renders refusals as pages, sets the headers of pages.
pub(crate) async fn page_answer(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let wishes = Wishes::of(request.uri(), request.headers());
    wishes.scope(answer_page(&app, request, next)).await
}

async fn answer_page(app: &Arc<App>, mut request: Request, next: Next) -> Response {
    let nonce = FormNonce::of(request.headers(), app);
    app.see_brand().await;
    let signed_in = match session::current(app, &mut request).await {
        Ok(signed_in) => signed_in,
        Err(refusal) => {
            let visitor = Visitor::new(None, &nonce);
            return with_page_headers(PageRefusal::from(refusal).render(app, &visitor));
        }
    };
    let visitor = Visitor::new(signed_in, &nonce);
    if let Some(signed_in) = &visitor.signed_in {
        language::of_person(&signed_in.user);
    }
    let template = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    if let Err(refusal) = impersonation::admits(visitor.signed_in.as_ref(), request.method(), template) {
        return with_page_headers(PageRefusal::from(refusal).render(app, &visitor));
    }
    match owed(app, &visitor).await {
        Ok(None) => {}
        Ok(Some(owed)) => {
            request.extensions_mut().insert(owed);
        }
        Err(refusal) => return with_page_headers(PageRefusal::from(refusal).render(app, &visitor)),
    }
    let session = visitor.signed_in.as_ref().map(|signed_in| &*signed_in.session);
    let state = session::state_cookie(app, request.headers(), session);
    request.extensions_mut().insert(visitor.clone());
    let mut response = next.run(request).await;
    session::keep_state(app, state, response.headers_mut());
    if let Some(refusal) = response.extensions_mut().remove::<PageRefusal>() {
        response = refusal.render(app, &visitor);
    }
    if is_html(response.headers())
        && let Some(cookie) = nonce.new_cookie(app)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    with_page_headers(response)
}

/// What this server asks of the person before anything else.
async fn owed(app: &App, visitor: &Visitor) -> Result<Option<Owed>, Refusal> {
    match &visitor.signed_in {
        Some(signed_in) => second_factor::owed(app, &signed_in.user, &signed_in.session).await,
        None => Ok(None),
    }
}

/// Lets nobody past who is not signed in: pages send to the sign-in page and back, forms only there. Of whom a second factor
/// is asked that they have not got is sent to set one up.
pub(crate) async fn signed_in_only(request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>();
    if visitor.is_some_and(|visitor| visitor.signed_in.is_some()) {
        let owed = request.extensions().get::<Owed>().copied();
        return match second_factor_required::first(owed, request.method(), request.uri()) {
            Some(first) => first,
            None => next.run(request).await,
        };
    }
    Redirect::to(&sign_in_url(request.method(), request.uri())).into_response()
}

fn sign_in_url(method: &Method, uri: &Uri) -> String {
    match uri.path_and_query() {
        Some(here) if method == Method::GET && here.as_str() != "/" => {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("return_to", here.as_str())
                .finish();
            format!("/login?{query}")
        }
        _ => "/login".to_owned(),
    }
}

fn with_page_headers(mut response: Response) -> Response {
    let is_html = is_html(response.headers());
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, SAME_ORIGIN);
    if is_html {
        set_unless_there(headers, header::CONTENT_SECURITY_POLICY, csp::PAGE);
        headers.insert(header::X_FRAME_OPTIONS, DENY);
        headers.insert(OPENER_POLICY, SAME_ORIGIN);
        headers.insert(PERMISSIONS_POLICY, PERMISSIONS);
    }
    response
}

fn is_html(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn set_unless_there(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}
