//! `/login`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::{OwnPath, Params, Plain, Refusal, Session, User};
use postern_flows::authorize::{self, Waiting, WaitingFor};
use postern_flows::change_password::has_password;
use postern_flows::sessions::Switch;
use postern_flows::sign_in::{self, Step};
use postern_flows::{App, passkeys, sessions};
use postern_templating::pages::{AccountChoice, SignIn, SignInMode};
use postern_templating::{Field, Notice, Section, Text, t};

use super::passkey::answered;
use super::second_step;
use crate::answer::{PageRefusal, Told, person};
use crate::request::{PageForm, QueryParams, Visitor};
use crate::rights::{Right, Routes};
use crate::session::{self, Browser, Visiting};
use crate::{arrival, heading, page, providers};

const PATH: &str = "/login";
/// What is said of every name and password that do not help.
const WRONG: Text = t("The name or the password is wrong. Check both and try again.");
/// What somebody is told whom an app sent to make an account.
const SIGN_UP_IS_CLOSED: Text = t(
    "Sign-up is closed here. Use an account that you have, or ask the administrator of this server for one.",
);

pub(crate) fn routes() -> Routes {
    Routes::new().get(PATH, Right::Public, show).post(PATH, Right::Public, submit)
}

/// What somebody comes to sign in for.
struct Errand {
    return_to: OwnPath,
    /// Somebody else than who is signed in wants to.
    other: bool,
    /// Somebody wants to choose among the accounts that are signed in in this browser.
    choose: bool,
    /// The app that waits.
    waiting: Option<Waiting>,
}

impl Errand {
    async fn of(app: &App, visitor: &Visitor, params: &Params) -> Self {
        let return_to = heading::return_to(params);
        let waiting = authorize::waiting(app, &return_to, person(visitor)).await;
        Self {
            return_to,
            other: params.get("other") == Some("1"),
            choose: params.get("choose") == Some("1"),
            waiting,
        }
    }

    fn wants(&self) -> WaitingFor {
        self.waiting.as_ref().map_or(WaitingFor::Nothing, |waiting| waiting.wants)
    }

    /// Whether there is nothing to do here for somebody who is signed in.
    fn is_done(&self) -> bool {
        !self.other && !self.choose && self.wants() == WaitingFor::Nothing
    }

    async fn mode(&self, app: &App, visitor: &Visitor) -> Result<SignInMode, Refusal> {
        let chooses = self.choose || self.wants() == WaitingFor::Choice;
        Ok(match (&visitor.signed_in, self.wants()) {
            (Some(_), WaitingFor::Reauthentication) if !self.other => SignInMode::Confirm,
            (Some(signed_in), _) if chooses && !self.other => {
                let mut choices = vec![choice(app, &signed_in.session, &signed_in.user)];
                let beside = sessions::beside(app, &signed_in.session).await?;
                choices.extend(beside.iter().map(|(session, user)| choice(app, session, user)));
                SignInMode::Choose(choices)
            }
            _ => SignInMode::Fresh,
        })
    }
}

async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    QueryParams(query): QueryParams,
) -> Result<Response, PageRefusal> {
    let query = query?;
    let errand = Errand::of(&app, &visitor, &query).await;
    if visitor.signed_in.is_some() && errand.is_done() {
        return Ok(Redirect::to(errand.return_to.as_str()).into_response());
    }
    let mut form = empty(&app, &visitor, &errand).await?;
    if errand.waiting.as_ref().is_some_and(|waiting| waiting.sign_up_is_closed) {
        form.chrome.notice = Some(Notice::info(SIGN_UP_IS_CLOSED));
    }
    if query.get("done") == Some("signed-out") && visitor.signed_in.is_none() {
        form.chrome.notice = Some(Notice::done(t("Sign out complete: nobody is signed in here now.")));
    }
    if query.get("done") == Some("one") && visitor.signed_in.is_some() {
        form.chrome.notice = Some(Notice::done(t("That account is signed out. Another one goes on here.")));
    }
    if query.get("done") == Some("recovered") {
        form.chrome.notice = Some(Notice::done(t("Your password is changed. Sign in with it.")));
    }
    form.problem = form.problem.or_else(|| providers::problem(&app, &query));
    Ok(answer(&app, &form, &errand))
}

