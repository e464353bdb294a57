use std::collections::BTreeSet;

use postern_domain::audit::{Action, By, Target};
use postern_domain::{
    Authentication, CodeBinding, Consent, Narrowing, Organizations, Permit, Refusal, Subject, Timestamp,
    TokenText,
};
use postern_storage::{consents, organization_choices, organizations};
use serde_json::json;

use super::consent_form::{ConsentForm, Shown};
use super::evaluate::{Outcome, Ready, evaluate};
use super::next::{Decision, Next, Person, Reach, Unreturnable};
use super::return_to::Return;
use super::{pushed, question};
use crate::audit::{self, Entry};
use crate::session_state::session_state;
use crate::{App, issue, second_factor};

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
        return Ok(question::ask(app, &ready, person, None).await);
    }
    Ok(Next::Return(answer(app, &ready, ready.remembered.consent.as_deref(), person).await))
}

/// Takes what a person decided on the consent page: `request` is what the page's form sent back. Everything is checked
/// again from the start, for the session that decides, and an "allow" counts only for what that session was shown, and
/// once: whoever sends the same form again is asked again.
///
/// # Errors
/// [`Unreturnable`] if the client or its redirect URI does not hold, or the form is not of such a page.
pub async fn decide(
    app: &App,
    request: &str,
    decision: &Decision,
    person: Option<Person<'_>>,
) -> Result<Next, Unreturnable> {
    let now = app.clock.now();
    let form = ConsentForm::read(request).map_err(Unreturnable::of_person)?;
    let (ready, person) = match (evaluate(app, form.query, person, now).await?, person) {
        (Outcome::Ready(ready), Some(person)) => (ready, person),
        (Outcome::Stops(next), _) => return Ok(next),
        (Outcome::Ready(ready), None) => return Ok(Next::SignIn(ready.checked.path())),
    };
    let Decision::Allow(reach) = decision else {
        let refusal = match pushed::spend(app, ready.checked.way).await {
            Ok(()) => Refusal::access_denied("the person did not allow it"),
            Err(refusal) => refusal,
        };
        return Ok(Next::Return(ready.checked.return_to.refuse(refusal)));
    };
    let Some(shown) = form.check(app, &question::shown(&ready, person, form.query), now) else {
        return Ok(question::ask(app, &ready, person, None).await);
    };
    let organizations = match within(app, &ready, person, reach.as_ref()).await {
        Ok(Ok(organizations)) => organizations,
        Ok(Err(wrong)) => return Ok(question::ask(app, &ready, person, Some(wrong)).await),
        Err(refusal) => return Ok(Next::Return(ready.checked.return_to.refuse(refusal))),
    };
    Ok(Next::Return(match remember(app, &ready, person, organizations, shown, now).await {
        Ok(Some(consent)) => answer(app, &ready, Some(&consent), person).await,
        Ok(None) => return Ok(question::ask(app, &ready, person, None).await),
        Err(refusal) => ready.checked.return_to.refuse(refusal),
    }))
}

/// Which organizations the person lets the client reach, or what is wrong with what they chose. What they could not choose
/// stays as it was.
async fn within<'a>(
    app: &App,
    ready: &Ready,
    person: Person<'_>,
    reach: Option<&'a Reach>,
) -> Result<Result<Organizations, (&'a Reach, &'static str)>, Refusal> {
    let reach = match reach {
        Some(reach) if question::can_be_limited(app, ready) => reach,
        _ => {
            let before = ready.remembered.consent.as_ref();
            return Ok(Ok(before.map_or(Organizations::All, |consent| consent.organizations.clone())));
        }
    };
    let Reach::Chosen(ids) = reach else { return Ok(Ok(Organizations::All)) };
    let mut chosen = BTreeSet::new();
    for (organization, _) in organizations::of_user(&app.db, person.user.id).await? {
        let is_chosen = ids.contains(&organization.id);
        if is_chosen && !second_factor::is_missing(app, &organization, person.user.id).await? {
            chosen.insert(organization.id);
        }
    }
    if chosen.is_empty() {
        return Ok(Err((reach, "Choose at least one, or all of them.")));
    }
    Ok(Ok(Organizations::Only(chosen)))
}

