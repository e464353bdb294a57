use postern_domain::audit::Action;
use postern_domain::{ApiToken, InstanceRight, Plain, Refusal, TokenId, TokenKind, TokenText};
use postern_storage::Tx;
use postern_storage::api_tokens::{self, Owner};
use postern_storage::tokens::{self, Token, TokenData};

use super::check::{Checked, Rules};
use super::reach::{Reach, reach};
use super::{TokenDraft, acts, mode};
use crate::audit::{self, Entry};
use crate::mail::{self, MadeToken, Mail, Outgoing, TokenFacts};
use crate::{Actor, App, FormRefusal, Reveal};

/// A token to be.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Whose it becomes.
    pub owner: Owner,
    /// What was typed of it.
    pub draft: TokenDraft,
}

/// A token that was just made, or got a new value.
#[derive(Clone, Debug)]
pub struct Made {
    /// The token.
    pub token: Token,
    /// Its value, to be shown now.
    pub value: Plain,
}

/// What the change needs.
struct Making {
    owner: Owner,
    token: Token,
    mail: Option<Outgoing>,
    act: Entry,
    most: u32,
    secure: bool,
}

/// Makes a token. It holds no more than its maker does and its owner may; of one that is made for somebody else they are
/// told by mail.
///
/// # Errors
/// [`FormRefusal::Fields`] with what to change; `insufficient_scope`, `not_found` or `forbidden` if they may make none;
/// `conflict` if the owner has as many as one may have.
pub async fn make(app: &App, actor: &Actor, new: NewToken) -> Result<Made, FormRefusal> {
    let reach = reach(app, actor, new.owner).await?;
    let now = app.clock.now();
    let rules = Rules {
        app,
        owner: new.owner,
        reach: &reach,
        existing: None,
        may_make_any_user: actor.has_right(InstanceRight::InstanceAdmin),
        now,
    };
    let checked = rules.check(&new.draft)?;
    let created_by = actor.person().map(|person| person.id);
    let kind = match new.owner {
        Owner::User(_) => TokenKind::Personal,
        Owner::Organization(_) => TokenKind::Organization,
    };
    let text = app.new_token(kind);
    let token = Token { user_id: Some(reach.person.id), ..token(app, &text, checked, created_by)? };
    let token = match new.owner {
        Owner::Organization(id) => Token { organization_id: Some(id), ..token },
        Owner::User(_) => token,
    };
    let making = Making {
        owner: new.owner,
        mail: told(app, actor, &reach, &token)?,
        act: acts::entry(app, actor, Action::TOKEN_MADE, &token).after(acts::facts(&token)),
        token: token.clone(),
        most: app.config.limits.tokens_per_owner,
        secure: app.config.tokens.secure_mode,
    };
    app.db.write(making, |tx, making| Box::pin(keep(tx, making))).await?;
    tracing::info!(token_id = %token.id, kind = %kind, "a token was made");
    Ok(Made { token, value: Plain::new(text.reveal().to_owned()) })
}

async fn keep(tx: &Tx, making: &Making) -> Result<(), Refusal> {
    mode::hold(tx, making.secure).await?;
    let now = making.token.created_at;
    if api_tokens::count_live(tx, making.owner, now).await? >= u64::from(making.most) {
        return Err(Refusal::conflict(format!(
            "one owner can have {} tokens here; revoke one that is no longer in use, or ask the administrator of this \
             server to raise limits.tokens_per_owner",
            making.most
        )));
    }
    tokens::insert_many(tx, std::slice::from_ref(&making.token)).await?;
    audit::act(tx, &making.act).await?;
    if let Some(mail) = &making.mail {
        mail::queue(tx, mail).await?;
    }
    Ok(())
}

fn token(
    app: &App,
    text: &TokenText,
    checked: Checked,
    created_by: Option<postern_domain::UserId>,
) -> Result<Token, Refusal> {
    let id = app.new_id();
    let api = ApiToken {
        note: checked.note,
        networks: checked.networks,
        everything: checked.everything,
        report_only_until: checked.report_only_until,
        any_user: checked.any_user,
        ..ApiToken::new(checked.name, hint(text.reveal()), created_by)
    };
    Ok(Token {
        data: Some(TokenData::Api(api)),
        expires_at: checked.expires_at,
        sealed: sealed(app, id, text)?,
        ..Token::new(id, text.kind(), app.secret_key.hash(text), checked.permit, app.clock.now())
    })
}

/// The mail to somebody for whom another made the token.
fn told(app: &App, actor: &Actor, reach: &Reach, token: &Token) -> Result<Option<Outgoing>, Refusal> {
    let own = actor.person().is_some_and(|person| person.id == reach.person.id);
    if own || reach.organization.is_some() {
        return Ok(None);
    }
    let Some(facts) = TokenFacts::of(app, token, None) else { return Ok(None) };
    let made = MadeToken {
        token: facts,
        by: actor.person().map(|person| person.name.clone()),
        everything: token.api().is_some_and(|api| api.everything),
        scopes: token.permit.scopes.len(),
        expires_at: token.expires_at,
    };
    mail::prepare(app, &*reach.person, Mail::TokenMadeForYou(made)).map(Some)
}

/// The last characters of a value, by which its owner knows it.
pub(crate) fn hint(value: &str) -> String {
    value.get(value.len().saturating_sub(4)..).unwrap_or_default().to_owned()
}

/// The value for owners to see again, where the instance lets them.
pub(super) fn sealed(app: &App, id: TokenId, text: &TokenText) -> Result<Option<Vec<u8>>, Refusal> {
    let tokens = &app.config.tokens;
    if tokens.reveal != Reveal::Again || tokens.secure_mode {
        return Ok(None);
    }
    app.secret_key.seal(&place(id), text.reveal().as_bytes()).map(Some).map_err(Refusal::because)
}

/// Where a sealed value belongs.
pub(super) fn place(id: TokenId) -> String {
    format!("tokens.sealed {id}")
}

/// The answer to whoever comes second.
pub(super) fn changed_meanwhile() -> Refusal {
    Refusal::conflict("the token was changed at the same moment; look at it again, then repeat what you did")
}
