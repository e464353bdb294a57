//! A sign-in by a provider that was begun: kept here, bound to the browser, good once and for ten minutes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::{Nonce, PkceCodeVerifier};
use postern_domain::{
    Lifetime, OwnPath, Plain, ProviderName, Refusal, SessionId, Timestamp, TokenHash, UserId,
};
use serde::{Deserialize, Serialize};

use super::provider::Provider;
use crate::{App, one_time};

const PURPOSE: &str = "upstream sign-in";
/// How long somebody has at the provider.
pub const LIFETIME: Lifetime = Lifetime::seconds(10 * 60);

/// What somebody goes to a provider for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// To sign in, or to sign up if nobody knows them yet.
    SignIn {
        /// Where they are heading to.
        return_to: String,
        /// Whether they are to be asked once more who they are.
        again: bool,
        /// Whether they are to be asked which account is meant.
        choose: bool,
    },
    /// To prove once more who they are that are signed in.
    Confirm {
        /// The account.
        user: UserId,
        /// Where they are heading to.
        return_to: String,
    },
    /// To sign in by it from now on.
    Connect {
        /// The account.
        user: UserId,
        /// The session that it was begun in.
        session: SessionId,
    },
}

impl Purpose {
    /// Where the person is heading to.
    pub fn return_to(&self) -> OwnPath {
        let path = match self {
            Self::SignIn { return_to, .. } | Self::Confirm { return_to, .. } => return_to,
            Self::Connect { .. } => "/settings/security",
        };
        OwnPath::parse(path).unwrap_or_else(OwnPath::home)
    }
}

/// A sign-in that was begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Ceremony {
    pub(super) provider: ProviderName,
    /// The mark of the cookie that the browser keeps.
    browser: String,
    pub(super) purpose: Purpose,
    pub(super) begun_at: Timestamp,
}

/// The `state`, and what derives from it: only this server can.
pub(super) struct State(Plain);

impl State {
    pub(super) const fn of(value: String) -> Self {
        Self(Plain::new(value))
    }

    pub(super) fn new(app: &App) -> Self {
        Self(app.new_link())
    }

    pub(super) fn reveal(&self) -> &str {
        self.0.reveal()
    }

    pub(super) fn nonce(&self, app: &App) -> Nonce {
        Nonce::new(self.derived(app, "upstream nonce"))
    }

    pub(super) fn verifier(&self, app: &App) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.derived(app, "upstream code verifier"))
    }

    fn derived(&self, app: &App, purpose: &str) -> String {
        URL_SAFE_NO_PAD.encode(app.secret_key.mark(purpose, self.0.reveal().as_bytes()))
    }

    fn hash(&self, app: &App) -> TokenHash {
        app.secret_key.hash_text(self.0.reveal())
    }
}

/// Keeps that a sign-in was begun in the browser with this cookie.
pub(super) async fn keep(
    app: &App,
    state: &State,
    provider: &Provider,
    browser: &Plain,
    purpose: Purpose,
) -> Result<(), Refusal> {
    let begun_at = app.clock.now();
    let browser = mark(app, browser.reveal());
    let ceremony = Ceremony { provider: provider.name.clone(), browser, purpose, begun_at };
    one_time::keep(app, PURPOSE, state.hash(app), &ceremony, LIFETIME).await
}

/// What was begun with this `state` at this provider in the browser with this cookie; `None` once it was used or has ended.
/// It is used up with this; by anybody else it is left as it is.
pub(super) async fn take(
    app: &App,
    state: &State,
    provider: &Provider,
    browser: &str,
) -> Result<Option<Ceremony>, Refusal> {
    let hash = state.hash(app);
    let Some(ceremony) = one_time::find::<Ceremony>(app, PURPOSE, hash).await? else { return Ok(None) };
    if ceremony.provider != provider.name || ceremony.browser != mark(app, browser) {
        return Ok(None);
    }
    Ok(one_time::take(app, PURPOSE, hash).await?.then_some(ceremony))
}

fn mark(app: &App, browser: &str) -> String {
    URL_SAFE_NO_PAD.encode(app.secret_key.mark("upstream browser", browser.as_bytes()))
}
