use postern_domain::{Lifetime, Plain, Refusal, TokenHash, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use webauthn_rs::prelude::{DiscoverableAuthentication, PasskeyRegistration};

use crate::{App, one_time};

const PURPOSE: &str = "passkey";
/// How long a device has to answer.
pub(super) const LIFETIME: Lifetime = Lifetime::seconds(5 * 60);

/// A question to a device.
#[derive(Clone, Debug, PartialEq)]
pub struct Challenge {
    /// What the page sends back with the device's answer.
    pub ceremony: Plain,
    /// What the page hands to the browser: an object with `publicKey` (Web Authentication sections 5.4 and 5.5), its bytes in
    /// base64url.
    pub options: Value,
}

/// A device's answer, as a page sent it.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// What the browser that sent it is bound to; its question has to be of the same browser.
    pub binding: &'a str,
    /// Which question it answers.
    pub ceremony: &'a str,
    /// The `PublicKeyCredential` as JSON (Web Authentication section 5.1).
    pub credential: &'a str,
}

/// What is kept of a question until its answer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Ceremony {
    /// Somebody adds a passkey to their account.
    Add { user: UserId, state: Box<PasskeyRegistration> },
    /// Somebody proves who they are: anybody, or one that is known already.
    Prove { user: Option<UserId>, state: Box<DiscoverableAuthentication> },
}

impl Ceremony {
    /// Keeps the question until it is answered.
    pub(super) async fn keep(self, app: &App, binding: &str, options: Value) -> Result<Challenge, Refusal> {
        let ceremony = app.new_link();
        one_time::keep(app, PURPOSE, hash(app, binding, ceremony.reveal()), &self, LIFETIME).await?;
        Ok(Challenge { ceremony, options })
    }

    /// Takes the question that an answer is to: once, and while it lasts; nobody else can.
    pub(super) async fn take(app: &App, answer: Answer<'_>) -> Result<Option<Self>, Refusal> {
        let hash = hash(app, answer.binding, answer.ceremony);
        let Some(kept) = one_time::find(app, PURPOSE, hash).await? else { return Ok(None) };
        Ok(one_time::take(app, PURPOSE, hash).await?.then_some(kept))
    }
}

fn hash(app: &App, binding: &str, ceremony: &str) -> TokenHash {
    app.secret_key.hash_text(&format!("{ceremony} {binding}"))
}
