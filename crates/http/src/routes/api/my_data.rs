use std::sync::Arc;

use postern_domain::{ClientId, Refusal, Session, UpstreamIdentity, User};
use postern_flows::api_tokens::{self, Filter, List, Owner};
use postern_flows::clients::{self, Manager};
use postern_flows::passkeys::Passkey;
use postern_flows::{Actor, App, Paging, Slice, applications, organizations, passkeys, sessions, upstream};
use serde::Serialize;

use super::consents::Consent;
use super::oauth_clients::OAuthClient;
use super::organizations::OrganizationShown;
use super::sessions::{SignedInSession, shown};
use super::tokens::TokenShown;
use super::users::Account;

/// How many things are read at once.
const PART: u64 = 100;

/// What is kept about a person and is their own, in the shapes of the API: no value of a token, no secret, and not the audit
/// trail, which has a download of its own.
#[derive(Debug, Serialize)]
pub(crate) struct MyData {
    /// Unix seconds.
    exported_at: i64,
    account: Account,
    sessions: Vec<SignedInSession>,
    passkeys: Vec<PasskeyShown>,
    sign_in_providers: Vec<ConnectionShown>,
    consents: Vec<Consent>,
    organizations: Vec<OrganizationShown>,
    oauth_clients: Vec<OAuthClient>,
    personal_access_tokens: Vec<TokenShown>,
}

/// A passkey.
#[derive(Debug, Serialize)]
struct PasskeyShown {
    name: String,
    /// Unix seconds.
    created_at: i64,
    last_used_at: Option<i64>,
}

/// Somebody at a sign-in provider who opens the account.
#[derive(Debug, Serialize)]
struct ConnectionShown {
    issuer: String,
    subject: String,
    /// What the provider called the person when it was connected.
    shown: String,
    /// Unix seconds.
    created_at: i64,
    last_used_at: Option<i64>,
}

impl MyData {
    pub(crate) async fn of(app: &App, user: &Arc<User>, here: &Session) -> Result<Self, Refusal> {
        let now = app.clock.now();
        let actor = &Actor::signed_in(app, user);
        let own = List::Of(Owner::User(user.id));
        let sessions = all(|part| async move { sessions::list(app, user.id, &part).await }).await?;
        let consents = all(|part| async move { applications::list(app, user, &part).await }).await?;
        let teams = all(|part| async move { organizations::list(app, actor, &part).await }).await?;
        let filter = &Filter::default();
        let tokens =
            all(|part| async move { api_tokens::list(app, actor, own, filter, &part).await }).await?;
        Ok(Self {
            exported_at: now.0,
            account: Account::from(&**user),
            sessions: sessions.iter().map(|session| shown(session, Some(here.id))).collect(),
            passkeys: passkeys::list(app, user.id).await?.into_iter().map(PasskeyShown::from).collect(),
            sign_in_providers: upstream::connections(app, user)
                .await?
                .into_iter()
                .map(|connection| ConnectionShown::from(connection.identity))
                .collect(),
            consents: consents.into_iter().map(Consent::from).collect(),
            organizations: teams
                .iter()
                .map(|mine| OrganizationShown::new(&mine.organization, Some(mine.membership.role)))
                .collect(),
            oauth_clients: own_clients(app, user).await?,
            personal_access_tokens: tokens.iter().map(|token| TokenShown::new(token, now)).collect(),
        })
    }
}

impl From<Passkey> for PasskeyShown {
    fn from(passkey: Passkey) -> Self {
        Self {
            name: passkey.name,
            created_at: passkey.created_at.0,
            last_used_at: passkey.last_used_at.map(|at| at.0),
        }
    }
}

impl From<UpstreamIdentity> for ConnectionShown {
    fn from(identity: UpstreamIdentity) -> Self {
        Self {
            issuer: identity.issuer,
            subject: identity.subject,
            shown: identity.shown,
            created_at: identity.created_at.0,
            last_used_at: identity.last_used_at.map(|at| at.0),
        }
    }
}

async fn own_clients(app: &App, user: &User) -> Result<Vec<OAuthClient>, Refusal> {
    let (mut found, mut before): (Vec<OAuthClient>, Option<ClientId>) = (Vec::new(), None);
    loop {
        let part = clients::list(app, Manager::User(user), before, PART).await?;
        let Some((last, _)) = part.last() else { return Ok(found) };
        before = Some(last.id);
        found.extend(part.into_iter().map(|(client, usage)| OAuthClient::new(app, &client, usage)));
    }
}

/// Every part of a list, one after the other.
async fn all<T, F>(part: impl Fn(Paging) -> F) -> Result<Vec<T>, Refusal>
where
    F: Future<Output = Result<Slice<T>, Refusal>>,
{
    let (mut items, mut cursor) = (Vec::new(), None);
    loop {
        let found = part(Paging { limit: PART, cursor }).await?;
        items.extend(found.items);
        cursor = found.next;
        if cursor.is_none() {
            return Ok(items);
        }
    }
}
