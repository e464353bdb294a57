use postern_domain::{AuthMethodReference, AuthenticationContext, Refusal, Subject, Timestamp, UserId};

use super::asked::{Asked, pushed_if_it_must};
use super::checked::Checked;
use super::next::{Next, Person, Unreturnable};
use super::proof;
use super::remembered::{Remembered, remembered};
use super::return_to::Return;
use super::stage::{Standing, Step, before_consent};
use super::target::{self, Chosen, Target};
use super::unchecked::Unchecked;
use crate::clients::record_refusal;
use crate::{App, second_factor, subject_name};

/// What this endpoint is called where a client's refused calls are listed.
const ENDPOINT: &str = "authorize";

/// A request whose person is there: it waits for consent at most.
pub(super) struct Ready {
    pub(super) checked: Checked,
    pub(super) asked: Asked,
    /// For whom the client would speak.
    pub(super) subject: Subject,
    /// The organization, where it is one.
    pub(super) chosen: Option<Chosen>,
    /// What the person has allowed the client before.
    pub(super) remembered: Remembered,
}

/// How far a request gets by itself.
pub(super) enum Outcome {
    /// To a page before consent, or to an answer that says no.
    Stops(Next),
    /// To consent.
    Ready(Box<Ready>),
}

/// Takes a request as far as it gets before somebody has to consent.
pub(super) async fn evaluate(
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
    Ok(match understand(app, &checked, person, now).await {
        Ok(Way::Stops(next)) => Outcome::Stops(next),
        Ok(Way::Goes { asked, subject, chosen, remembered }) => {
            Outcome::Ready(Box::new(Ready { checked, asked: *asked, subject, chosen, remembered }))
        }
        Err(refusal) => Outcome::Stops(Next::Return(refused(app, &checked, refusal).await)),
    })
}

/// Where a request stands that nothing is wrong with.
enum Way {
    /// Before a page.
    Stops(Next),
    /// At consent.
    Goes { asked: Box<Asked>, subject: Subject, chosen: Option<Chosen>, remembered: Remembered },
}

pub(super) async fn check(app: &App, query: &str, now: Timestamp) -> Result<Checked, Unreturnable> {
    Unchecked::read(app, query, now).await?.check(app).await
}

async fn understand(
    app: &App,
    checked: &Checked,
    person: Option<Person<'_>>,
    now: Timestamp,
) -> Result<Way, Refusal> {
    pushed_if_it_must(checked)?;
    let asked = Asked::read(app, checked).await?;
    if let Some(step) = next_step(app, checked, &asked, person, now).await? {
        return Ok(Way::Stops(step_of(checked, step)));
    }
    let Some(person) = person else { return Ok(Way::Stops(step_of(checked, Step::SignIn))) };
    let (subject, chosen) = match target::target(app, checked, &asked, person, now).await? {
        Target::Person(subject) => (subject, None),
        Target::Organization(chosen) => (Subject::Organization(chosen.organization.id), Some(chosen)),
        Target::Open { .. } if asked.is_quiet() => {
            return Err(Refusal::interaction_required("the person has to choose an organization"));
        }
        Target::Open { problem } => {
            let page = target::page(app, checked, &asked, person.user, problem).await?;
            return Ok(Way::Stops(Next::ChooseOrganization(Box::new(page))));
        }
    };
    let remembered = remembered(app, checked, &asked, person.user, subject).await?;
    Ok(Way::Goes { asked: Box::new(asked), subject, chosen, remembered })
}

/// The page that has to come before consent, if any.
pub(super) async fn next_step(
    app: &App,
    checked: &Checked,
    asked: &Asked,
    person: Option<Person<'_>>,
    now: Timestamp,
) -> Result<Option<Step>, Refusal> {
    let (request, word) = checked.proof();
    let session = person.map(|person| person.session);
    let context = session.and_then(|session| app.config.authentication_context(&session.amr));
    let is_as_wished = asked.takes(context) && (asked.preferred.is_empty() || asked.prefers(context));
    let reachable = match session.filter(|_| !is_as_wished) {
        Some(session) => reachable(app, session.user_id).await?,
        None => None,
    };
    let owed = match person {
        Some(person) => second_factor::owed(app, person.user, person.session).await?,
        None => None,
    };
    let standing = Standing {
        session,
        sub: session
            .map(|session| subject_name::of_user(app, &checked.client, session.user_id))
            .unwrap_or_default(),
        proof: session.and_then(|session| proof::read(app, request, word, session, now)),
        context,
        reachable,
        owed,
        registration_open: app.config.registration.open,
        now,
    };
    before_consent(asked, &standing)
}

/// What a sign-in of this person proves: one of theirs who has a second factor takes it.
async fn reachable(app: &App, user: UserId) -> Result<Option<AuthenticationContext>, Refusal> {
    let methods: &[_] = match second_factor::state(app, user).await? {
        Some(_) => &AuthMethodReference::PASSWORD_AND_CODE,
        None => &[AuthMethodReference::Pwd],
    };
    Ok(app.config.authentication_context(methods))
}

fn step_of(checked: &Checked, step: Step) -> Next {
    let path = checked.path();
    match step {
        Step::SignIn => Next::SignIn(path),
        Step::Reauthenticate => Next::Reauthenticate(path),
        Step::SelectAccount => Next::SelectAccount(path),
        Step::SignUp => Next::SignUp(path),
        Step::SetUpSecondFactor => Next::SetUpSecondFactor(path),
    }
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