/// Writes down what was allowed, and answers all that is allowed now; `None` if the form was used before.
async fn remember(
    app: &App,
    ready: &Ready,
    person: Person<'_>,
    organizations: Organizations,
    shown: Shown,
    now: Timestamp,
) -> Result<Option<Consent>, Refusal> {
    let Ready { checked, asked, remembered, subject, .. } = ready;
    let mut consent = Consent {
        id: app.new_id(),
        user_id: person.user.id,
        client_id: checked.client.id,
        subject: *subject,
        scopes: asked.scopes.clone(),
        claims: asked.claims.beyond(&asked.scopes),
        organizations,
        limits: asked.limits.iter().cloned().collect(),
        redirect_host: checked.return_to.registered().display_host(),
        granted_at: now,
        updated_at: now,
    };
    let act = given(app, ready, person, &consent);
    let is_first = app.db.write((shown, consent.clone(), act), |tx, (shown, consent, act)| {
        Box::pin(async move {
            let is_first = shown.take(tx).await?;
            if is_first {
                consents::upsert(tx, consent).await?;
                audit::act(tx, act).await?;
            }
            Ok::<_, Refusal>(is_first)
        })
    });
    if !is_first.await? {
        return Ok(None);
    }
    if let Some(before) = &remembered.consent {
        consent.limits = before.limits_with(&consent);
        consent.scopes = consent.scopes.union(&before.scopes);
        consent.claims.extend(&before.claims);
    }
    Ok(Some(consent))
}

/// That a person allowed a client something.
fn given(app: &App, ready: &Ready, person: Person<'_>, consent: &Consent) -> Entry {
    let client = &ready.checked.client;
    let organization = match consent.subject {
        Subject::Organization(id) => Some(id),
        _ => None,
    };
    let target = Target::new("client", client.id.0, &client.metadata.name);
    Entry::new(app, By::user(person.user.id), Action::CONSENT_GIVEN, target).of(organization).after(json!({
        "scopes": consent.scopes,
        "claims": consent.claims,
        "organizations": consent.organizations,
    }))
}

/// The client's answer: a code within what was allowed, or why there is none.
async fn answer(app: &App, ready: &Ready, consent: Option<&Consent>, person: Person<'_>) -> Return {
    let (client, return_to) = (&ready.checked.client, &ready.checked.return_to);
    match code(app, ready, consent, person).await {
        Ok(code) => {
            let is_sign_in = ready.asked.scopes.contains("openid");
            let state = is_sign_in
                .then(|| session_state(app, &client.identifier, return_to.uri(), person.session))
                .flatten();
            return_to.code(&code, state)
        }
        Err(refusal) => return_to.refuse(refusal),
    }
}

async fn code(
    app: &App,
    ready: &Ready,
    consent: Option<&Consent>,
    person: Person<'_>,
) -> Result<TokenText, Refusal> {
    let Ready { checked, asked, subject, .. } = ready;
    let client = &checked.client;
    // A trusted client needs no consent: it may have what it declared.
    let trusted = client.metadata.trusted.then_some(&client.metadata.scopes);
    let allowed = trusted.or(consent.map(|consent| &consent.scopes));
    let allowed = allowed.ok_or_else(|| Refusal::consent_required("the person has to allow it"))?;
    // An organization's permit reaches that organization alone; a person's what they limited it to.
    let limit = consent.filter(|_| !client.metadata.trusted && ready.chosen.is_none());
    let narrowing = Narrowing {
        subject: Some(*subject),
        scopes: Some(asked.scopes.clone()),
        organizations: limit.map(|consent| consent.organizations.clone()),
        audience: asked.resources.clone(),
        limits: asked.limits.clone(),
        ..Narrowing::default()
    };
    let whole = Permit::of_user(person.user.id, allowed.clone());
    let permit = Permit { claims: asked.claims.clone(), ..whole }.narrow(narrowing)?;
    pushed::spend(app, checked.way).await?;
    keep_choice(app, ready, person).await?;
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

/// Keeps the organization that was chosen, so that the next sign-in with this client is for the same one.
async fn keep_choice(app: &App, ready: &Ready, person: Person<'_>) -> Result<(), Refusal> {
    let Some(chosen) = ready.chosen.as_ref().filter(|chosen| !chosen.is_kept) else { return Ok(()) };
    let input =
        (app.new_id(), person.user.id, ready.checked.client.id, chosen.organization.id, app.clock.now());
    app.db
        .write(input, |tx, (id, user, client, organization, now)| {
            Box::pin(async move {
                Ok::<_, Refusal>(
                    organization_choices::keep(tx, *id, *user, *client, *organization, *now).await?,
                )
            })
        })
        .await
}
