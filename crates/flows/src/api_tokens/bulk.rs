use std::collections::HashMap;

use postern_domain::audit::Action;
use postern_domain::{InstanceRight, Lifetime, Refusal, Timestamp, TokenId, TokenKind};
use postern_storage::api_tokens::{self, Match, Owner, Search, State};
use postern_storage::tokens::Token;

use super::list::{Filter, List, search};
use super::reach::Relation;
use super::revoke::{predecessors, told};
use super::{acts, owner_name};
use crate::audit::{self, Entry};
use crate::mail::{self, Outgoing};
use crate::{Actor, App};

/// Most tokens that one preview tells of and one call revokes.
pub const MOST: u64 = 10_000;
/// Tokens of one transaction, so that nobody waits long behind it.
const BATCH: u64 = 200;
/// How many owners and tokens a preview names.
const NAMED: usize = 8;
/// Of how many of their tokens a person gets a mail at most; the list of their tokens has the others.
const MAILS: u32 = 3;

/// Which live tokens are to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// What is looked for. Its state does not matter: what has ended needs no end.
    pub filter: Filter,
    /// Only those made by then: when the preview was looked at.
    pub made_until: Timestamp,
}

/// What ends with some tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkPreview {
    /// How many tokens there are; counted no further than `MOST`.
    pub total: u64,
    /// Whether there are more than that.
    pub has_more: bool,
    /// How many people and organizations they are of.
    pub owners: u64,
    /// Those with the most, the largest share first.
    pub largest: Vec<OwnerShare>,
    /// How many were used within a day.
    pub used_today: u64,
    /// How many were used within seven days.
    pub used_this_week: u64,
    /// How many were never used.
    pub never_used: u64,
    /// Those used last, with the names of their owners.
    pub latest: Vec<(Match, String)>,
}

/// Some tokens of one owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerShare {
    /// Whose they are.
    pub owner: Owner,
    /// What that is called.
    pub name: String,
    /// How many of them they have.
    pub tokens: u64,
}

async fn wanted(app: &App, actor: &Actor, bulk: &Bulk) -> Result<Search, Refusal> {
    actor.needs_right(InstanceRight::UsersManage)?;
    let filter = Filter { state: None, ..bulk.filter.clone() };
    if !filter.is_on() {
        return Err(Refusal::invalid_request(
            "say which tokens: by name or owner, by kind, or by how long they were not used",
        ));
    }
    let search = search(app, List::Everybody, &filter).await?;
    Ok(Search { state: Some(State::Active), made_until: Some(bulk.made_until), ..search })
}

/// What would end with the live tokens that are looked for. Nothing is changed.
///
/// # Errors
/// `insufficient_scope` without `users:manage`; `invalid_request` for a filter that leaves nothing out.
pub async fn preview(app: &App, actor: &Actor, bulk: &Bulk) -> Result<BulkPreview, Refusal> {
    let search = wanted(app, actor, bulk).await?;
    let now = app.clock.now();
    let mut found = api_tokens::matching(&app.db, &search, now, MOST + 1).await?;
    let has_more = found.len() as u64 > MOST;
    found.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    let used_since = |span| {
        let since = now.minus(span);
        found.iter().filter(|it| it.last_used_at.is_some_and(|at| at >= since)).count() as u64
    };
    let mut shares: HashMap<Owner, u64> = HashMap::new();
    for it in &found {
        *shares.entry(it.owner).or_default() += 1;
    }
    let owners = shares.len() as u64;
    let mut largest: Vec<(Owner, u64)> = shares.into_iter().collect();
    largest.sort_by_key(|(owner, tokens)| (std::cmp::Reverse(*tokens), id_of(*owner)));
    let mut named = Vec::new();
    for (owner, tokens) in largest.into_iter().take(NAMED) {
        named.push(OwnerShare { owner, name: owner_name(app, owner).await?, tokens });
    }
    let (used_today, used_this_week) = (used_since(Lifetime::days(1)), used_since(Lifetime::days(7)));
    let never_used = found.iter().filter(|it| it.last_used_at.is_none()).count() as u64;
    let total = found.len() as u64;
    found.sort_by_key(|it| (std::cmp::Reverse(it.last_used_at), it.id));
    let mut latest = Vec::new();
    for it in found.into_iter().take(NAMED) {
        let owner = owner_name(app, it.owner).await?;
        latest.push((it, owner));
    }
    Ok(BulkPreview {
        total,
        has_more,
        owners,
        largest: named,
        used_today,
        used_this_week,
        never_used,
        latest,
    })
}

fn id_of(owner: Owner) -> uuid::Uuid {
    match owner {
        Owner::User(id) => id.0,
        Owner::Organization(id) => id.0,
    }
}

/// A token that is ready to be revoked.
#[derive(Clone)]
struct Ending {
    id: TokenId,
    before: Vec<TokenId>,
    act: Entry,
    mail: Option<Outgoing>,
}

/// Revokes the live tokens that are looked for, each with the values it had before, `MOST` of them at most and some at a
/// time. Their owners are told by mail, of the first few of each. Answers how many it was.
///
/// # Errors
/// Those of [`preview`]. What was revoked before a database failed stays revoked.
pub async fn revoke_matching(app: &App, actor: &Actor, bulk: &Bulk) -> Result<u64, Refusal> {
    let search = wanted(app, actor, bulk).await?;
    let by = actor.person().map(|person| person.id);
    let (mut revoked, mut told_of) = (0, HashMap::new());
    while revoked < MOST {
        let now = app.clock.now();
        let limit = BATCH.min(MOST - revoked);
        let found = api_tokens::list(&app.db, &search, None, now, limit).await?;
        if found.is_empty() {
            break;
        }
        let mut endings = Vec::with_capacity(found.len());
        for token in &found {
            endings.push(ending(app, actor, token, &mut told_of).await?);
        }
        let done: Result<u64, Refusal> = app
            .db
            .write(endings, move |tx, endings| {
                Box::pin(async move {
                    let mut done = 0;
                    for Ending { id, before, act, mail } in endings {
                        for old in before {
                            api_tokens::revoke(tx, *old, by, now).await?;
                        }
                        if !api_tokens::revoke(tx, *id, by, now).await? {
                            continue;
                        }
                        done += 1;
                        audit::act(tx, act).await?;
                        if let Some(mail) = mail {
                            mail::queue(tx, mail).await?;
                        }
                    }
                    Ok(done)
                })
            })
            .await;
        let done = done?;
        if done == 0 {
            break;
        }
        revoked += done;
    }
    tracing::info!(revoked, "an administrator revoked tokens in bulk");
    Ok(revoked)
}

async fn ending(
    app: &App,
    actor: &Actor,
    token: &Token,
    told_of: &mut HashMap<Owner, u32>,
) -> Result<Ending, Refusal> {
    let owner = match (token.kind, token.organization_id, token.user_id) {
        (TokenKind::Organization, Some(id), _) => Some(Owner::Organization(id)),
        (_, _, Some(id)) => Some(Owner::User(id)),
        _ => None,
    };
    let mail = match owner {
        Some(owner) => {
            let mails = told_of.entry(owner).or_default();
            *mails += 1;
            match *mails <= MAILS {
                true => told(app, actor, token, owner, Relation::Administrator).await?,
                false => None,
            }
        }
        None => None,
    };
    Ok(Ending {
        id: token.id,
        before: predecessors(app, token).await?,
        act: acts::entry(app, actor, Action::TOKEN_REVOKED, token),
        mail,
    })
}

#[cfg(test)]
mod tests;
