use postern_domain::{Authentication, CodeBinding, Consent, Narrowing, Permit, Refusal, Timestamp};

use super::asked::Asked;
use super::checked::Checked;
use super::next::{Next, Person, Unreturnable};
use super::proof;
use super::return_to::Return;
use super::stage::{Standing, Step, before_consent};
use super::unchecked::Unchecked;
use crate::clients::record_refusal;
use crate::consent::{self, Remembered};
use crate::{App, issue};

/// What this endpoint is called where a client's refused calls are listed.
const ENDPOINT: &str = "authorize";

/// A request whose person is there: it waits for consent at most.
pub(crate) struct Ready {
    pub(crate) checked: Checked,
    pub(crate) asked: Asked,
    /// What the person has allowed the client before.
    pub(crate) remembered: Remembered,
}

/// How far a request gets by itself.
pub(crate) enum Outcome {
    /// To a page before consent, or to an answer that says no.
    Stops(Next),
    /// To consent.
    Ready(Box<Ready>),
}

/// Decides what happens next with the request of `query`, asked by a browser in which `person` is signed in
/// (OIDC Core section 3.1.2).
///
/// # Errors
/// [`Unreturnable`] if the client or its redirect URI does not hold: then nothing may be sent anywhere.
pub async fn authorize(app: &App, query: &str, person: Option<Person<'_>>) -> Result<Next, Unreturnable> {
    let now = app.clock.now();
    let (ready, person) = match (evaluate(app, query, person, now).await?, person) {
        (Outcome::Ready(ready), Some(person)) => (ready, person),
        (Outcome::Stops(next), _) => return Ok(next),
        (Outcome::Ready(ready), None) => return Ok(Next::SignIn(ready.checked.path())),
    };
    if !ready.remembered.suffices {
        return Ok(consent::ask(app, &ready, person).await);
    }
    Ok(Next::Return(answer(app, &ready, ready.remembered.consent.as_deref(), person).await))
}

/// Takes a request as far as it gets before somebody has to consent.
pub(crate) async fn evaluate(
    app: &App,
    query: &str,
    person: Option<Person<'_>>,
    now: Timestamp,
) -> Result<Outcome, Unreturnable> {
    let checked = match check(app, query, now).await {
        Ok(checked) => checked,
        Err(error) => return Err(unreturnable(app, error).await),
    };
    let person = person.filter(|person| person.user.is_active());
    match understand(app, &checked, person, now).await {
        Ok((_, _, Some(step))) => Ok(Outcome::Stops(step_of(&checked, step))),
        Ok((asked, remembered, None)) => Ok(Outcome::Ready(Box::new(Ready { checked, asked, remembered }))),
        Err(refusal) => Ok(Outcome::Stops(Next::Return(refused(app, &checked, refusal).await))),
    }
}

pub(super) async fn check(app: &App, query: &str, now: Timestamp) -> Result<Checked, Unreturnable> {
    Unchecked::read(app, query, now).await?.check(app).await
}

async fn understand(
    app: &App,
    checked: &Checked,
    person: Option<Person<'_>>,
    now: Timestamp,
) -> Result<(Asked, Remembered, Option<Step>), Refusal> {
    let asked = Asked::read(app, checked).await?;
    let step = next_step(app, checked, &asked, person, now)?;
    let remembered = match person {
        Some(person) if step.is_none() => consent::remembered(app, checked, &asked, person.user).await?,
        _ => Remembered::default(),
    };
    Ok((asked, remembered, step))
}

/// The page that has to come before consent, if any.
pub(super) fn next_step(
    app: &App,
    checked: &Checked,
    asked: &Asked,
    person: Option<Person<'_>>,
    now: Timestamp,
) -> Result<Option<Step>, Refusal> {
    let (request, word) = checked.proof();
    let session = person.map(|person| person.session);
    let standing = Standing {
        session,
        proof: session.and_then(|session| proof::read(app, request, word, session, now)),
        registration_open: app.config.registration.open,
        now,
    };
    before_consent(asked, &standing)
}

fn step_of(checked: &Checked, step: Step) -> Next {
    let path = checked.path();
    match step {
        Step::SignIn => Next::SignIn(path),
        Step::Reauthenticate => Next::Reauthenticate(path),
        Step::SelectAccount => Next::SelectAccount(path),
        Step::SignUp => Next::SignUp(path),
    }
}

/// The client's answer: a code within what was allowed, or why there is none.
pub(crate) async fn answer(
    app: &App,
    ready: &Ready,
    consent: Option<&Consent>,
    person: Person<'_>,
) -> Return {
    match code(app, ready, consent, person).await {
        Ok(code) => ready.checked.return_to.code(&code),
        Err(refusal) => ready.checked.return_to.refuse(refusal),
    }
}

async fn code(
    app: &App,
    ready: &Ready,
    consent: Option<&Consent>,
    person: Person<'_>,
) -> Result<postern_domain::TokenText, Refusal> {
    let Ready { checked, asked, .. } = ready;
    let client = &checked.client;
    // A trusted client needs no consent: it may have what it declared.
    let trusted = client.metadata.trusted.then_some(&client.metadata.scopes);
    let allowed = trusted.or(consent.map(|consent| &consent.scopes));
    let allowed = allowed.ok_or_else(|| Refusal::consent_required("the person has to allow it"))?;
    let narrowing = Narrowing { scopes: Some(asked.scopes.clone()), ..Narrowing::default() };
    let permit = Permit::of_user(person.user.id, allowed.clone()).narrow(narrowing)?;
    let binding = CodeBinding {
        grant_id: app.new_id(),
        redirect_uri: asked.redirect_uri.clone(),
        code_challenge: asked.challenge.clone(),
        nonce: asked.nonce.clone(),
        authentication: Authentication {
            session_id: person.session.id,
            auth_time: person.session.auth_time,
            amr: person.session.amr.clone(),
        },
    };
    issue::code(app, issue::NewCode { client: client.id, user: person.user.id, permit, binding }).await
}

/// The answer that says no, written down for the client's developer where it is theirs to mend.
pub(super) async fn refused(app: &App, checked: &Checked, refusal: Refusal) -> Return {
    record_refusal(app, checked.client.id, ENDPOINT, &refusal).await;
    checked.return_to.refuse(refusal)
}

/// The same for what cannot be answered.
pub(super) async fn unreturnable(app: &App, error: Unreturnable) -> Unreturnable {
    if let Some(client) = &error.client {
        let in_full = error.in_full.as_deref().unwrap_or(&error.refusal);
        record_refusal(app, client.id, ENDPOINT, in_full).await;
    }
    error
}
