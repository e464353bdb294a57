use postern_domain::{OwnPath, Params, Session, User};
use postern_storage::upstream_identities;

use super::ceremony::{self, Ceremony, Purpose, State};
use super::endpoints::{Endpoints, endpoints};
use super::provider::Provider;
use super::trouble::Trouble;
use super::who::Who;
use super::{arrive, connect, github, openid};
use crate::sessions::Visit;
use crate::sign_in::Step;
use crate::{App, Preset};

/// Longest `code` that is taken, in bytes.
const LONGEST_CODE: usize = 4_096;

/// What a sign-in by a provider led to.
#[derive(Debug)]
pub enum Done {
    /// Somebody is in, or has still to take the second step.
    Arrived {
        /// How far they are.
        step: Step,
        /// Where they are heading to.
        return_to: OwnPath,
    },
    /// Somebody can sign in by the provider from now on.
    Connected,
}

/// A sign-in by a provider that led nowhere.
#[derive(Debug)]
pub struct Stopped {
    /// Why.
    pub trouble: Trouble,
    /// What it was for, if that is known.
    pub purpose: Option<Purpose>,
}

/// Takes a provider's answer (OIDC Core section 3.1.2.5, RFC 9207): it is to a sign-in that was begun at this provider and in
/// this browser, whose cookie `browser` is. `person` is who is signed in there.
///
/// # Errors
/// [`Stopped`]; nothing was changed then.
pub async fn finish(
    app: &App,
    provider: &Provider,
    answer: &Params,
    browser: Option<&str>,
    person: Option<(&User, &Session)>,
    visit: &Visit,
) -> Result<Done, Stopped> {
    let nowhere = |trouble| Stopped { trouble, purpose: None };
    let (Some(state), Some(browser)) = (answer.get("state"), browser) else {
        return Err(nowhere(Trouble::Over));
    };
    let state = State::of(state.to_owned());
    let taken = ceremony::take(app, &state, provider, browser).await;
    let taken = taken.map_err(|refusal| nowhere(refusal.into()))?;
    let ceremony = taken.ok_or_else(|| nowhere(Trouble::Over))?;
    let purpose = Some(ceremony.purpose.clone());
    let done = go_on(app, provider, answer, &state, ceremony, person, visit).await;
    done.map_err(|trouble| Stopped { trouble, purpose })
}

async fn go_on(
    app: &App,
    provider: &Provider,
    answer: &Params,
    state: &State,
    ceremony: Ceremony,
    person: Option<(&User, &Session)>,
    visit: &Visit,
) -> Result<Done, Trouble> {
    if !provider.is_enabled {
        return Err(Trouble::Disabled);
    }
    let endpoints = endpoints(app, provider).await?;
    check_issuer(provider, &endpoints, answer.get("iss"))?;
    let code = code(provider, answer)?;
    let mut who = match provider.preset {
        Preset::GitHub => github::prove(app, provider, &endpoints, code, state).await?,
        _ => openid::prove(app, provider, &endpoints, code, state).await?,
    };
    if !who.is_somebody() {
        return Err(openid::unproven(provider, "sub is nobody"));
    }
    check_again(provider, &ceremony, &who)?;
    let known = upstream_identities::find(&app.db, &provider.issuer, &who.subject).await?;
    if known.is_none() {
        match provider.preset {
            Preset::GitHub => github::complete(app, provider, &mut who).await,
            _ => openid::complete(app, provider, &endpoints, &mut who).await,
        }
    }
    let return_to = ceremony.purpose.return_to();
    match (ceremony.purpose, known) {
        (Purpose::Connect { user, session }, known) => {
            let person = person.filter(|(person, here)| person.id == user && here.id == session);
            let (person, _) = person.ok_or(Trouble::SomebodyElse)?;
            connect::connect(app, provider, person, &who, known).await?;
            Ok(Done::Connected)
        }
        (Purpose::Confirm { user, .. }, known) => {
            let known = known.filter(|known| known.user_id == user).ok_or(Trouble::SomebodyElse)?;
            Ok(Done::Arrived { step: arrive::sign_in(app, known, &who, visit).await?, return_to })
        }
        (Purpose::SignIn { .. }, Some(known)) => {
            Ok(Done::Arrived { step: arrive::sign_in(app, known, &who, visit).await?, return_to })
        }
        (Purpose::SignIn { .. }, None) => {
            let arrival = arrive::sign_up(app, provider, &who, visit).await?;
            Ok(Done::Arrived { step: Step::Arrived(Box::new(arrival)), return_to })
        }
    }
}

/// Who answers has to be who was asked (RFC 9207 section 2.4).
fn check_issuer(provider: &Provider, endpoints: &Endpoints, iss: Option<&str>) -> Result<(), Trouble> {
    match iss {
        Some(iss) if iss == provider.issuer => Ok(()),
        Some(iss) if provider.preset == Preset::GitHub && github::is_itself(provider, iss) => Ok(()),
        Some(_) => Err(openid::unproven(provider, "iss is of somebody else")),
        None if endpoints.names_itself => Err(openid::unproven(provider, "iss is missing")),
        None => Ok(()),
    }
}

/// The code, unless the provider said why there is none (RFC 6749 section 4.1.2.1).
fn code<'a>(provider: &Provider, answer: &'a Params) -> Result<&'a str, Trouble> {
    if let Some(error) = answer.get("error") {
        let known: String = error.chars().filter(|c| c.is_ascii_lowercase() || *c == '_').take(60).collect();
        tracing::info!(provider = %provider.name, error = known, "a sign-in was refused by the provider");
        return Err(match error {
            "access_denied"
            | "login_required"
            | "interaction_required"
            | "consent_required"
            | "account_selection_required" => Trouble::Denied,
            "server_error" | "temporarily_unavailable" => Trouble::Unreachable,
            _ => Trouble::Refused,
        });
    }
    let code = answer.get("code").filter(|code| code.len() <= LONGEST_CODE);
    code.ok_or_else(|| openid::unproven(provider, "there is neither a code nor an error"))
}

/// Who was to be asked once more has been asked since then, if the provider says when it was (OIDC Core section 3.1.2.1,
/// `max_age`).
fn check_again(provider: &Provider, ceremony: &Ceremony, who: &Who) -> Result<(), Trouble> {
    let again = matches!(ceremony.purpose, Purpose::Confirm { .. } | Purpose::SignIn { again: true, .. });
    let of_now = match who.auth_time {
        Some(at) => at.plus(openid::SKEW) >= ceremony.begun_at,
        None => !provider.tells_auth_time(),
    };
    if again && !of_now { Err(Trouble::NotAgain) } else { Ok(()) }
}
