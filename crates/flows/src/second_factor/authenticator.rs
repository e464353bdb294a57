use postern_domain::{Refusal, Timestamp, User, UserId};
use totp_rs::{Builder, Totp};

use crate::App;

/// The bytes of a secret: as many as the digest has (RFC 4226 section 4).
pub(super) const SECRET: usize = 20;
/// Where an app shows a code for an account, neither the name of the service nor of the account may hold this.
const SEPARATOR: char = ':';

/// The codes of a secret: six digits, SHA-1, 30 seconds, which is what every app does, and one step more on either side for
/// clocks that differ (RFC 6238 section 5.2).
pub(super) fn codes(app: &App, user: &User, secret: &[u8]) -> Result<Totp, Refusal> {
    let service = app.brand().name.replace(SEPARATOR, " ");
    Builder::new()
        .with_secret(secret.to_vec())
        .with_skew(1)
        .with_account_name(user.username.as_str())
        .with_issuer(Some(service))
        .build()
        .map_err(|error| Refusal::server_error("a code cannot be computed").caused_by(error))
}

/// The time step whose code this is, of those around now.
pub(super) fn step_of(codes: &Totp, code: &str, now: Timestamp) -> Option<i64> {
    let step = codes.check(code, u64::try_from(now.0).ok()?)?;
    i64::try_from(step).ok()
}

/// Where the secret of an account is sealed.
pub(super) fn place(user: UserId) -> String {
    format!("authenticators.secret {user}")
}
