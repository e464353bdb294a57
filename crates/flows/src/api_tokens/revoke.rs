use postern_domain::audit::Action;
use postern_domain::{ApiToken, Refusal, TokenId};
use postern_storage::api_tokens::{self, Owner};
use postern_storage::tokens::{Token, TokenData};

use super::acts;
use super::names::facts;
use super::reach::{Relation, WRITE, find};
use crate::mail::{self, Mail, Outgoing, RevokedToken};
use crate::{Actor, App, audit};

/// How many values a token may have had before this one that still live.
const PREDECESSORS: usize = 20;

/// Revokes a token at once, for good, and the values it had before with it. Of one that somebody else revokes its owner, or who made it for the organization, is
/// told by mail. To revoke a token again changes nothing.
///
/// # Errors
/// `not_found` if it is none of theirs.
pub async fn revoke(app: &App, actor: &Actor, id: TokenId) -> Result<Token, Refusal> {
    let (token, owner, relation) = find(app, actor, id, WRITE).await?;
    if token.revoked_at.is_some() {
        return Ok(token);
    }
    let (now, by) = (app.clock.now(), actor.person().map(|person| person.id));
    let mail = told(app, actor, &token, owner, relation).await?;
    let before = predecessors(app, &token).await?;
    let act = acts::entry(app, actor, Action::TOKEN_REVOKED, &token);
    let is_done = app.db.write((id, before, mail, act), move |tx, (id, before, mail, act)| {
        Box::pin(async move {
            for old in before {
                api_tokens::revoke(tx, *old, by, now).await?;
            }
            let is_done = api_tokens::revoke(tx, *id, by, now).await?;
            if is_done {
                audit::act(tx, act).await?;
            }
            if let Some(mail) = mail.as_ref().filter(|_| is_done) {
                mail::queue(tx, mail).await?;
            }
            Ok::<_, Refusal>(is_done)
        })
    });
    if !is_done.await? {
        // Somebody was faster; it is revoked all the same.
        return Ok(api_tokens::find(&app.db, id).await?.unwrap_or(token));
    }
    tracing::info!(token_id = %id, "a token was revoked");
    let data = token.api().map(|api| TokenData::Api(ApiToken { revoked_by: by, ..api.clone() }));
    Ok(Token { revoked_at: Some(now), sealed: None, data, ..token })
}

/// The tokens whose places this one took and which still live.
pub(super) async fn predecessors(app: &App, token: &Token) -> Result<Vec<TokenId>, Refusal> {
    let now = app.clock.now();
    let mut found = Vec::new();
    let mut before = token.api().and_then(|api| api.replaces);
    while let Some(id) = before.take().filter(|_| found.len() < PREDECESSORS) {
        if let Some(old) = api_tokens::find(&app.db, id).await?.filter(|old| old.is_live(now)) {
            found.push(id);
            before = old.api().and_then(|api| api.replaces);
        }
    }
    Ok(found)
}

pub(super) async fn told(
    app: &App,
    actor: &Actor,
    token: &Token,
    owner: Owner,
    relation: Relation,
) -> Result<Option<Outgoing>, Refusal> {
    let now = app.clock.now();
    let is_theirs = actor.person().map(|person| person.id) == token.user_id;
    let (Some(person), false, true) = (token.user_id, is_theirs, token.is_live(now)) else {
        return Ok(None);
    };
    let Some(person) = app.user(person).await? else { return Ok(None) };
    let Some(facts) = facts(app, token, owner).await? else { return Ok(None) };
    let revoked = RevokedToken {
        token: facts,
        by: actor.person().map(|person| person.name.clone()),
        by_administrator: relation == Relation::Administrator || actor.permit().is_none(),
        at: now,
    };
    mail::prepare(app, &*person, Mail::TokenRevoked(revoked)).map(Some)
}
