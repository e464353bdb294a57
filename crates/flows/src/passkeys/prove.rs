use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{AuthMethodReference, Lifetime, Refusal, Session, User, UserId};
use postern_storage::passkeys::{self, Passkey};
use postern_storage::users;
use serde_json::{Value, json};
use uuid::Uuid;
use webauthn_rs::prelude::{AuthenticationResult, DiscoverableKey, PublicKeyCredential, WebauthnError};

use super::ceremony::{Answer, Ceremony, Challenge};
use super::copies;
use super::relying_party::relying_party;
use crate::budget::{self, Budget};
use crate::second_factor::{NoSecondStep, Pending};
use crate::sessions::{Arrival, Proven, Visit, renewed};
use crate::{App, Denied};

/// How many questions an address may have the server keep in a [`SPAN`]: each sign-in page asks one.
const QUESTIONS: u32 = 300;
const SPAN: Lifetime = Lifetime::seconds(60);

/// Asks whoever it is for a passkey, so that they sign in by it.
///
/// # Errors
/// `too_many_requests` for an address that asks too often; `conflict` where there can be no passkeys.
pub async fn ask_anyone(app: &App, binding: &str, address: IpAddr) -> Result<Challenge, Refusal> {
    let budget = Budget::of_address(app, "passkey question", address, QUESTIONS, SPAN);
    let taken = budget::take(app, vec![budget]).await;
    taken.map_err(|no| no.into_refusal("there were too many tries to sign in from this network;"))?;
    question(app, binding, None, Vec::new()).await
}

/// Asks somebody for one of their passkeys who said who they are.
///
/// # Errors
/// `conflict` where there can be no passkeys, or they have none that is not locked.
pub async fn ask(app: &App, binding: &str, user: &User) -> Result<Challenge, Refusal> {
    let mut known = passkeys::list(&app.db, user.id).await?;
    known.retain(|passkey| passkey.locked_at.is_none());
    if known.is_empty() {
        return Err(Refusal::conflict("the account has no passkey"));
    }
    question(app, binding, Some(user), known).await
}

async fn question(
    app: &App,
    binding: &str,
    user: Option<&User>,
    known: Vec<Passkey>,
) -> Result<Challenge, Refusal> {
    let begun = relying_party(app)?.start_discoverable_authentication();
    let (options, state) = begun.map_err(Refusal::because)?;
    let mut options = serde_json::to_value(options).map_err(Refusal::because)?;
    let named = known
        .iter()
        .map(|passkey| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(&passkey.credential_id) }));
    if let Some(key) = options.pointer_mut("/publicKey").and_then(Value::as_object_mut) {
        key.insert("allowCredentials".to_owned(), named.collect());
    }
    if let Some(object) = options.as_object_mut() {
        // Whether the browser waits for the name field is the page's to say.
        object.remove("mediation");
    }
    let ceremony = Ceremony::Prove { user: user.map(|user| user.id), state: Box::new(state) };
    ceremony.keep(app, binding, options).await
}

/// Signs somebody in by a passkey, without a user name. Passkeys that nobody has, closed accounts and bad answers get the same
/// answer.
///
/// # Errors
/// [`Denied`].
pub async fn sign_in(app: &App, answer: Answer<'_>, visit: &Visit) -> Result<Arrival, Denied> {
    let limit = app.config.rate_limits.sign_in_address;
    let budget = Budget::of_address(app, "passkey address", visit.address, limit, SPAN);
    let (user, methods) = prove(app, answer, None, budget).await?;
    Ok(Arrival::of_sign_in(app, user, visit, &methods))
}

/// Takes the second step of a sign-in by a passkey; `value` is what the browser kept of the first.
///
/// # Errors
/// [`NoSecondStep`].
pub async fn second_step(
    app: &App,
    value: &str,
    answer: Answer<'_>,
    visit: &Visit,
) -> Result<Arrival, NoSecondStep> {
    let (user, first) = Pending::find(app, value).await?.ok_or(NoSecondStep::Over)?;
    let limit = app.config.rate_limits.sign_in_account;
    let budget = Budget::new(app, "passkey second step", user.id.0.as_bytes(), limit, SPAN);
    let (user, methods) = prove(app, answer, Some(&user), budget).await?;
    if !Pending::take(app, value).await? {
        return Err(NoSecondStep::Over);
    }
    let methods: Vec<_> = first.into_iter().chain(methods).collect();
    Ok(Arrival::of_sign_in(app, user, visit, &methods))
}

