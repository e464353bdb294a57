//! `/settings/security/passkeys`: adding, naming and removing passkeys.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{OwnPath, PasskeyId, Refusal};
use postern_flows::passkeys::{self, NotAdded};
use postern_flows::{FormRefusal, second_factor, sessions};
use postern_templating::pages::{PasskeyNew, PasskeyPage, PasskeyRemove};
use postern_templating::{Field, Section, Text, When, t};

use super::passkey::{answered, asked};
use super::recovery_codes;
use crate::answer::PageRefusal;
use crate::heading::{self, prove_first};
use crate::language;
use crate::page;
use crate::request::{FormAbout, PageForm, PageId, PageQuery, PageRequest};
use crate::rights::{Right, Routes};
use crate::said;
use crate::session::{self, Browser, device_of};

pub(super) const NEW: &str = "/settings/security/passkeys/new";
pub(super) const QUESTION: &str = "/settings/security/passkeys/question";
const SECURITY: &str = "/settings/security";
const NO_NAME: Text = t("Give it a name by which you know it again.");

pub(crate) fn routes() -> Routes {
    const ONE: &str = "/settings/security/passkeys/{id}";
    const REMOVE: &str = "/settings/security/passkeys/{id}/remove";
    Routes::new()
        .get(NEW, Right::Session, offer)
        .post(NEW, Right::Session, add)
        .post(QUESTION, Right::Session, ask)
        .get(ONE, Right::Session, show)
        .post(ONE, Right::Session, rename)
        .get(REMOVE, Right::Session, sure)
        .post(REMOVE, Right::Session, remove)
}

async fn offer(page: PageRequest, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let return_to = heading::elsewhere(&query);
    if !page.is_fresh() {
        return Ok(prove_first(&here(return_to.as_ref())));
    }
    let (_, device) = device_of(&page.signed_in.session.user_agent);
    let name = Field::new(device.in_language(language::current()));
    Ok(page::render(&form(&page, name, None, return_to).await?))
}

async fn ask(page: PageRequest, PageForm(_): PageForm) -> Result<Response, PageRefusal> {
    if !page.is_fresh() {
        return Ok(prove_first(NEW));
    }
    let PageRequest { app, visitor, signed_in } = &page;
    Ok(asked(passkeys::offer(app, &signed_in.user, visitor.form_binding()).await?))
}

async fn add(
    page: PageRequest,
    browser: Browser,
    PageForm(typed): PageForm,
) -> Result<Response, PageRefusal> {
    let return_to = heading::elsewhere(&typed);
    if !page.is_fresh() {
        return Ok(prove_first(&here(return_to.as_ref())));
    }
    let PageRequest { app, visitor, signed_in } = &page;
    let (user, session) = (&signed_in.user, &signed_in.session);
    let name = typed.get("name").unwrap_or_default();
    let added = match answered(visitor, &typed) {
        Some(answer) => passkeys::add(app, user, session, name, answer).await,
        None => Err(NotAdded::Answer),
    };
    let (name, problem) = match added {
        Ok(added) => {
            session::begin(&browser, &added.proven).await?;
            if added.codes.is_empty() {
                return Ok(Redirect::to("/settings/security?done=passkey").into_response());
            }
            // What is on the page is of the session as it is from now on.
            let visitor = visitor.renewed(&added.proven.session);
            return Ok(recovery_codes::made(app, &visitor, &added.codes, return_to));
        }
        Err(NotAdded::Refused(refusal)) => return Err(refusal.into()),
        Err(NotAdded::Name(_)) if name.is_empty() => (Field::empty().with_error(NO_NAME), None),
        Err(NotAdded::Name(why)) => (Field::new(name).with_error(Text::sentence(why)), None),
        Err(NotAdded::Known) => {
            (Field::new(name), Some(t("This passkey is of an account here already. Use another device.")))
        }
        Err(NotAdded::Answer) => {
            (Field::new(name), Some(t("The device’s answer does not fit, or came too late. Try again.")))
        }
    };
    let again = form(&page, name, problem, return_to).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&again)).into_response())
}