async fn submit(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    browser: Browser,
    Visiting(visit): Visiting,
    PageForm(form): PageForm,
) -> Result<Response, PageRefusal> {
    let errand = Errand::of(&app, &visitor, &form).await;
    if form.get("action") == Some("continue")
        && let Some(signed_in) = &visitor.signed_in
    {
        return go_on_as(&app, &browser, &signed_in.session, form.get("session"), &errand).await;
    }
    if let Some(proof) = answered(&visitor, &form) {
        return match passkeys::sign_in(&app, proof, &visit).await {
            Ok(arrived) => arrival::welcome(&app, &visitor, &browser, arrived, &errand.return_to).await,
            Err(denied) => {
                refused(&app, &visitor, &errand, Told::of(denied, second_step::NO_PASSKEY)?, None).await
            }
        };
    }
    let (identifier, password) = (form.get("identifier"), form.get("password"));
    let (Some(identifier), Some(password)) = (identifier, password) else {
        let mut again = empty(&app, &visitor, &errand).await?;
        again.identifier = required(identifier, t("Enter your user name or your e-mail."));
        again.password = required(password, t("Enter your password."));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, answer(&app, &again, &errand)).into_response());
    };
    let arrived = sign_in::sign_in(&app, identifier, &Plain::new(password.to_owned()), &visit).await;
    match arrived {
        Ok(Step::Arrived(arrived)) => {
            arrival::welcome(&app, &visitor, &browser, *arrived, &errand.return_to).await
        }
        Ok(Step::SecondStep(value)) => Ok(second_step::lead_to(&app, &value, &errand.return_to)),
        Err(denied) => refused(&app, &visitor, &errand, Told::of(denied, WRONG)?, Some(identifier)).await,
    }
}

/// The page again, with what was wrong and the name that was typed.
async fn refused(
    app: &App,
    visitor: &Visitor,
    errand: &Errand,
    told: Told,
    identifier: Option<&str>,
) -> Result<Response, PageRefusal> {
    let mut again = empty(app, visitor, errand).await?;
    if let Some(identifier) = identifier {
        again.identifier = Field::new(identifier);
    }
    again.problem = Some(told.sentence.clone());
    Ok(told.mark(answer(app, &again, errand)))
}

/// Goes on as the account that was chosen: the one in use, or another one that is signed in in this browser.
async fn go_on_as(
    app: &App,
    browser: &Browser,
    here: &Session,
    chosen: Option<&str>,
    errand: &Errand,
) -> Result<Response, PageRefusal> {
    let beside = sessions::beside(app, here).await?;
    let other =
        beside.iter().map(|(session, _)| session).find(|it| Some(it.id.to_string().as_str()) == chosen);
    match (other, chosen) {
        (Some(other), _) => session::switch(browser, Switch { to: other.id, ends: false }).await?,
        (None, Some(chosen)) if chosen != here.id.to_string() => {
            let gone = "this account is not signed in in this browser any more; go back and choose again";
            return Err(Refusal::conflict(gone).into());
        }
        (None, _) => {}
    }
    let next = authorize::after_choice(app, &errand.return_to, other.unwrap_or(here));
    Ok(Redirect::to(next.as_str()).into_response())
}

fn required(value: Option<&str>, error: Text) -> Field {
    value.map_or_else(|| Field::empty().with_error(error), Field::new)
}

async fn empty(app: &App, visitor: &Visitor, errand: &Errand) -> Result<SignIn, Refusal> {
    let mode = errand.mode(app, visitor).await?;
    let hint = errand.waiting.as_ref().and_then(|waiting| waiting.login_hint.clone()).unwrap_or_default();
    let identifier = match (&mode, &visitor.signed_in) {
        (SignInMode::Confirm, Some(signed_in)) => signed_in.user.username.to_string(),
        _ => hint,
    };
    let confirms = matches!(mode, SignInMode::Confirm);
    let (providers, asks_password) = match (&mode, &visitor.signed_in) {
        (SignInMode::Confirm, Some(signed_in)) => {
            (providers::buttons_of(app, &signed_in.user).await?, has_password(app, &signed_in.user).await?)
        }
        _ => (providers::buttons(app), true),
    };
    Ok(SignIn {
        chrome: page::chrome(app, visitor, Section::Elsewhere),
        mode,
        destination: errand.waiting.as_ref().map(heading::destination),
        problem: None,
        identifier: Field::new(identifier),
        password: Field::empty(),
        passkeys: passkeys::are_possible(&app.config),
        asks_password,
        providers,
        return_to: errand.return_to.to_string(),
        recover_url: heading::with_return_to("/recover", &errand.return_to),
        register_url: (app.config.registration.open && !confirms)
            .then(|| heading::with_return_to("/register", &errand.return_to)),
        other_account_url: confirms
            .then(|| format!("{}&other=1", heading::with_return_to(PATH, &errand.return_to))),
    })
}

fn choice(app: &App, session: &Session, user: &User) -> AccountChoice {
    AccountChoice { session: session.id.to_string(), account: page::account(app, user) }
}

/// The page; its forms may lead to sign-in providers and, where an app waits, to that app in the end.
fn answer(app: &App, form: &SignIn, errand: &Errand) -> Response {
    let mut response = page::render(form);
    let policy = providers::policy(app, errand.waiting.as_ref());
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

#[cfg(test)]
mod tests;
