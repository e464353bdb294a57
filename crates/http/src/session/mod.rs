//! Who is signed in in a browser: the cookie, the store behind it, and how sessions begin and end.

mod agent;
mod cookie;
mod device;
mod state;
mod step;
mod store;
mod upstream;
mod visiting;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use postern_domain::{Refusal, Session};
use postern_flows::impersonation::{Acting, Impersonation};
use postern_flows::sessions::{Kept, Proven, Switch};
use postern_flows::{App, impersonation, sessions};
use serde::Serialize;
use time::Duration;
use tower::layer::util::Stack;
use tower::util::MapResponseLayer;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Error, Id};
use tower_sessions::{Expiry, SessionManagerLayer, session_store};

pub(crate) use agent::device_of;
pub(crate) use device::cookie as device_cookie;
pub(crate) use state::{forget_state, keep_state, state_cookie};
pub(crate) use step::{cookie as step_cookie, gone as step_gone, sent as step_sent};
pub(crate) use store::Store;
pub(crate) use upstream::{cookie as upstream_cookie, sent as upstream_sent};
pub(crate) use visiting::Visiting;

use crate::impersonation::shut;
use crate::request::{SignedIn, client_address, cookies};

/// A browser's session as the layer hands it to handlers.
pub(crate) type Browser = tower_sessions::Session;

/// Where in a browser's session the person's is.
const KEY: &str = "session";
/// Where in it the id is that the cookie had before.
const REPLACED: &str = "replaced";
/// Where in it stands as whom the browser goes on instead.
const SWITCHED: &str = "switched";
/// Where in it stands as whom an administrator is to act.
const IMPERSONATED: &str = "impersonated";
/// What is none of the pages' in a browser's session.
const OF_STORE: [&str; 4] = [KEY, REPLACED, SWITCHED, IMPERSONATED];
const PLAIN: &str = "postern_session";
const SECURE: &str = "__Host-postern_session";

type Layer = Stack<SessionManagerLayer<Store>, MapResponseLayer<fn(Response) -> Response>>;

/// What finds a request's session and sets its cookie. Nothing is kept of those who are not signed in.
pub(crate) fn layer(app: &Arc<App>) -> Layer {
    let https = app.config.is_https();
    // The cookie lasts as long as a session can; when it ends unused is for the server to say.
    let longest = Duration::seconds(app.config.lifetimes.session_absolute.as_seconds());
    let sessions = SessionManagerLayer::new(Store::new(Arc::clone(app)))
        .with_name(if https { SECURE } else { PLAIN })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(longest));
    let whole: fn(Response) -> Response = if https { removable } else { std::convert::identity };
    Stack::new(sessions, MapResponseLayer::new(whole))
}

/// Browsers take no `__Host-` cookie without `Secure`, not even one that removes it; the layer writes that one without.
fn removable(mut response: Response) -> Response {
    for (name, cookie) in response.headers_mut().iter_mut() {
        let Some(text) = cookie.to_str().ok().filter(|_| *name == header::SET_COOKIE) else { continue };
        if text.starts_with(SECURE) && !text.contains("; Secure") {
            let whole = format!("{text}; Secure; HttpOnly; SameSite=Lax");
            *cookie = HeaderValue::from_str(&whole).unwrap_or_else(|_| cookie.clone());
        }
    }
    response
}

/// Who is signed in in the browser that sends `request`: somebody with a living session and an account that is open.
pub(crate) async fn current(app: &App, request: &mut Request) -> Result<Option<SignedIn>, Refusal> {
    let Some(browser) = request.extensions().get::<Browser>().cloned() else { return Ok(None) };
    let Some(id) = browser.id() else { return Ok(None) };
    let hash = store::hash(app, id);
    let Some(kept) = sessions::find(app, hash).await? else {
        // Lets the layer see for itself that there is none, so that it takes the cookie away.
        browser.get_value(KEY).await.map_err(failed)?;
        return Ok(None);
    };
    let Some(signed_in) = signed_in(app, &kept).await? else { return Ok(None) };
    let address = client_address(app, request.extensions(), request.headers());
    sessions::touch(app, hash, &signed_in.session, address);
    Ok(Some(signed_in))
}

