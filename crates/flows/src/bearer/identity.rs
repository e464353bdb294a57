use postern_domain::{ClientId, OrganizationId, TokenId, TokenKind, UserId};
use postern_storage::tokens::{self, Token};

use super::{SentToken, Verdict};
use crate::App;

/// Which token it is and whose, whether it works or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The token.
    pub id: TokenId,
    /// Its kind.
    pub kind: TokenKind,
    /// The person whose it is, or who answers for the organization's.
    pub user_id: Option<UserId>,
    /// On whose behalf it is used, if not theirs.
    pub acting_for: Option<UserId>,
    /// The app it was given to.
    pub client_id: Option<ClientId>,
    /// The organization it speaks for.
    pub organization_id: Option<OrganizationId>,
}

impl From<&Verdict> for Identity {
    fn from(verdict: &Verdict) -> Self {
        let person = verdict.holder.person().map(|person| person.id);
        let owner = match verdict.is_for_any_user() {
            true => verdict.api.as_ref().and_then(|api| api.created_by),
            false => verdict.permit.actor,
        };
        Self {
            id: verdict.id,
            kind: verdict.kind,
            user_id: owner.or(person),
            acting_for: person.filter(|_| owner.is_some()),
            client_id: verdict.holder.client().map(|client| client.id),
            organization_id: verdict.holder.organization().map(|organization| organization.id),
        }
    }
}

impl From<&Token> for Identity {
    fn from(token: &Token) -> Self {
        Self {
            id: token.id,
            kind: token.kind,
            user_id: token.user_id,
            acting_for: None,
            client_id: token.client_id,
            organization_id: token.organization_id,
        }
    }
}

/// Which token a text is or was, for what is written down of calls that were refused. `None` if it is none that is known,
/// or if that cannot be found out.
pub async fn identify(app: &App, token: &str) -> Option<Identity> {
    let sent = SentToken::parse(app, token).ok()?;
    let (token, _) = tokens::find_by_hash(&app.db, sent.hash).await.ok()??;
    Some(Identity::from(&token))
}
