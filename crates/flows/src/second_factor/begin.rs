use super::pending::{self, Pending};
use super::prove::{budgets, prove, state};
use crate::sessions::{Arrival, Visit};
use crate::{App, Denied};
use postern_domain::{AuthMethodReference, Lifetime, Plain, Refusal, User};

/// Why the second step did not lead on.
#[derive(Debug)]
pub enum NoSecondStep {
    /// There is none to take: it was, it lasted too long, or the account changed. One begins with the password again.
    Over,
    /// The code did not help.
    Code(Denied),
}

impl From<Denied> for NoSecondStep {
    fn from(denied: Denied) -> Self {
        Self::Code(denied)
    }
}

impl From<Refusal> for NoSecondStep {
    fn from(refusal: Refusal) -> Self {
        Self::Code(Denied::Refused(refusal))
    }
}

/// What a browser keeps until the second step, if the account wants one, after the first, which was taken by `methods`.
pub(crate) async fn begin(
    app: &App,
    user: &User,
    methods: &[AuthMethodReference],
) -> Result<Option<Plain>, Refusal> {
    match state(app, user.id).await? {
        Some(_) => Ok(Some(Pending::keep(app, user, methods).await?)),
        None => Ok(None),
    }
}

/// How long a browser keeps it.
pub const LIFETIME: Lifetime = pending::LIFETIME;

/// Who it is that has still to take the second step.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn waiting_for(app: &App, value: &str) -> Result<Option<User>, Refusal> {
    Ok(Pending::find(app, value).await?.map(|(user, _)| user))
}

/// Takes the second step of a sign-in by a code.
///
/// # Errors
/// [`NoSecondStep`].
pub async fn finish(app: &App, value: &str, code: &str, visit: &Visit) -> Result<Arrival, NoSecondStep> {
    let (user, mut methods) = Pending::find(app, value).await?.ok_or(NoSecondStep::Over)?;
    let budgets = budgets(app, user.id, visit.device.as_deref());
    prove(app, &user, code, budgets).await?;
    if !Pending::take(app, value).await? {
        return Err(NoSecondStep::Over);
    }
    methods.extend([AuthMethodReference::Otp, AuthMethodReference::Mfa]);
    Ok(Arrival::of_sign_in(app, user, visit, &methods))
}
