//! `/settings/security/authenticator`: setting up an authenticator app, and removing it.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{OwnPath, Plain, Refusal};
use postern_flows::second_factor::{self, Enrolment, NotEnrolled};
use postern_flows::sessions;
use postern_templating::pages::{Authenticator, AuthenticatorRemove};
use postern_templating::{Field, Section, Text, When, t};

use super::recovery_codes;
use crate::answer::PageRefusal;
use crate::heading::{self, prove_first};
use crate::page;
use crate::qr::Qr;
use crate::request::{PageForm, PageQuery, PageRequest};
use crate::rights::{Right, Routes};
use crate::said;
use crate::session::{self, Browser};

pub(super) const PATH: &str = "/settings/security/authenticator";
const REMOVE: &str = "/settings/security/authenticator/remove";
const WRONG: Text =
    t("This code is not right. Wait for the next one, and see that the clock of your device is.");

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(PATH, Right::Session, show)
        .post(PATH, Right::Session, submit)
        .get(REMOVE, Right::Session, ask)
        .post(REMOVE, Right::Session, remove)
}

async fn show(page: PageRequest, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let return_to = heading::elsewhere(&query);
    if !page.is_fresh() {
        return Ok(prove_first(&here(return_to.as_ref())));
    }
    let PageRequest { app, signed_in, .. } = &page;
    let offer = second_factor::offer(app, &signed_in.user, &signed_in.session)?;
    Ok(page::render(&form(&page, &offer, Field::empty(), return_to).await?))
}

async fn submit(
    page: PageRequest,
    browser: Browser,
    PageForm(typed): PageForm,
) -> Result<Response, PageRefusal> {
    let return_to = heading::elsewhere(&typed);
    if !page.is_fresh() {
        return Ok(prove_first(&here(return_to.as_ref())));
    }
    let PageRequest { app, signed_in, .. } = &page;
    let (user, session) = (&signed_in.user, &signed_in.session);
    let (offer, code) = (typed.get("offer").unwrap_or_default(), typed.get("code").unwrap_or_default());
    let enrolled = match second_factor::confirm(app, user, session, offer, code).await {
        Ok(enrolled) => enrolled,
        Err(NotEnrolled::Refused(refusal)) => return Err(refusal.into()),
        Err(NotEnrolled::Over) => return Ok(Redirect::to(&here(return_to.as_ref())).into_response()),
        Err(NotEnrolled::Wrong) => {
            return match Enrolment::again(app, user, session, offer) {
                Ok(offer) => {
                    let again = form(&page, &offer, Field::empty().with_error(WRONG), return_to).await?;
                    Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&again)).into_response())
                }
                Err(NotEnrolled::Refused(refusal)) => Err(refusal.into()),
                Err(_) => Ok(Redirect::to(&here(return_to.as_ref())).into_response()),
            };
        }
    };
    session::begin(&browser, &enrolled.proven).await?;
    if enrolled.codes.is_empty() {
        return Ok(Redirect::to("/settings/security?done=moved").into_response());
    }
    // What is on the page is of the session as it is from now on.
    let visitor = page.visitor.renewed(&enrolled.proven.session);
    Ok(recovery_codes::made(app, &visitor, &enrolled.codes, return_to))
}

async fn ask(page: PageRequest) -> Result<Response, PageRefusal> {
    if !page.is_fresh() {
        return Ok(prove_first(REMOVE));
    }
    let PageRequest { app, visitor, signed_in } = &page;
    let state = second_factor::state(app, signed_in.user.id).await?;
    let Some((state, since)) = state.and_then(|state| Some((state, state.app_since?))) else {
        return Ok(Redirect::to("/settings/security").into_response());
    };
    Ok(page::render(&AuthenticatorRemove {
        chrome: page::chrome(app, visitor, Section::Security),
        since: When::new(since.0, app.clock.now().0),
        is_last: state.passkeys == 0,
        kept: match state.passkeys {
            0 => second_factor::why_kept(app, &signed_in.user).await?.as_ref().map(said::text),
            _ => None,
        },
    }))
}

async fn remove(page: PageRequest, PageForm(_): PageForm) -> Result<Response, PageRefusal> {
    if !page.is_fresh() {
        return Ok(prove_first(REMOVE));
    }
    let was_last = second_factor::remove(&page.app, &page.signed_in.user).await?;
    let done = if was_last { "removed" } else { "app-removed" };
    Ok(Redirect::to(&format!("/settings/security?done={done}")).into_response())
}

/// This page, on the way elsewhere.
fn here(return_to: Option<&OwnPath>) -> String {
    return_to.map_or_else(|| PATH.to_owned(), |return_to| heading::with_return_to(PATH, return_to))
}

async fn form(
    asked: &PageRequest,
    offer: &Enrolment,
    code: Field,
    return_to: Option<OwnPath>,
) -> Result<Authenticator, Refusal> {
    let PageRequest { app, visitor, signed_in } = asked;
    let qr = Qr::of(offer.uri.reveal())?;
    let user = signed_in.user.id;
    let state = second_factor::state(app, user).await?;
    Ok(Authenticator {
        chrome: page::chrome(app, visitor, Section::Security),
        replaces: state.is_some_and(|state| state.app_since.is_some()),
        is_first: state.is_none(),
        qr_side: qr.side,
        qr_path: qr.path,
        secret: in_groups(&offer.secret),
        offer: offer.sealed.clone(),
        code,
        other_sessions: sessions::count(app, user).await?.saturating_sub(1),
        return_to: return_to.map(|path| path.to_string()).unwrap_or_default(),
    })
}

/// A secret in groups of four, as it is typed.
fn in_groups(secret: &Plain) -> String {
    let letters: Vec<char> = secret.reveal().chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
