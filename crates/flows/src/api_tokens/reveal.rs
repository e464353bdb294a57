use postern_domain::audit::Action;
use postern_domain::{Plain, Refusal, TokenId};
use postern_storage::tokens::Token;

use super::acts;
use super::make::place;
use super::reach::{READ, Relation, find};
use crate::{Actor, App, Reveal, audit};

/// Whether the value of a token can be seen again by its owner.
pub fn may_reveal(app: &App, token: &Token) -> bool {
    let tokens = &app.config.tokens;
    tokens.reveal == Reveal::Again
        && !tokens.secure_mode
        && token.sealed.is_some()
        && token.is_live(app.clock.now())
}

/// The value of a token once more, for its owner, who has signed in afresh: that is for the page to see to, and no call of
/// the API gets here.
///
/// # Errors
/// `not_found` if it is none of theirs; `forbidden` if it is not for them or not kept.
pub async fn reveal(app: &App, actor: &Actor, id: TokenId) -> Result<(Token, Plain), Refusal> {
    let (token, _, relation) = find(app, actor, id, READ).await?;
    if relation != Relation::Owner || !may_reveal(app, &token) {
        return Err(Refusal::forbidden("the value of this token is not kept, or is not yours to see"));
    }
    let sealed = token.sealed.as_deref().unwrap_or_default();
    let value = app.secret_key.open_text(&place(id), sealed).map_err(Refusal::because)?;
    let act = acts::entry(app, actor, Action::TOKEN_REVEALED, &token);
    let write =
        app.db.write(act, |tx, act| Box::pin(async move { Ok::<_, Refusal>(audit::act(tx, act).await?) }));
    write.await?;
    tracing::info!(token_id = %id, "the value of a token was shown again");
    Ok((token, value))
}
