use std::collections::BTreeMap;

use postern_domain::audit::Event;
use postern_domain::{
    Client, ClientOwner, InstanceRight, Organization, Refusal, Role, Session, Timestamp, User, UserId,
};
use postern_storage::api_tokens::{Owner, Search, State};
use postern_storage::tokens::Token;
use postern_storage::{api_tokens, clients, consents, organizations, passwords, sessions as stored};

use super::account;
use crate::audit::{self, Filter};
use crate::{Actor, App, Paging, second_factor, sessions};

/// How many of each kind of thing are shown.
const SHOWN: u64 = 10;

/// An account with what belongs to it.
#[derive(Clone, Debug)]
pub struct AccountLook {
    /// The account.
    pub user: User,
    /// Whether it has a password to sign in with.
    pub has_password: bool,
    /// Whether signing in asks for a second factor.
    pub has_second_factor: bool,
    /// Where the person is signed in: those seen last.
    pub sessions: Vec<Session>,
    /// How many places that is in all.
    pub sessions_total: u64,
    /// The organizations the person belongs to, by slug.
    pub organizations: Vec<(Organization, Role)>,
    /// The person's own tokens for scripts, the newest first.
    pub tokens: Vec<Token>,
    /// How many of them work now; counted no further than ten thousand.
    pub live_tokens: u64,
    /// The person's own clients, the newest first.
    pub clients: Vec<Client>,
    /// How many there are in all.
    pub clients_total: u64,
    /// How many apps hold access of the person.
    pub connected_apps: u64,
    /// What happened of late to the account, or was done by it; `None` for whoever may not see that.
    pub events: Option<Vec<Event>>,
}

/// An account with what belongs to it, the latest of each kind.
///
/// # Errors
/// `insufficient_scope` without `users:manage`; `not_found`.
pub async fn look(app: &App, actor: &Actor, id: UserId) -> Result<AccountLook, Refusal> {
    let user = account(app, actor, id).await?;
    let (db, now) = (&app.db, app.clock.now());
    let first = Paging { limit: SHOWN, cursor: None };
    let own = Search { owner: Some(Owner::User(id)), ..Search::default() };
    let live = Search { state: Some(State::Active), ..own.clone() };
    let owner = Some(ClientOwner::User(id));
    let events = match actor.has_right(InstanceRight::InstanceAdmin) && actor.holds("audit:read").is_ok() {
        true => {
            let of_user = Filter { user: Some(id), ..Filter::default() };
            Some(audit::list(app, actor, &of_user, &first).await?.items)
        }
        false => None,
    };
    Ok(AccountLook {
        has_password: passwords::find(db, id).await?.is_some(),
        has_second_factor: second_factor::state(app, id).await?.is_some(),
        sessions: sessions::list(app, id, &first).await?.items,
        sessions_total: sessions::count(app, id).await?,
        organizations: organizations::of_user(db, id).await?,
        tokens: api_tokens::list(db, &own, None, now, SHOWN).await?,
        live_tokens: api_tokens::count(db, &live, now).await?,
        clients: clients::list(db, owner, None, SHOWN).await?,
        clients_total: clients::count(db, owner).await?,
        connected_apps: consents::count_connections(db, id, now).await?,
        events,
        user,
    })
}

/// When each of some people was last seen signed in; who is signed in nowhere is left out.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn last_seen(app: &App, users: &[User]) -> Result<BTreeMap<UserId, Timestamp>, Refusal> {
    let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
    Ok(stored::last_seen(&app.db, &ids).await?)
}
