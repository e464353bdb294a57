use postern_domain::audit::Action;
use postern_domain::{ApiToken, Lifetime, Plain, Refusal, Timestamp, TokenId, UserId};
use postern_storage::tokens::{self, Token, TokenData};
use postern_storage::{Tx, api_tokens};
use serde_json::json;

use super::check::not_over;
use super::make::{Made, changed_meanwhile, hint, sealed};
use super::reach::{Relation, WRITE, find, reach};
use super::{acts, mode};
use crate::audit::{self, Entry};
use crate::{Actor, App};

/// How long the old value may go on, as forms offer it.
pub const OVERLAPS: [(&str, Lifetime); 4] = [
    ("0", Lifetime::seconds(0)),
    ("1h", Lifetime::seconds(3_600)),
    ("24h", Lifetime::days(1)),
    ("7d", Lifetime::days(7)),
];
/// The longest that it may.
const MAX_OVERLAP: Lifetime = Lifetime::days(7);

/// What a rotation made.
#[derive(Clone, Debug)]
pub struct Rotated {
    /// The token with its new value, under a new id.
    pub made: Made,
    /// When the old value stops working; `None` if it did at once.
    pub old_ends_at: Option<Timestamp>,
}

/// What the change needs.
struct Rotation {
    before: Token,
    old: Token,
    new: Token,
    by: Option<UserId>,
    secure: bool,
    act: Entry,
}

/// Gives a token a new value. The old one goes on for `overlap`, but not beyond its own end, and then never works again.
///
/// # Errors
/// `conflict` if the token has ended, was revoked or got a new value before; `invalid_request` for too long an overlap;
/// `insufficient_scope` for a credential that holds less than the token; `forbidden` in secure mode and for administrators.
pub async fn rotate(app: &App, actor: &Actor, id: TokenId, overlap: Lifetime) -> Result<Rotated, Refusal> {
    let (before, owner, relation) = find(app, actor, id, WRITE).await?;
    if relation != Relation::Owner {
        return Err(Refusal::forbidden("administrators see, renew and revoke the tokens of others, no more"));
    }
    mode::changeable(app)?;
    not_over(&before)?;
    let now = app.clock.now();
    if !before.is_live(now) {
        return Err(Refusal::conflict("the token has ended; renew it, or make a new one"));
    }
    if overlap > MAX_OVERLAP {
        let longest = MAX_OVERLAP.in_words();
        return Err(Refusal::invalid_request(format!("the old value can go on for {longest} at most")));
    }
    let reach = reach(app, actor, owner).await?;
    reach.must_cover(&before)?;
    let Some(api) = before.api().cloned() else { return Err(changed_meanwhile()) };
    let text = app.new_token(before.kind);
    let new_id: TokenId = app.new_id();
    let by = actor.person().map(|person| person.id);
    let new = ApiToken {
        hint: hint(text.reveal()),
        created_by: by.or(api.created_by),
        replaces: Some(before.id),
        last_used_from: None,
        ..api.clone()
    };
    let new = Token {
        user_id: Some(reach.person.id),
        organization_id: before.organization_id,
        data: Some(TokenData::Api(new)),
        expires_at: before.expires_at,
        sealed: sealed(app, new_id, &text)?,
        ..Token::new(new_id, before.kind, app.secret_key.hash(&text), before.permit.clone(), now)
    };
    let old_end = [Some(now.plus(overlap)), before.expires_at].into_iter().flatten().min();
    let old = Token {
        data: Some(TokenData::Api(ApiToken { replaced_by: Some(new_id), ..api })),
        expires_at: old_end,
        ..before.clone()
    };
    let secure = app.config.tokens.secure_mode;
    let act = acts::entry(app, actor, Action::TOKEN_ROTATED, &before).changed(
        json!({ "id": before.id, "expires_at": before.expires_at }),
        json!({ "id": new_id, "old_value_ends_at": old_end }),
    );
    let rotation = Rotation { before, old, new: new.clone(), by, secure, act };
    app.db.write(rotation, move |tx, rotation| Box::pin(replace(tx, rotation, now))).await?;
    tracing::info!(token_id = %new.id, replaces = %id, "a token got a new value");
    let value = Plain::new(text.reveal().to_owned());
    Ok(Rotated { made: Made { token: new, value }, old_ends_at: old_end.filter(|end| *end > now) })
}

async fn replace(tx: &Tx, rotation: &Rotation, now: Timestamp) -> Result<(), Refusal> {
    mode::hold(tx, rotation.secure).await?;
    if !api_tokens::update(tx, &rotation.before, &rotation.old).await? {
        return Err(changed_meanwhile());
    }
    if rotation.old.expires_at.is_some_and(|end| end <= now) {
        api_tokens::revoke(tx, rotation.old.id, rotation.by, now).await?;
    }
    tokens::insert_many(tx, std::slice::from_ref(&rotation.new)).await?;
    audit::act(tx, &rotation.act).await?;
    Ok(())
}
