use postern_domain::audit::Action;
use postern_domain::{ApiToken, InstanceRight, Refusal, TokenId};
use postern_storage::api_tokens;
use postern_storage::tokens::{Token, TokenData};

use super::check::{Rules, not_over};
use super::make::changed_meanwhile;
use super::reach::{Relation, WRITE, find, reach};
use super::{TokenDraft, acts, mode};
use crate::audit::{self, Entry};
use crate::{Actor, App, FormRefusal};

/// A change of a token that may be made.
#[derive(Clone, Debug)]
pub struct Change {
    /// The token as it is.
    pub before: Token,
    /// The token as it becomes.
    pub after: Token,
    act: Entry,
}

impl Change {
    /// Whether the token can do more afterwards, or for longer, or from elsewhere: that takes a fresh sign-in.
    pub fn widens(&self) -> bool {
        let (Some(before), Some(after)) = (self.before.api(), self.after.api()) else { return true };
        let more = match (before.everything, after.everything) {
            (true, _) => false,
            (false, true) => true,
            (false, false) => !self.after.permit.scopes.is_subset(&self.before.permit.scopes),
        };
        let longer = match (self.before.expires_at, self.after.expires_at) {
            (Some(_), None) => true,
            (Some(before), Some(after)) => after > before,
            (None, _) => false,
        };
        let elsewhere = !before.networks.is_empty()
            && (after.networks.is_empty()
                || after.networks.iter().any(|network| !before.networks.contains(network)));
        let for_more = !self.after.permit.limits_are_within(&self.before.permit)
            || after.report_only_until > before.report_only_until;
        more || longer || elsewhere || for_more
    }
}

/// What a draft would make of a token. Scopes can be added only if the editor holds them; those that it has may stay.
///
/// # Errors
/// [`FormRefusal::Fields`] with what to change; `forbidden` in secure mode and for administrators; `conflict` if it was
/// revoked or got a new value; `insufficient_scope` for a credential that holds less than the token and would widen it.
pub async fn plan(app: &App, actor: &Actor, id: TokenId, draft: &TokenDraft) -> Result<Change, FormRefusal> {
    let (before, owner, relation) = find(app, actor, id, WRITE).await?;
    if relation != Relation::Owner {
        return Err(
            Refusal::forbidden("administrators see, renew and revoke the tokens of others, no more").into()
        );
    }
    mode::changeable(app)?;
    not_over(&before)?;
    let reach = reach(app, actor, owner).await?;
    let rules = Rules {
        app,
        owner,
        reach: &reach,
        existing: Some(&before),
        may_make_any_user: actor.has_right(InstanceRight::InstanceAdmin),
        now: app.clock.now(),
    };
    let checked = rules.check(draft)?;
    let Some(api) = before.api() else { return Err(changed_meanwhile().into()) };
    let api = ApiToken {
        name: checked.name,
        note: checked.note,
        networks: checked.networks,
        everything: checked.everything,
        report_only_until: checked.report_only_until,
        ..api.clone()
    };
    let after = Token {
        data: Some(TokenData::Api(api)),
        permit: checked.permit,
        expires_at: checked.expires_at,
        ..before.clone()
    };
    let act = acts::entry(app, actor, Action::TOKEN_CHANGED, &after)
        .changed(acts::facts(&before), acts::facts(&after));
    let change = Change { before, after, act };
    if change.widens() {
        reach.must_cover(&change.before)?;
    }
    Ok(change)
}

/// Makes a planned change. It holds at once.
///
/// # Errors
/// `conflict` if the token was changed since it was planned.
pub async fn save(app: &App, change: Change) -> Result<Token, Refusal> {
    let (after, secure) = (change.after.clone(), app.config.tokens.secure_mode);
    let is_done = app.db.write(change, move |tx, change| {
        Box::pin(async move {
            mode::hold(tx, secure).await?;
            let is_done = api_tokens::update(tx, &change.before, &change.after).await?;
            if is_done {
                audit::act(tx, &change.act).await?;
            }
            Ok::<_, Refusal>(is_done)
        })
    });
    if !is_done.await? {
        return Err(changed_meanwhile());
    }
    tracing::info!(token_id = %after.id, "a token was changed");
    Ok(after)
}