/// Proves once more who somebody is that is signed in. Answers the session as it goes on, under a new id in the cookie.
///
/// # Errors
/// [`Denied`].
pub async fn reauthenticate(
    app: &App,
    user: &User,
    session: &Session,
    answer: Answer<'_>,
) -> Result<Proven, Denied> {
    let limit = app.config.rate_limits.sign_in_account;
    let budget = Budget::new(app, "passkey proof", user.id.0.as_bytes(), limit, SPAN);
    let (user, methods) = prove(app, answer, Some(user), budget).await?;
    let mut proven = renewed(app, session, user.password_changed_at);
    proven.session.amr = methods.to_vec();
    Ok(proven)
}

/// Who it is whose passkey gave the answer, and what that proves. Every answer is counted first, and un-counted if it was right.
async fn prove(
    app: &App,
    answer: Answer<'_>,
    wanted: Option<&User>,
    budget: Budget,
) -> Result<(User, [AuthMethodReference; 3]), Denied> {
    let taken = budget::take(app, vec![budget]).await?;
    let Some(Ceremony::Prove { user: asked, state }) = Ceremony::take(app, answer).await? else {
        return Err(Denied::Wrong);
    };
    if asked != wanted.map(|user| user.id) {
        return Err(Denied::Wrong);
    }
    let credential: PublicKeyCredential =
        serde_json::from_str(answer.credential).map_err(|_| Denied::Wrong)?;
    let (passkey, user) = owner(app, &credential, asked).await?;
    let mut kept: webauthn_rs::prelude::Passkey =
        serde_json::from_str(&passkey.credential).map_err(Refusal::because)?;
    let key = DiscoverableKey::from(&kept);
    let checked = match relying_party(app)?.finish_discoverable_authentication_v2(&credential, *state, key) {
        Err(WebauthnError::CredentialPossibleCompromise) => {
            return Err(copies::suspect(app, &user, &passkey, &credential).await?);
        }
        checked => checked.ok().filter(AuthenticationResult::user_verified).ok_or(Denied::Wrong)?,
    };
    kept.update_credential(&checked);
    let used = Passkey {
        credential: serde_json::to_string(&kept).map_err(Refusal::because)?,
        counter: i64::from(checked.counter()),
        last_used_at: Some(app.clock.now()),
        ..passkey
    };
    let noted = app.db.write(used, |tx, used| {
        Box::pin(async move { Ok::<_, Refusal>(passkeys::use_up_to(tx, used).await?) })
    });
    if !noted.await? {
        return Err(Denied::Wrong);
    }
    budget::give_back(app, taken).await?;
    Ok((user, AuthMethodReference::passkey(checked.backup_eligible())))
}

/// The passkey that an answer names, and whose it is: of whoever was asked, or of whom the device says (Web Authentication
/// section 7.2 step 6).
async fn owner(
    app: &App,
    credential: &PublicKeyCredential,
    asked: Option<UserId>,
) -> Result<(Passkey, User), Denied> {
    let found = passkeys::find_by_credential(&app.db, credential.get_credential_id()).await?;
    let passkey = found.filter(|passkey| passkey.locked_at.is_none()).ok_or(Denied::Wrong)?;
    let said = credential.get_user_unique_id().map(Uuid::from_slice);
    let is_owner = said.map_or(asked.is_some(), |said| said.is_ok_and(|said| said == passkey.user_id.0));
    if !is_owner || asked.is_some_and(|asked| asked != passkey.user_id) {
        return Err(Denied::Wrong);
    }
    let user = users::find(&app.db, passkey.user_id).await?.filter(User::is_active);
    Ok((passkey, user.ok_or(Denied::Wrong)?))
}
