use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::request::Parts;
use postern_domain::Refusal;
use postern_flows::bearer::{self, Verdict};
use postern_flows::{App, sessions};

use super::credential::{self, Credential};
use super::{Caller, Problem};
use crate::request::{FormNonce, Visitor, check_form_token, client_address, is_own_page};
use crate::session;

const FORM_TOKEN: &str = "x-form-token";
const CONTEXT_USER: &str = "contextuser";

/// Who calls: by the token that was sent or, where none was, as a page of ours in the browser of somebody who is signed
/// in. A credential that is not good is never passed over for another one.
///
/// # Errors
/// Says what is the matter with the credential.
pub(super) async fn authenticate(app: &App, parts: &Parts) -> Result<Option<Caller>, Problem> {
    credential::no_token_in_query(app, parts.uri.query().unwrap_or_default())?;
    let from = client_address(app, &parts.extensions, &parts.headers);
    let Some(verdict) = by_token(app, &parts.headers, from).await? else { return of_page(app, parts).await };
    bearer::for_own_api(app, &verdict)?;
    let Some(id) = verdict.holder.session() else { return Ok(Some(Caller::of_token(verdict))) };
    // When the person last proved who they are is not a thing to remember: it is read each time.
    let session = sessions::living(app, id).await?;
    let (session, _) = session.ok_or_else(|| Problem::bad_credential("the session has ended"))?;
    Ok(Some(Caller::of_page_token(verdict, session)))
}

/// What the token of a request is worth, in the name of whoever `contextUser` names; `None` if there is no token.
///
/// # Errors
/// Says what is the matter with the credential.
pub(crate) async fn by_token(
    app: &App,
    headers: &HeaderMap,
    from: IpAddr,
) -> Result<Option<Arc<Verdict>>, Problem> {
    let verdict = match credential::read(app, headers)? {
        None => return Ok(None),
        Some(Credential::Bearer(token)) => bearer::verdict(app, &token, from).await?,
        Some(Credential::Basic { user, token }) => bearer::basic_verdict(app, &user, &token, from).await?,
        Some(Credential::Page(token)) => bearer::session_verdict(app, &token, from).await?,
    };
    match context_user(headers)? {
        Some(name) => Ok(Some(bearer::on_behalf_of(app, &verdict, &name).await?)),
        None => Ok(Some(verdict)),
    }
}

/// On whose behalf the call is made.
fn context_user(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut names = headers.get_all(CONTEXT_USER).iter();
    let Some(name) = names.next() else { return Ok(None) };
    let name = std::str::from_utf8(name.as_bytes()).ok().filter(|name| !name.is_empty());
    match (name, names.next()) {
        (Some(name), None) => Ok(Some(name.to_owned())),
        _ => Err(Problem::malformed("contextUser takes one user name or e-mail")),
    }
}

/// The session cookie counts for pages of this very origin, and for changes with the form token only.
async fn of_page(app: &App, parts: &Parts) -> Result<Option<Caller>, Problem> {
    if !is_own_page(app, &parts.headers) {
        return Ok(None);
    }
    let found = session::of_cookie(app, parts).await?;
    let Some(signed_in) = found else { return Ok(None) };
    if !parts.method.is_safe() {
        let visitor = Visitor::new(Some(signed_in.clone()), &FormNonce::of(&parts.headers, app));
        let mut tokens = parts.headers.get_all(FORM_TOKEN).iter();
        let token = tokens.next().filter(|_| tokens.next().is_none()).and_then(|token| token.to_str().ok());
        check_form_token(app, Some(&visitor), token).map_err(|_| {
            Refusal::forbidden(
                "a change made with the session cookie takes the page's form token in X-Form-Token",
            )
        })?;
    }
    Ok(Some(Caller::of_page(app, signed_in)))
}