/// Who a living session is of, if their account is open and whoever acts as them may do so still.
async fn signed_in(app: &App, kept: &Kept) -> Result<Option<SignedIn>, Refusal> {
    let session = Arc::clone(&kept.session);
    let user = app.user(session.user_id).await?.filter(|user| user.is_active());
    let Some(user) = user else { return Ok(None) };
    let impersonator = match impersonation::acting(app, &session, &user).await? {
        Acting::Themselves => None,
        Acting::Impersonator(administrator) => Some(administrator),
        Acting::Nobody => return Ok(None),
    };
    Ok(Some(SignedIn { session, user, impersonator }))
}

/// Who is signed in in the browser that sends a request, as its cookie alone says; the cookie is left as it is.
///
/// # Errors
/// `forbidden` for somebody who acts as somebody else: pages are all that they have.
pub(crate) async fn of_cookie(app: &App, parts: &Parts) -> Result<Option<SignedIn>, Refusal> {
    let name = if app.config.is_https() { SECURE } else { PLAIN };
    let mut sent = cookies(&parts.headers).filter(|(known, _)| *known == name);
    let (Some((_, id)), None) = (sent.next(), sent.next()) else { return Ok(None) };
    let Ok(id) = id.parse::<Id>() else { return Ok(None) };
    let hash = store::hash(app, id);
    let Some(kept) = sessions::find(app, hash).await? else { return Ok(None) };
    let Some(signed_in) = signed_in(app, &kept).await? else { return Ok(None) };
    if signed_in.impersonator.is_some() {
        return Err(shut());
    }
    sessions::touch(app, hash, &signed_in.session, client_address(app, &parts.extensions, &parts.headers));
    Ok(Some(signed_in))
}

/// Begins a session in this browser, or goes on with it after a new proof: always under a new id. What the browser had
/// before is dead at once.
pub(crate) async fn begin(browser: &Browser, proven: &Proven) -> Result<(), Refusal> {
    if let Some(before) = browser.id() {
        browser.cycle_id().await.map_err(failed)?;
        browser.insert(REPLACED, before.to_string()).await.map_err(failed)?;
    }
    browser.insert(KEY, proven).await.map_err(failed)?;
    browser.save().await.map_err(failed)
}

/// Goes on in this browser as another account that is signed in there, under a new id.
pub(crate) async fn switch(browser: &Browser, switch: Switch) -> Result<(), Refusal> {
    go_on(browser, SWITCHED, switch).await
}

/// Goes on in this browser as somebody else, in a session of its own.
pub(crate) async fn impersonate(browser: &Browser, impersonation: &Impersonation) -> Result<(), Refusal> {
    go_on(browser, IMPERSONATED, impersonation).await
}

/// Goes on in this browser under a new id, as whom the store reads from what stands under `name`.
async fn go_on(browser: &Browser, name: &str, whom: impl Serialize) -> Result<(), Refusal> {
    let Some(before) = browser.id() else {
        return Err(Refusal::conflict("nobody is signed in in this browser any more; sign in again"));
    };
    browser.cycle_id().await.map_err(failed)?;
    browser.clear().await;
    browser.insert(REPLACED, before.to_string()).await.map_err(failed)?;
    browser.insert(name, whom).await.map_err(failed)?;
    browser.save().await.map_err(failed)
}

/// Ends the session of this browser. The account that was used last before it goes on, if there is one, which is answered.
pub(crate) async fn end(app: &App, browser: &Browser, here: &Session) -> Result<bool, Refusal> {
    let beside = sessions::beside(app, here).await?;
    if let Some((next, _)) = beside.first() {
        switch(browser, Switch { to: next.id, ends: true }).await?;
        return Ok(true);
    }
    sessions::end_here(app, here).await?;
    browser.flush().await.map_err(failed)?;
    Ok(false)
}

/// Ends the sessions of every account in this browser.
pub(crate) async fn end_all(app: &App, browser: &Browser, here: &Session) -> Result<(), Refusal> {
    sessions::end_browser(app, here).await?;
    browser.flush().await.map_err(failed)
}

/// The store has nothing to say of an error but words. What it could not encode is a session that must not begin; nearly
/// always else the database is busy or away.
fn failed(error: Error) -> Refusal {
    if let Error::Store(session_store::Error::Encode(why)) = error {
        return Refusal::conflict(why);
    }
    Refusal::temporarily_unavailable("the server cannot reach its database in time; try again in a moment")
        .caused_by(error)
}

#[cfg(test)]
mod tests;
