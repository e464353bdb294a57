use postern_domain::{AuthenticationContext, Prompt, Refusal, Session, Timestamp};

use super::asked::Asked;
use super::proof::Proof;
use crate::second_factor::Owed;

/// What is known of the browser that asks.
pub(super) struct Standing<'a> {
    /// Its session.
    pub(super) session: Option<&'a Session>,
    /// By which `sub` the client knows the person of that session.
    pub(super) sub: String,
    /// What the person of that session has already done for this request.
    pub(super) proof: Option<Proof>,
    /// How much the sign-in of the session proves.
    pub(super) context: Option<AuthenticationContext>,
    /// How much it would prove if they signed in once more; `None` where nothing turns on it.
    pub(super) reachable: Option<AuthenticationContext>,
    /// What this server asks of the person first.
    pub(super) owed: Option<Owed>,
    /// Whether strangers may sign up.
    pub(super) registration_open: bool,
    pub(super) now: Timestamp,
}

/// What a person has to do before they can be asked for consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    SignIn,
    Reauthenticate,
    SelectAccount,
    SignUp,
    SetUpSecondFactor,
}

/// The next step on the way to consent; `None` once the right person is there, freshly enough.
///
/// # Errors
/// The standard's code for a step that `prompt=none` forbids (OIDC Core section 3.1.2.6).
pub(super) fn before_consent(asked: &Asked, standing: &Standing<'_>) -> Result<Option<Step>, Refusal> {
    let owed = standing.owed.map(|owed| match owed {
        Owed::SetUp => Step::SetUpSecondFactor,
        Owed::Prove => Step::Reauthenticate,
    });
    match step(asked, standing)?.or(owed) {
        Some(step) if asked.is_quiet() => Err(forbidden(step)),
        step => Ok(step),
    }
}

fn step(asked: &Asked, standing: &Standing<'_>) -> Result<Option<Step>, Refusal> {
    let wants_new = asked.prompts.contains(Prompt::Create);
    let signs_up = wants_new && standing.registration_open;
    let Some(session) = standing.session else {
        return Ok(Some(if signs_up { Step::SignUp } else { Step::SignIn }));
    };
    let signed_in_for_it = standing.proof == Some(Proof::SignedIn);
    if !is_the_one(asked, &standing.sub, signed_in_for_it)? {
        return Ok(Some(Step::SignIn));
    }
    let suffices = asked.takes(standing.context);
    if signed_in_for_it {
        // Whoever signed in for it could not do so in a way that the request takes.
        return if suffices { Ok(None) } else { Err(unmet()) };
    }
    if signs_up {
        return Ok(Some(Step::SignUp));
    }
    // Where sign-up is closed, somebody who came to make an account and is signed in is not sent back as who they are
    // without a word: they see that there is no new account to be had, and choose.
    let chooses = wants_new || asked.prompts.contains(Prompt::SelectAccount);
    if chooses && standing.proof.is_none() {
        return Ok(Some(Step::SelectAccount));
    }
    if !suffices && !asked.takes(standing.reachable) {
        return Err(unmet());
    }
    // A wish (OIDC Core section 5.5.1.1): whoever cannot reach it goes on with what there is, and so does whoever may not be
    // asked.
    let could_be_preferred = !asked.prefers(standing.context) && asked.prefers(standing.reachable);
    let again = !suffices
        || could_be_preferred && !asked.is_quiet()
        || asked.prompts.contains(Prompt::Login)
        || asked.is_outlived(session, standing.now);
    Ok(again.then_some(Step::Reauthenticate))
}

fn unmet() -> Refusal {
    Refusal::unmet_authentication_requirements("the sign-in has none of the acr that were asked for")
}

/// Whether `subject` is the person that the client means (OIDC Core sections 3.1.2.1 and 5.5.1). If it is not, they
/// may sign in once; whoever then signed in as somebody else is not asked for ever.
pub(super) fn is_the_one(asked: &Asked, subject: &str, signed_in_for_it: bool) -> Result<bool, Refusal> {
    let another = || Refusal::login_required("somebody else is signed in than the client means");
    if asked.claimed.as_ref().is_some_and(|taken| !taken.iter().any(|one| one == subject)) {
        return Err(another());
    }
    let meant = asked.hinted.as_ref().is_none_or(|hinted| hinted == subject);
    if !meant && signed_in_for_it { Err(another()) } else { Ok(meant) }
}

fn forbidden(step: Step) -> Refusal {
    match step {
        Step::SignIn => Refusal::login_required("nobody is signed in, or not the one the client means"),
        Step::Reauthenticate => Refusal::login_required(
            "the sign-in is older than max_age allows, or not of an acr that is taken",
        ),
        Step::SelectAccount => Refusal::account_selection_required("an account has to be chosen"),
        Step::SignUp => Refusal::interaction_required("somebody has to sign up"),
        Step::SetUpSecondFactor => {
            Refusal::interaction_required("the person has to set up a second factor first")
        }
    }
}