/// This page, on the way elsewhere.
fn here(return_to: Option<&OwnPath>) -> String {
    return_to.map_or_else(|| NEW.to_owned(), |return_to| heading::with_return_to(NEW, return_to))
}

async fn form(
    asked: &PageRequest,
    name: Field,
    problem: Option<Text>,
    return_to: Option<OwnPath>,
) -> Result<PasskeyNew, Refusal> {
    let PageRequest { app, visitor, signed_in } = asked;
    let user = signed_in.user.id;
    Ok(PasskeyNew {
        chrome: page::chrome(app, visitor, Section::Security),
        name,
        problem,
        is_first: second_factor::state(app, user).await?.is_none(),
        other_sessions: sessions::count(app, user).await?.saturating_sub(1),
        return_to: return_to.map(|path| path.to_string()).unwrap_or_default(),
    })
}

async fn show(page: PageRequest, PageId(id): PageId<PasskeyId>) -> Result<Response, PageRefusal> {
    let found = passkeys::find(&page.app, page.signed_in.user.id, id).await?;
    let name = Field::new(&found.name);
    Ok(page::render(&described(&page, &found, name)))
}

async fn rename(
    page: PageRequest,
    FormAbout(PageId(id), typed): FormAbout<PageId<PasskeyId>>,
) -> Result<Response, PageRefusal> {
    let PageRequest { app, signed_in, .. } = &page;
    let name = typed.get("name").unwrap_or_default();
    match passkeys::rename(app, &signed_in.user, id, name).await {
        Ok(()) => Ok(Redirect::to("/settings/security?done=renamed").into_response()),
        Err(FormRefusal::Refused(refusal)) => Err(refusal.into()),
        Err(FormRefusal::Fields(errors)) => {
            let found = passkeys::find(app, signed_in.user.id, id).await?;
            let why = match errors.of("name") {
                Some(why) if !name.is_empty() => Text::sentence(why),
                _ => NO_NAME,
            };
            let again = described(&page, &found, Field::new(name).with_error(why));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page::render(&again)).into_response())
        }
    }
}

fn described(asked: &PageRequest, passkey: &passkeys::Passkey, name: Field) -> PasskeyPage {
    let now = asked.app.clock.now().0;
    PasskeyPage {
        chrome: page::chrome(&asked.app, &asked.visitor, Section::Security),
        id: passkey.id.to_string(),
        name,
        added: When::new(passkey.created_at.0, now),
        last_used: passkey.last_used_at.map(|at| When::new(at.0, now)),
        locked: passkey.locked_at.map(|at| When::new(at.0, now)),
    }
}

async fn sure(page: PageRequest, PageId(id): PageId<PasskeyId>) -> Result<Response, PageRefusal> {
    if !page.is_fresh() {
        return Ok(prove_first(&remove_path(id)));
    }
    let PageRequest { app, visitor, signed_in } = &page;
    let found = passkeys::find(app, signed_in.user.id, id).await?;
    let state = second_factor::state(app, signed_in.user.id).await?;
    let is_last = state.is_some_and(|state| state.app_since.is_none() && state.passkeys == 1);
    Ok(page::render(&PasskeyRemove {
        chrome: page::chrome(app, visitor, Section::Security),
        id: id.to_string(),
        name: found.name,
        is_last,
        kept: match is_last {
            true => second_factor::why_kept(app, &signed_in.user).await?.as_ref().map(said::text),
            false => None,
        },
    }))
}

async fn remove(
    page: PageRequest,
    FormAbout(PageId(id), _): FormAbout<PageId<PasskeyId>>,
) -> Result<Response, PageRefusal> {
    if !page.is_fresh() {
        return Ok(prove_first(&remove_path(id)));
    }
    let was_last = passkeys::remove(&page.app, &page.signed_in.user, id).await?;
    let done = if was_last { "removed" } else { "passkey-removed" };
    Ok(Redirect::to(&format!("{SECURITY}?done={done}")).into_response())
}

fn remove_path(id: PasskeyId) -> String {
    format!("{SECURITY}/passkeys/{id}/remove")
}
