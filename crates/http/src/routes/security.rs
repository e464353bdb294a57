//! `/settings/security`: change of password, passkeys, and the second step.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{Params, Plain, Refusal};
use postern_flows::change_password::{NoChange, change_password, has_password, set_first_password};
use postern_flows::{App, passkeys, second_factor, sessions};
use postern_templating::pages::{PasskeyRow, SecondFactor, Security};
use postern_templating::{Field, Notice, Section, Text, When, t};

use super::connections;
use crate::answer::{PageRefusal, Told};
use crate::heading::prove_first;
use crate::request::{PageForm, PageQuery, PageRequest};
use crate::rights::{Right, Routes};
use crate::session::{self, Browser};
use crate::{page, providers};

pub(super) const PATH: &str = "/settings/security";

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Session, show).post(PATH, Right::Session, submit)
}

async fn show(page: PageRequest, PageQuery(query): PageQuery) -> Result<Response, PageRefusal> {
    let mut form = form(&page).await?;
    form.chrome.notice = match query.get("done") {
        Some("changed") => {
            Some(Notice::done(t("Your password is changed, and you are signed out everywhere else.")))
        }
        Some("moved") => Some(Notice::done(t("The codes of your new authenticator app count from now on."))),
        Some("removed") => {
            Some(Notice::done(t("The second step is removed: your password alone is enough.")))
        }
        Some("app-removed") => Some(Notice::done(t("The authenticator app is removed."))),
        Some("passkey") => Some(Notice::done(t("The passkey is added. You can sign in by it from now on."))),
        Some("renamed") => Some(Notice::done(t("The passkey has its new name."))),
        Some("passkey-removed") => Some(Notice::done(t("The passkey is removed."))),
        Some("first-password") => Some(Notice::done(t("You can sign in with your password from now on."))),
        Some("connected") => connected(&page.app, &query),
        Some("disconnected") => {
            Some(Notice::done(t("It is disconnected: nobody gets into your account by it any more.")))
        }
        _ => None,
    };
    if let Some(problem) = providers::problem(&page.app, &query) {
        form.chrome.notice = Some(Notice::failed(problem));
    }
    Ok(answer(&page.app, &form))
}

fn connected(app: &App, query: &Params) -> Option<Notice> {
    let provider = app.upstream.find(query.get("upstream")?)?;
    let done = t("{provider} is connected: you can sign in with it from now on.");
    Some(Notice::done(done.with("provider", &provider.label)))
}

/// The page; its forms may lead to sign-in providers.
fn answer(app: &App, form: &Security) -> Response {
    let mut response = page::render(form);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, providers::policy(app, None));
    response
}

async fn submit(
    page: PageRequest,
    browser: Browser,
    PageForm(typed): PageForm,
) -> Result<Response, PageRefusal> {
    let mut again = form(&page).await?;
    if !again.has_password {
        return first_password(&page, again, typed.get("new_password")).await;
    }
    let (Some(current), Some(new)) = (typed.get("current_password"), typed.get("new_password")) else {
        if typed.get("current_password").is_none() {
            again.current_password = Field::empty().with_error(t("Enter your current password."));
        }
        if typed.get("new_password").is_none() {
            again.new_password = Field::empty().with_error(t("Choose a new password."));
        }
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer(&page.app, &again)).into_response());
    };
    let current = Plain::new(current.to_owned());
    let PageRequest { app, signed_in, .. } = &page;
    match change_password(app, &signed_in.user, &signed_in.session, &current, new).await {
        Ok((renewed, _)) => {
            session::begin(&browser, &renewed).await?;
            Ok(Redirect::to("/settings/security?done=changed").into_response())
        }
        Err(NoChange::NeedsProof) => Ok(prove_first(PATH)),
        Err(NoChange::New(why)) => {
            again.new_password = Field::empty().with_error(Text::sentence(why));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, answer(&page.app, &again)).into_response())
        }
        Err(NoChange::Current(denied)) => {
            let told = Told::of(denied, t("This is not your current password."))?;
            again.current_password = Field::empty().with_error(told.sentence.clone());
            Ok(told.mark(answer(&page.app, &again)))
        }
    }
}

/// The first password of an account that was made by a sign-in provider.
async fn first_password(
    page: &PageRequest,
    mut again: Security,
    new: Option<&str>,
) -> Result<Response, PageRefusal> {
    let PageRequest { app, signed_in, .. } = page;
    let why = match new {
        None => t("Choose a new password."),
        Some(new) => match set_first_password(app, &signed_in.user, &signed_in.session, new).await {
            Ok(()) => return Ok(Redirect::to("/settings/security?done=first-password").into_response()),
            Err(NoChange::NeedsProof) => return Ok(prove_first(PATH)),
            Err(NoChange::New(why)) => Text::sentence(why),
            Err(NoChange::Current(denied)) => {
                let told = Told::of(denied, t("Choose a new password."))?;
                again.new_password = Field::empty().with_error(told.sentence.clone());
                return Ok(told.mark(answer(app, &again)));
            }
        },
    };
    again.new_password = Field::empty().with_error(why);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, answer(app, &again)).into_response())
}

async fn form(asked: &PageRequest) -> Result<Security, Refusal> {
    let PageRequest { app, visitor, signed_in } = asked;
    let (user, settings) = (&signed_in.user, &app.config.session_api_token);
    let (changed, now) = (user.password_changed_at, app.clock.now().0);
    let known = passkeys::list(app, user.id).await?;
    Ok(Security {
        chrome: page::chrome(app, visitor, Section::Security),
        has_password: has_password(app, user).await?,
        current_password: Field::empty(),
        new_password: Field::empty(),
        last_changed: (changed != user.created_at).then(|| When::new(changed.0, now)),
        other_sessions: sessions::count(app, user.id).await?.saturating_sub(1),
        second_factor: second_factor::state(app, user.id).await?.map(|state| SecondFactor {
            app_since: state.app_since.map(|since| When::new(since.0, now)),
            codes_left: state.codes_left,
        }),
        passkeys: known.iter().map(|passkey| row(passkey, now)).collect(),
        passkeys_are_possible: passkeys::are_possible(&app.config),
        providers: connections::shown(app, signed_in).await?,
        session_api: settings.enabled.then(|| settings.origins.clone()),
    })
}

fn row(passkey: &passkeys::Passkey, now: i64) -> PasskeyRow {
    PasskeyRow {
        id: passkey.id.to_string(),
        name: passkey.name.clone(),
        added: When::new(passkey.created_at.0, now),
        last_used: passkey.last_used_at.map(|at| When::new(at.0, now)),
        locked: passkey.locked_at.map(|at| When::new(at.0, now)),
    }
}
