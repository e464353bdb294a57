use postern_domain::{Refusal, UpstreamIdentity, UserId};
use postern_storage::{Tx, passkeys, passwords, upstream_identities};

use crate::App;
use crate::passkeys::are_possible;

/// What opens an account by itself here. It does not change while the server runs.
pub(crate) struct WaysIn {
    /// The providers that let people in, by issuer.
    issuers: Vec<String>,
    passkeys: bool,
}

impl WaysIn {
    pub(crate) fn of(app: &App) -> Self {
        let issuers = app.upstream.enabled().map(|provider| provider.issuer.clone()).collect();
        Self { issuers, passkeys: are_possible(&app.config) }
    }

    /// Whether an account with a passkey that is not locked can be opened by it.
    pub(crate) fn takes(&self, has_passkey: bool) -> bool {
        self.passkeys && has_passkey
    }

    /// Whether somebody at a provider opens their account.
    pub(crate) fn opens(&self, identity: &UpstreamIdentity) -> bool {
        self.issuers.contains(&identity.issuer)
    }

    /// That the change in progress leaves an account a way in.
    ///
    /// # Errors
    /// `conflict` if it does not.
    pub(crate) async fn stay(&self, tx: &Tx, user: UserId) -> Result<(), Refusal> {
        if passwords::exists(tx, user).await? || self.takes(passkeys::opens(tx, user).await?) {
            return Ok(());
        }
        let connected = upstream_identities::of_user_now(tx, user).await?;
        if connected.iter().any(|identity| self.opens(identity)) {
            return Ok(());
        }
        Err(Refusal::conflict("this is the last way in which you can sign in; set a password first"))
    }
}
