use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::audit::{Action, By};
use postern_domain::{AuthMethodReference, Lifetime, Plain, Refusal, Session, Timestamp, TokenHash, User};
use postern_storage::authenticators::{self, Authenticator};
use postern_storage::{Tx, passwords, recovery_codes, second_factors, sessions};
use zeroize::Zeroizing;

use super::authenticator::{self, SECRET};
use super::codes::Codes;
use crate::audit::Entry;
use crate::mail::{FactorChange, Outgoing};
use crate::sessions::{Proven, renewed};
use crate::users::acts;
use crate::{App, audit, mail, notices};

/// How long a secret waits for its first code.
const LIFETIME: Lifetime = Lifetime::seconds(30 * 60);

/// Longer than any offer is when it is sealed, in bytes.
const LONGEST_OFFER: usize = 256;

/// A secret that is offered to an app.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// What the page's form sends back: the secret, sealed for this session, since nothing is kept of it until its first
    /// code shows that an app has it.
    pub sealed: String,
    /// The secret as it is typed, in base 32.
    pub secret: Plain,
    /// The same as an `otpauth` URI, for a QR code.
    pub uri: Plain,
}

/// What somebody has who set an app up.
#[derive(Debug)]
pub struct Enrolled {
    /// Their session, as it goes on under a new id in the cookie.
    pub proven: Proven,
    /// The recovery codes, for the only time; none where they have some already.
    pub codes: Vec<Plain>,
}

/// Why an app was not set up.
#[derive(Debug)]
pub enum NotEnrolled {
    /// The code is not one of the secret's.
    Wrong,
    /// The secret waited for too long, or is of another session.
    Over,
    /// Something else.
    Refused(Refusal),
}

impl From<Refusal> for NotEnrolled {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Draws a secret for an app.
///
/// # Errors
/// `server_error` if it cannot be sealed.
pub fn offer(app: &App, user: &User, session: &Session) -> Result<Enrolment, Refusal> {
    let mut secret = Zeroizing::new([0; SECRET]);
    app.rng.fill(&mut *secret);
    let until = app.clock.now().plus(LIFETIME);
    let kept = Zeroizing::new([until.0.to_be_bytes().as_slice(), secret.as_slice()].concat());
    let sealed = app.secret_key.seal(&place(session), &kept).map_err(Refusal::because)?;
    described(app, user, URL_SAFE_NO_PAD.encode(sealed), &*secret)
}

/// The same secret, to be shown again.
fn described(app: &App, user: &User, sealed: String, secret: &[u8]) -> Result<Enrolment, Refusal> {
    let codes = authenticator::codes(app, user, secret)?;
    let uri = codes.to_url().map_err(|error| Refusal::server_error("no URI").caused_by(error))?;
    Ok(Enrolment { sealed, secret: Plain::new(codes.secret().to_base32()), uri: Plain::new(uri) })
}

impl Enrolment {
    /// The offer that a form sent back, to be shown again.
    ///
    /// # Errors
    /// [`NotEnrolled::Over`] if it waited for too long, or is of another session.
    pub fn again(app: &App, user: &User, session: &Session, sealed: &str) -> Result<Self, NotEnrolled> {
        let secret = open(app, session, sealed)?;
        Ok(described(app, user, sealed.to_owned(), &secret)?)
    }
}

fn open(app: &App, session: &Session, sealed: &str) -> Result<Zeroizing<Vec<u8>>, NotEnrolled> {
    if sealed.len() > LONGEST_OFFER {
        return Err(Refusal::invalid_request("the form is not of this page; open the page again").into());
    }
    unsealed(app, session, sealed).ok_or(NotEnrolled::Over)
}

fn unsealed(app: &App, session: &Session, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let kept = app.secret_key.open(&place(session), &sealed).ok()?;
    let (until, secret) = kept.split_first_chunk()?;
    let is_over = Timestamp(i64::from_be_bytes(*until)) <= app.clock.now();
    (!is_over).then(|| Zeroizing::new(secret.to_vec()))
}

fn place(session: &Session) -> String {
    format!("second factor offer {}", session.id)
}

/// Sets an app up by its first code, in place of another one. Everywhere else the person is signed out: there they did not
/// prove as much.
///
/// # Errors
/// [`NotEnrolled`].
pub async fn confirm(
    app: &App,
    user: &User,
    session: &Session,
    sealed: &str,
    code: &str,
) -> Result<Enrolled, NotEnrolled> {
    let secret = open(app, session, sealed)?;
    let (now, codes) = (app.clock.now(), authenticator::codes(app, user, &secret)?);
    let step = authenticator::step_of(&codes, &digits(code), now).ok_or(NotEnrolled::Wrong)?;
    let sealed = app.secret_key.seal(&authenticator::place(user.id), &secret).map_err(Refusal::because)?;
    let replaces = authenticators::find(&app.db, user.id).await.map_err(Refusal::from)?.is_some();
    let codes = Codes::new(app, user.id);
    let change = if replaces { FactorChange::Replaced } else { FactorChange::Added };
    let kept = Change {
        user: user.clone(),
        here: session.clone(),
        authenticator: Authenticator { secret: sealed, last_step: step, created_at: now },
        codes: codes.hashes,
        now,
        act: acts::entry(app, By::user(user.id), Action::USER_FACTOR_ADDED, user),
        notice: notices::factor_changed(app, user, change)?,
    };
    let is_first = app.db.write(kept, |tx, change| Box::pin(change.make(tx))).await?;
    tracing::info!(user = %user.id, "an authenticator app was set up");
    let mut proven = renewed(app, session, user.password_changed_at);
    for proved in [AuthMethodReference::Otp, AuthMethodReference::Mfa] {
        if !proven.session.amr.contains(&proved) {
            proven.session.amr.push(proved);
        }
    }
    Ok(Enrolled { proven, codes: if is_first { codes.texts } else { Vec::new() } })
}

struct Change {
    user: User,
    here: Session,
    authenticator: Authenticator,
    codes: Vec<TokenHash>,
    now: Timestamp,
    act: Entry,
    notice: Option<Outgoing>,
}

impl Change {
    /// Answers whether it is the first second factor.
    async fn make(&self, tx: &Tx) -> Result<bool, Refusal> {
        let user = self.user.id;
        // Held: a sign-in by password alone begins before this, and is ended by it, or finds that it is not enough.
        if !passwords::hold(tx, user).await? {
            return Err(Refusal::conflict("the account was closed"));
        }
        let is_first = !second_factors::exist(tx, user).await?;
        authenticators::put(tx, user, &self.authenticator).await?;
        if is_first {
            recovery_codes::replace(tx, user, &self.codes, self.now).await?;
        }
        sessions::end_others(tx, user, Some(self.here.id), self.now).await?;
        audit::act(tx, &self.act).await?;
        mail::queue_all(tx, self.notice.as_slice()).await?;
        Ok(is_first)
    }
}

/// A code as apps show it, without the spaces that some put in the middle.
pub(super) fn digits(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).take(16).collect()
}
