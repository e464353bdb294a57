use std::sync::Arc;

use axum::http::request::Parts;
use postern_domain::{Presented, Refusal};
use postern_flows::bearer::{self, Holder, Verdict};
use postern_flows::{App, TokenAuthMode, sessions};

use super::credential::{self, Credential};
use super::{Caller, Problem};
use crate::request::{FormNonce, Visitor, check_form_token, client_address, is_own_page};
use crate::session;

const FORM_TOKEN: &str = "x-form-token";

/// Who calls: by the token that was sent or, where none was, as a page of ours in the browser of somebody who is signed
/// in. A credential that is not good is never passed over for another one.
///
/// # Errors
/// Says what is the matter with the credential.
pub(super) async fn authenticate(app: &App, parts: &Parts) -> Result<Option<Caller>, Problem> {
    let verdict = match credential::read(app, parts)? {
        None => return of_page(app, parts).await,
        Some(Credential::Bearer(token)) => {
            let verdict = look_up(app, parts, &token).await?;
            if is_api_token(&verdict) && app.config.tokens.auth_mode == TokenAuthMode::Basic {
                return Err(Problem::bad_credential(
                    "this server takes this token by Basic only: send the base64 of USER:TOKEN",
                ));
            }
            verdict
        }
        Some(Credential::Basic { user, token }) => by_basic(app, parts, &user, &token).await?,
        Some(Credential::Page(token)) => {
            let from = client_address(app, &parts.extensions, &parts.headers);
            let verdict = bearer::session_verdict(app, &token, from).await?;
            // When the person last proved who they are is not a thing to remember: it is read each time.
            let session = match verdict.holder.session() {
                Some(id) => sessions::living(app, id).await?,
                None => None,
            };
            let (session, _) = session.ok_or_else(|| Problem::bad_credential("the session has ended"))?;
            return Ok(Some(Caller::of_page_token(verdict, session)));
        }
    };
    Ok(Some(Caller::of_token(verdict)))
}

async fn by_basic(app: &App, parts: &Parts, user: &str, token: &str) -> Result<Arc<Verdict>, Problem> {
    if app.config.tokens.auth_mode == TokenAuthMode::Bearer {
        return Err(Problem::bad_credential("this server takes tokens as “Bearer TOKEN” only"));
    }
    let verdict = look_up(app, parts, token).await?;
    if !is_api_token(&verdict) {
        let label = verdict.kind.spec().label;
        return Err(Problem::bad_credential(format!(
            "this kind of token ({label}) is sent as “Bearer TOKEN”"
        )));
    }
    if !belongs_to(&verdict, user) {
        return Err(Problem::bad_credential("the user name is not that of the token's owner"));
    }
    Ok(verdict)
}

async fn look_up(app: &App, parts: &Parts, token: &str) -> Result<Arc<Verdict>, Problem> {
    let from = client_address(app, &parts.extensions, &parts.headers);
    bearer::verdict(app, token, from).await.map_err(Problem::from)
}

/// Whether `tokens.auth_mode` says how it is presented.
fn is_api_token(verdict: &Verdict) -> bool {
    verdict.kind.spec().presented == Presented::BearerOrBasic
}

/// Whether a name in front of a token is one of whose token it is: the person's user name or e-mail, for an
/// organization's also its slug.
fn belongs_to(verdict: &Verdict, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let of_person =
        verdict.holder.person().is_some_and(|user| [user.username.key(), user.email.key()].contains(&name));
    let of_organization = match &verdict.holder {
        Holder::Organization { organization, .. } => organization.slug.as_str() == name,
        _ => false,
    };
    of_person || of_organization
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
