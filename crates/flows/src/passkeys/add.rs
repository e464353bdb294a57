use postern_domain::audit::{Action, By};
use postern_domain::{AuthMethodReference, PersonName, Plain, Refusal, Session, Timestamp, TokenHash, User};
use postern_storage::passkeys::{self, Passkey};
use postern_storage::{StorageError, Tx, passwords, recovery_codes, second_factors, sessions};
use serde_json::Value;
use webauthn_rs::Webauthn;
use webauthn_rs::prelude::{CredentialID, PasskeyRegistration, RegisterPublicKeyCredential, WebauthnResult};

use super::ceremony::{Answer, Ceremony, Challenge};
use super::relying_party::relying_party;
use crate::audit::Entry;
use crate::mail::{FactorChange, Outgoing};
use crate::second_factor::Codes;
use crate::sessions::{Proven, renewed};
use crate::users::acts;
use crate::{App, audit, mail, notices};

/// Most passkeys that an account can have.
const MOST: u64 = 20;

/// What somebody has who added a passkey.
#[derive(Debug)]
pub struct Added {
    /// Their session, as it goes on under a new id in the cookie.
    pub proven: Proven,
    /// The recovery codes, for the only time; none where they have some already.
    pub codes: Vec<Plain>,
}

/// Why a passkey was not added.
#[derive(Debug)]
pub enum NotAdded {
    /// Its name is none: a sentence.
    Name(String),
    /// The answer is not one of the question's, or came too late.
    Answer,
    /// The passkey is one already, of this account or another.
    Known,
    /// Something else.
    Refused(Refusal),
}

impl From<Refusal> for NotAdded {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Asks a device for a new passkey.
///
/// # Errors
/// `conflict` where there can be none, or no more.
pub async fn offer(app: &App, user: &User, binding: &str) -> Result<Challenge, Refusal> {
    let known = passkeys::list(&app.db, user.id).await?;
    if known.len() as u64 >= MOST {
        return Err(Refusal::conflict(format!("an account has at most {MOST} passkeys; remove one first")));
    }
    let known = known.into_iter().map(|passkey| passkey.credential_id).collect();
    let begun = begin(&relying_party(app)?, user, known);
    let (options, state) = begun.map_err(Refusal::because)?;
    let ceremony = Ceremony::Add { user: user.id, state: Box::new(state) };
    ceremony.keep(app, binding, options).await
}

fn begin(
    party: &Webauthn,
    user: &User,
    known: Vec<CredentialID>,
) -> WebauthnResult<(Value, PasskeyRegistration)> {
    let (name, shown) = (user.username.as_str(), user.name.as_str());
    let (options, state) = party.start_passkey_registration(user.id.0, name, shown, Some(known))?;
    let mut options = serde_json::to_value(options)?;
    // To be found without a user name, it has to be kept on the device with the account's (Web Authentication section 5.4.6).
    let selection = options.pointer_mut("/publicKey/authenticatorSelection").and_then(Value::as_object_mut);
    if let Some(selection) = selection {
        selection.insert("residentKey".to_owned(), "required".into());
        selection.insert("requireResidentKey".to_owned(), true.into());
    }
    Ok((options, state))
}

/// Adds a passkey to an account. Where it is the account's first second factor, the person is signed out everywhere else:
/// there they did not prove as much.
///
/// # Errors
/// [`NotAdded`].
pub async fn add(
    app: &App,
    user: &User,
    session: &Session,
    name: &str,
    answer: Answer<'_>,
) -> Result<Added, NotAdded> {
    let name = PersonName::parse(name).map_err(|error| NotAdded::Name(error.to_string()))?;
    let Some(Ceremony::Add { user: asked, state }) = Ceremony::take(app, answer).await? else {
        return Err(NotAdded::Answer);
    };
    let credential: RegisterPublicKeyCredential =
        serde_json::from_str(answer.credential).map_err(|_| NotAdded::Answer)?;
    let made = relying_party(app)?.finish_passkey_registration(&credential, &state);
    let made = made.ok().filter(|_| asked == user.id).ok_or(NotAdded::Answer)?;
    let credential = serde_json::to_value(&made).map_err(Refusal::because)?;
    let is_synced = credential.pointer("/cred/backup_eligible") == Some(&Value::Bool(true));
    let (codes, now) = (Codes::new(app, user.id), app.clock.now());
    let change = Change {
        passkey: Passkey {
            id: app.new_id(),
            user_id: user.id,
            credential_id: made.cred_id().clone(),
            name: name.to_string(),
            counter: credential.pointer("/cred/counter").and_then(Value::as_i64).unwrap_or(0),
            credential: credential.to_string(),
            created_at: now,
            last_used_at: None,
            locked_at: None,
        },
        here: session.clone(),
        codes: codes.hashes,
        now,
        act: acts::entry(app, By::user(user.id), Action::USER_PASSKEY_ADDED, user),
        notice: notices::factor_changed(app, user, FactorChange::PasskeyAdded)?,
    };
    let is_first = app.db.write(change, |tx, change| Box::pin(change.make(tx))).await?;
    let is_first = is_first.ok_or(NotAdded::Known)?;
    tracing::info!(user = %user.id, "a passkey was added");
    let mut proven = renewed(app, session, user.password_changed_at);
    if is_first {
        let passkey = AuthMethodReference::passkey(is_synced);
        proven.session.amr = [AuthMethodReference::Pwd].into_iter().chain(passkey).collect();
    }
    Ok(Added { proven, codes: if is_first { codes.texts } else { Vec::new() } })
}

struct Change {
    passkey: Passkey,
    here: Session,
    codes: Vec<TokenHash>,
    now: Timestamp,
    act: Entry,
    notice: Option<Outgoing>,
}

impl Change {
    /// Answers whether it is the first second factor; nothing where the passkey is one already.
    async fn make(&self, tx: &Tx) -> Result<Option<bool>, Refusal> {
        let user = self.passkey.user_id;
        // Held: a sign-in by password alone begins before this, and is ended by it, or finds that it is not enough.
        if !passwords::hold(tx, user).await? {
            return Err(Refusal::conflict("the account was closed"));
        }
        let is_first = !second_factors::exist(tx, user).await?;
        if passkeys::count(tx, user).await? >= MOST {
            return Err(Refusal::conflict(format!("an account has at most {MOST} passkeys")));
        }
        match passkeys::insert(tx, &self.passkey).await {
            Err(StorageError::Taken(_)) => return Ok(None),
            inserted => inserted?,
        }
        if is_first {
            recovery_codes::replace(tx, user, &self.codes, self.now).await?;
            sessions::end_others(tx, user, Some(self.here.id), self.now).await?;
        }
        audit::act(tx, &self.act).await?;
        mail::queue_all(tx, self.notice.as_slice()).await?;
        Ok(Some(is_first))
    }
}
