//! What a person has, and what of it wants their attention.

use std::sync::Arc;

use postern_domain::{Capability, Client, Lifetime, Organization, Refusal, Session, Timestamp, User};
use postern_storage::api_tokens::{self, Owner, Search, State};
use postern_storage::token_ends;
use postern_storage::tokens::Token;

use crate::applications::Application;
use crate::clients::{self, Manager};
use crate::{App, Paging, applications, sessions};

/// For how long a sign-in is news.
const NEWS: Lifetime = Lifetime::days(3);
/// How long before its end a secret is mentioned.
const SOON: Lifetime = Lifetime::days(7);
/// For how long before and after its end a token is mentioned.
const ENDING: Lifetime = Lifetime::days(7);
/// How many of a person's clients are looked at, the latest first.
const CLIENTS: u64 = 50;
/// How many tokens that end are looked at.
const LOOKED_AT: u64 = 50;
/// Most lines of each sort; the pages they lead to have them all.
const LINES: usize = 3;

/// What a person has.
#[derive(Debug)]
pub struct Overview {
    /// How many apps hold access.
    pub applications: u64,
    /// The one used last.
    pub latest_application: Option<Application>,
    /// How many clients they made.
    pub clients: u64,
    /// The one used last of the latest made.
    pub latest_client: Option<Arc<Client>>,
    /// In how many places they are signed in.
    pub sessions: u64,
    /// How many of their personal tokens work now; counted no further than ten thousand.
    pub tokens: u64,
    /// The one of them made last.
    pub latest_token: Option<Token>,
    /// Tokens of theirs that end within a week or behind them that ended in the last one, each with
    /// the organization that it speaks for.
    pub ending_tokens: Vec<(Token, Option<Arc<Organization>>)>,
    /// What else wants their attention, the most pressing first.
    pub attention: Vec<Attention>,
}

/// Something that wants attention.
#[derive(Debug)]
pub enum Attention {
    /// Calls of a client are refused.
    RefusedCalls {
        /// The client.
        client: Arc<Client>,
        /// How many of late.
        count: u64,
        /// Why the last one was.
        reason: String,
        /// When that was.
        last_at: Timestamp,
    },
    /// A secret of a client ends soon.
    SecretEnds {
        /// The client.
        client: Arc<Client>,
        /// When it ends.
        at: Timestamp,
        /// Whether another one lives on.
        replaced: bool,
    },
    /// Somebody signed in elsewhere.
    SignIn(Session),
}

/// What `user` has, seen from `here`.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn overview(app: &App, user: &User, here: &Session) -> Result<Overview, Refusal> {
    let now = app.clock.now();
    let mut held = applications::list(app, user, &Paging::first()).await?.items;
    let latest_application = if held.is_empty() { None } else { Some(held.swap_remove(0)) };
    let manager = Manager::User(user);
    let mut attention = Vec::new();
    let mut secrets = Vec::new();
    let mut latest_client: Option<Arc<Client>> = None;
    for (client, recent_errors) in clients::latest(app, user, CLIENTS).await? {
        let client = Arc::new(client);
        if recent_errors > 0 && attention.len() < LINES {
            attention.extend(refused_calls(app, &client, recent_errors).await?);
        }
        secrets.extend(ending_secret(&client, now));
        let used = |client: &Client| client.last_used_at.unwrap_or(client.created_at);
        if latest_client.as_ref().is_none_or(|latest| used(latest) < used(&client)) {
            latest_client = Some(client);
        }
    }
    attention.extend(secrets.into_iter().take(LINES));
    let signed_in = sessions::list(app, user.id, &Paging::first()).await?.items.into_iter();
    let news = signed_in.filter(|other| {
        other.id != here.id && other.created_at >= here.created_at && other.created_at.plus(NEWS) > now
    });
    attention.extend(news.take(LINES).map(Attention::SignIn));
    let live = Search { owner: Some(Owner::User(user.id)), state: Some(State::Active), ..Search::default() };
    Ok(Overview {
        applications: applications::count(app, user).await?,
        latest_application,
        clients: clients::count(app, manager).await?,
        latest_client,
        sessions: sessions::count(app, user.id).await?,
        tokens: api_tokens::count(&app.db, &live, now).await?,
        latest_token: api_tokens::list(&app.db, &live, None, now, 1).await?.pop(),
        ending_tokens: ending_tokens(app, user).await?,
        attention,
    })
}

/// Those that somebody may still want to renew: none that a newer value took the place of, none of an organization where
/// the person may not manage tokens any more.
async fn ending_tokens(app: &App, user: &User) -> Result<Vec<(Token, Option<Arc<Organization>>)>, Refusal> {
    let mut ending = Vec::new();
    for token in ending_of(app, Owner::User(user.id)).await? {
        let Some(id) = token.organization_id else {
            ending.push((token, None));
            continue;
        };
        if app.role(id, user.id).await?.is_some_and(|role| role.may(Capability::ManageTokens)) {
            ending.push((token, app.organization(id).await?));
        }
    }
    ending.truncate(LINES);
    Ok(ending)
}

/// The tokens of an owner that end within a week, the first to end first, and behind them those that ended in the last one;
/// without those that were replaced.
pub(crate) async fn ending_of(app: &App, owner: Owner) -> Result<Vec<Token>, Refusal> {
    let now = app.clock.now();
    let span = (now.minus(ENDING), now.plus(ENDING));
    let mut found = token_ends::between(&app.db, owner, span, LOOKED_AT).await?;
    found.retain(|token| token.api().is_some_and(|api| api.replaced_by.is_none()));
    found.sort_by_key(|token| token.expires_at.is_some_and(|end| end <= now));
    Ok(found)
}

async fn refused_calls(app: &App, client: &Arc<Client>, count: u64) -> Result<Option<Attention>, Refusal> {
    let latest = clients::refused_calls(app, client).await?.into_iter().next();
    Ok(latest.map(|latest| Attention::RefusedCalls {
        client: Arc::clone(client),
        count,
        reason: latest.reason,
        last_at: latest.last_at,
    }))
}

fn ending_secret(client: &Arc<Client>, now: Timestamp) -> Option<Attention> {
    let soon = |at: &Timestamp| *at <= now.plus(SOON);
    let at = client.live_secrets(now).filter_map(|secret| secret.expires_at).filter(soon).min()?;
    let replaced = client.live_secrets(now).any(|secret| secret.expires_at.is_none_or(|other| other > at));
    Some(Attention::SecretEnds { client: Arc::clone(client), at, replaced })
}
