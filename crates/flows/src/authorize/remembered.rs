use std::sync::Arc;

use postern_domain::{Consent, Prompt, Refusal, Subject, User};

use super::asked::Asked;
use super::checked::Checked;
use crate::{App, consent};

/// What a person has allowed a client before, and whether that is enough for a request.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    pub(super) consent: Option<Arc<Consent>>,
    pub(super) suffices: bool,
}

/// What was allowed before, and whether the person need not be asked again: the client is trusted, or the same host was
/// allowed at least as much. Where anybody could be listening, and where the client wants it, they are asked every time.
pub(super) async fn remembered(
    app: &App,
    checked: &Checked,
    asked: &Asked,
    user: &User,
    subject: Subject,
) -> Result<Remembered, Refusal> {
    let (client, redirect_uri) = (&checked.client, checked.return_to.registered());
    let consent = consent::held(app, user.id, client.id, subject).await?;
    let allowed = client.metadata.trusted
        || redirect_uri.is_provably_the_clients()
            && consent.as_ref().is_some_and(|consent| {
                let host = redirect_uri.display_host();
                consent.covers(&asked.scopes, &asked.claims, asked.limits.as_ref(), &host)
            });
    Ok(Remembered { consent, suffices: allowed && !asked.prompts.contains(Prompt::Consent) })
}
