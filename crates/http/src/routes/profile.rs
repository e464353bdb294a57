//! `/settings/profile`

use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Params, Session, StandardClaim, User};
use postern_flows::profile::{self, NewProfile, Outcome};
use postern_flows::{App, FieldErrors};
use postern_templating::pages::{Profile, ProfilePart};
use postern_templating::{Notice, Section, Shortened, When, t};

use super::profile_email;
use crate::answer::{PageRefusal, form_errors};
use crate::heading::prove_first;
use crate::request::{PageForm, PageQuery, PageRequest};
use crate::rights::{Right, Routes};
use crate::{account_form, page};

const PATH: &str = "/settings/profile";
/// How much of one input waits in a draft, in characters: as much as the longest link.
const LONGEST: usize = 2_000;

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Session, show).post(PATH, Right::Session, save)
}

async fn show(page: PageRequest, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let draft = query
        .get("draft")
        .and_then(|draft| open(&page.app, &page.signed_in.session, &page.signed_in.user, draft));
    let is_draft = draft.is_some();
    let typed = draft.unwrap_or_else(|| as_it_is(&page.signed_in.user));
    let mut form = form(&page, &typed, &FieldErrors::none());
    form.chrome.notice = match query.get("done") {
        Some("saved") => Some(Notice::done(t("Your profile is saved."))),
        Some("verified") => Some(Notice::done(t("Your e-mail is confirmed."))),
        _ if is_draft => Some(Notice::info(t("You have confirmed that it is you. Save the profile now."))),
        _ => None,
    };
    Ok(page::render(&form))
}

async fn save(page: PageRequest, PageForm(typed): PageForm) -> Result<Response, PageRefusal> {
    let value = |name: &str| typed.get(name).unwrap_or_default().to_owned();
    // What a form does not hold stays as it is: it may have been shown before there was more to say.
    let said = typed.iter().filter_map(|(name, typed)| Some((StandardClaim::named(name)?, typed.to_owned())));
    let new = NewProfile {
        username: value("username"),
        email: value("email"),
        name: value("name"),
        claims: said.collect(),
    };
    let PageRequest { app, signed_in, .. } = &page;
    match profile::change(app, &signed_in.user, Some(&signed_in.session), &new).await {
        Ok(Outcome::Saved) => Ok(Redirect::to("/settings/profile?done=saved").into_response()),
        Ok(Outcome::NeedsProof) => {
            let back = format!("{PATH}?draft={}", seal(app, &signed_in.session, &signed_in.user, &typed)?);
            Ok(prove_first(&back))
        }
        Err(refusal) => {
            let (errors, problem, mark) = form_errors(refusal)?;
            let again = Profile { problem, ..form(&page, &typed, &errors) };
            Ok(mark.put_on(page::render(&again)))
        }
    }
}

fn as_it_is(user: &User) -> Params {
    // Whoever has no name of their own goes by the user name, and sees that no name is set.
    let name = if user.name.as_str() == user.username.as_str() { "" } else { user.name.as_str() };
    let account = Params::default()
        .with("name", name)
        .with("username", user.username.as_str())
        .with("email", user.email.as_str());
    StandardClaim::ALL
        .iter()
        .fold(account, |said, claim| said.with(claim.as_str(), user.claims.get(*claim).unwrap_or_default()))
}

fn form(asked: &PageRequest, typed: &Params, errors: &FieldErrors) -> Profile {
    let PageRequest { app, visitor, signed_in } = asked;
    let user = &signed_in.user;
    Profile {
        chrome: page::chrome(app, visitor, Section::Profile),
        problem: None,
        name: account_form::field(typed, errors, "name"),
        username: account_form::field(typed, errors, "username"),
        email: account_form::field(typed, errors, "email"),
        parts: ProfilePart::all(|name| account_form::field(typed, errors, name)),
        email_verified: user.email_verified,
        confirm_url: (!user.email_verified).then(|| profile_email::PATH.to_owned()),
        id: Shortened::new(user.id.to_string()),
        created: When::new(user.created_at.0, app.clock.now().0),
    }
}

/// What was changed, sealed for this session: it waits in the address while the person proves who they are, and no link
/// made by somebody else can fill in the form.
fn seal(app: &App, session: &Session, user: &User, typed: &Params) -> Result<String, PageRefusal> {
    let was = as_it_is(user);
    let kept: Params = was
        .iter()
        .filter_map(|(name, was)| typed.iter().find(|(known, typed)| *known == name && *typed != was))
        .map(|(name, typed)| (name.to_owned(), typed.chars().take(LONGEST).collect()))
        .collect();
    let sealed = app.secret_key.seal(&place(session), kept.to_urlencoded().as_bytes());
    Ok(URL_SAFE_NO_PAD.encode(sealed.map_err(postern_domain::Refusal::because)?))
}

/// What was typed: what was changed, and the rest as it is.
fn open(app: &App, session: &Session, user: &User, draft: &str) -> Option<Params> {
    let sealed = URL_SAFE_NO_PAD.decode(draft).ok()?;
    let text = app.secret_key.open(&place(session), &sealed).ok()?;
    let changed = Params::parse_repeated(&text).ok()?;
    Some(changed.iter().fold(as_it_is(user), |typed, (name, value)| typed.without(name).with(name, value)))
}

fn place(session: &Session) -> String {
    format!("profile.draft.{}", session.id)
}
