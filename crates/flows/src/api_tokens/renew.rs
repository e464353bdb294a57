use postern_domain::audit::Action;
use postern_domain::{Lifetime, Refusal, Timestamp, TokenId};
use postern_storage::api_tokens::{self, Owner};
use postern_storage::tokens::Token;

use super::check::not_over;
use super::make::changed_meanwhile;
use super::reach::{Relation, WRITE, find};
use super::{acts, mode};
use crate::{Actor, App, audit};

/// What a renewal would do.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// The token as it is.
    pub token: Token,
    /// When it would end.
    pub new_end: Timestamp,
    /// The cap that keeps the new end from being later, if one does.
    pub capped_at: Option<Lifetime>,
    /// Whether that is the organization's.
    pub cap_is_of_organization: bool,
}

/// Says what renewing a token would do: the same value lives on, its end counted from now.
///
/// # Errors
/// `conflict` if it was revoked, got a new value, never ends, or its owner's account is closed; `forbidden` in secure mode,
/// and to administrators while it has not ended.
pub async fn renewal(app: &App, actor: &Actor, id: TokenId) -> Result<Renewal, Refusal> {
    let (token, owner, relation) = find(app, actor, id, WRITE).await?;
    mode::changeable(app)?;
    not_over(&token)?;
    let now = app.clock.now();
    let Some(end) = token.expires_at else {
        return Err(Refusal::conflict("the token never ends by itself, so there is nothing to renew"));
    };
    if relation == Relation::Administrator && end > now {
        return Err(Refusal::forbidden("administrators renew the tokens of others once they have ended"));
    }
    let person = match token.user_id {
        Some(id) => app.user(id).await?,
        None => None,
    };
    if !person.is_some_and(|person| person.is_active()) {
        return Err(Refusal::conflict("the account behind the token is closed: no token of it works"));
    }
    let policy = match owner {
        Owner::Organization(id) => {
            app.organization(id).await?.and_then(|organization| organization.policy.max_token_lifetime)
        }
        Owner::User(_) => None,
    };
    let usual = app.config.tokens.renewal_lifetime;
    let longest = [app.config.tokens.max_lifetime, policy].into_iter().flatten().min();
    let capped_at = longest.filter(|longest| *longest < usual);
    let mut new_end = now.plus(capped_at.unwrap_or(usual));
    if let Some(end) = actor.permit().and_then(|permit| permit.expires_at)
        && relation == Relation::Owner
    {
        // What a credential keeps alive does not outlive it.
        new_end = new_end.min(end);
    }
    Ok(Renewal {
        // What lasts longer as it is stays so.
        new_end: new_end.max(end),
        cap_is_of_organization: capped_at.is_some() && capped_at == policy,
        capped_at,
        token,
    })
}

/// Renews a token.
///
/// # Errors
/// As [`renewal`]; `conflict` also if the token was changed meanwhile.
pub async fn renew(app: &App, actor: &Actor, id: TokenId) -> Result<Token, Refusal> {
    let Renewal { token: before, new_end, .. } = renewal(app, actor, id).await?;
    let after = Token { expires_at: Some(new_end), ..before.clone() };
    let secure = app.config.tokens.secure_mode;
    let act = acts::entry(app, actor, Action::TOKEN_RENEWED, &after)
        .changed(acts::facts(&before), acts::facts(&after));
    let is_done = app.db.write((before, after.clone(), act), move |tx, (before, after, act)| {
        Box::pin(async move {
            mode::hold(tx, secure).await?;
            let is_done = api_tokens::update(tx, before, after).await?;
            if is_done {
                audit::act(tx, act).await?;
            }
            Ok::<_, Refusal>(is_done)
        })
    });
    if !is_done.await? {
        return Err(changed_meanwhile());
    }
    tracing::info!(token_id = %id, "a token was renewed");
    Ok(after)
}
