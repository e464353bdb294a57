//! What a token is in a word, and a line of the list.

use postern_domain::{Lifetime, Refusal, TokenKind, UserId};
use postern_flows::App;
use postern_flows::api_tokens::{List, Token};
use postern_templating::pages::TokenRow;
use postern_templating::{Badge, Text, Tone, When, t};

use super::asked::At;

/// What an account is called that was deleted.
const GONE: Text = t("an account that is gone");
/// How long before its end a token wants attention.
const SOON: Lifetime = Lifetime::days(14);

/// The state of a token in a few words.
pub(super) async fn state(app: &App, at: &At, token: &Token) -> Result<Badge, Refusal> {
    let now = app.clock.now();
    if token.revoked_at.is_some() {
        let by = token.api().and_then(|api| api.revoked_by);
        let by = match by {
            Some(id) if id == at.signed_in.user.id => t("revoked by you"),
            Some(id) => t("revoked by {name}").with("name", person(app, Some(id)).await?.unwrap_or_default()),
            None => t("revoked"),
        };
        return Ok(Badge::new(Tone::Bad, by));
    }
    let Some(end) = token.expires_at else { return Ok(Badge::new(Tone::Good, t("active"))) };
    let when = When::new(end.0, now.0).relative();
    Ok(match token.api().is_some_and(|api| api.replaced_by.is_some()) {
        _ if end <= now => Badge::new(Tone::Bad, t("expired")),
        true => Badge::new(Tone::Warning, t("replaced, ends {when}").with("when", when)),
        false if end <= now.plus(SOON) => Badge::new(Tone::Warning, t("ends {when}").with("when", when)),
        false => Badge::new(Tone::Good, t("active")),
    })
}

/// Whether it makes sense to renew a token now, and may be done here.
pub(super) fn may_renew(app: &App, at: &At, token: &Token) -> bool {
    let now = app.clock.now();
    let over = token.revoked_at.is_some() || token.api().is_some_and(|api| api.replaced_by.is_some());
    let due = token.expires_at.is_some_and(|end| match at.list {
        List::Everybody => end <= now,
        List::Of(_) => end <= now.plus(SOON),
    });
    due && !over && !app.config.tokens.secure_mode
}

/// What of the value may be shown.
pub(super) fn hint(app: &App, token: &Token) -> String {
    let last = token.api().map(|api| api.hint.as_str()).unwrap_or_default();
    format!("{}_{}_…{last}", app.config.tokens.prefix, token.kind.spec().code)
}

/// The line of a token.
pub(super) async fn row(app: &App, at: &At, token: &Token) -> Result<TokenRow, Refusal> {
    let now = app.clock.now();
    let when = |at: postern_domain::Timestamp| When::new(at.0, now.0);
    let api = token.api();
    let maker = api.and_then(|api| api.created_by).filter(|maker| Some(*maker) != token.user_id);
    let maker = if token.kind == TokenKind::Organization { token.user_id } else { maker };
    Ok(TokenRow {
        id: token.id.to_string(),
        name: api.map(|api| api.name.to_string()).unwrap_or_default(),
        kind: if token.kind == TokenKind::Organization { t("organization") } else { t("personal") },
        hint: hint(app, token),
        state: state(app, at, token).await?,
        scopes: token.permit.scopes.len() as u64,
        everything: api.is_some_and(|api| api.everything),
        any_user: api.is_some_and(|api| api.any_user),
        limits: token.permit.limits.iter().map(|set| set.lines().len() as u64).sum(),
        last_used: token.last_used_at.map(when),
        last_address: api.and_then(|api| api.last_used_from.clone()),
        // What was revoked ended then.
        expires: token.revoked_at.or(token.expires_at).map(when),
        creator: person(app, maker).await?,
        is_own: is_own(at, token),
        owner: at.owner_of(app, token).await?,
        may_renew: may_renew(app, at, token),
        may_revoke: token.is_live(now),
    })
}

/// What an account is called; `None` for none.
pub(super) async fn person(app: &App, id: Option<UserId>) -> Result<Option<Text>, Refusal> {
    let Some(id) = id else { return Ok(None) };
    let name = app.user(id).await?.map(|user| Text::verbatim(user.name.to_string()));
    Ok(Some(name.unwrap_or(GONE)))
}

/// Whether a token is the person's own, in the list of everybody's.
fn is_own(at: &At, token: &Token) -> bool {
    let own = token.organization_id.is_none() && token.user_id == Some(at.signed_in.user.id);
    own && at.list == List::Everybody
}
