use std::sync::Arc;

use postern_domain::{Client, Consent, Permit, Refusal, User, UserId};

use crate::App;
use crate::client_auth::CLOSED;
use crate::consent;

/// What is left right now of something a person allowed a client.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// The person.
    pub(crate) user: Arc<User>,
    /// The permit under what the client is registered for.
    pub(crate) permit: Permit,
}

/// Looks at person, client and consent as they are now. Whatever hands out or honours a token goes through here.
///
/// # Errors
/// `invalid_grant` that says what has fallen since; `temporarily_unavailable` or `server_error` if the database fails.
pub(crate) async fn check(
    app: &App,
    client: &Client,
    user: UserId,
    permit: &Permit,
) -> Result<Standing, Refusal> {
    if client.disabled {
        return Err(Refusal::invalid_grant(CLOSED));
    }
    let Some(user) = app.user(user).await?.filter(|user| user.is_active()) else {
        return Err(Refusal::invalid_grant("the account behind it has been closed"));
    };
    if !client.metadata.trusted {
        let covers = |consent: Option<Arc<Consent>>| {
            consent.is_some_and(|consent| permit.scopes.is_subset(&consent.scopes))
        };
        let subject = permit.subject;
        if !covers(consent::held(app, user.id, client.id, subject).await?)
            && !covers(consent::read(app, user.id, client.id, subject).await?)
        {
            return Err(Refusal::invalid_grant("the consent behind it has been taken back"));
        }
    }
    let registered =
        Permit { subject: permit.subject, ..Permit::of_user(user.id, client.metadata.scopes.clone()) };
    Ok(Standing { user, permit: permit.intersect(&registered)? })
}
