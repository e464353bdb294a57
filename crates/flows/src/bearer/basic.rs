use std::net::IpAddr;
use std::sync::Arc;

use postern_domain::{Presented, Refusal};

use super::acting::acting_as;
use super::verdict::presented;
use super::{Holder, SentToken, Verdict};
use crate::{App, TokenAuthMode};

/// What a token in `Authorization: Basic base64(USER:TOKEN)` is worth (RFC 7617): a token that belongs to somebody for
/// that user only, one that is bound to no user for the one who is named. Its use is noted.
///
/// # Errors
/// `invalid_token` that says in which way it is none that works so; `temporarily_unavailable` or `server_error` if that
/// cannot be found out.
pub async fn basic_verdict(
    app: &App,
    name: &str,
    token: &str,
    from: IpAddr,
) -> Result<Arc<Verdict>, Refusal> {
    if app.config.tokens.auth_mode == TokenAuthMode::Bearer {
        return Err(Refusal::invalid_token("this server takes tokens as “Bearer TOKEN” only"));
    }
    let sent = SentToken::parse(app, token)?;
    if sent.kind.spec().presented != Presented::BearerOrBasic {
        let label = sent.kind.spec().label;
        return Err(Refusal::invalid_token(format!(
            "this kind of token ({label}) is sent as “Bearer TOKEN”"
        )));
    }
    let verdict = presented(app, sent, from).await?;
    if verdict.is_for_any_user() {
        return acting_as(app, &verdict, name).await;
    }
    if !belongs_to(&verdict, name) {
        return Err(Refusal::invalid_token("the user name is not that of the token's owner"));
    }
    Ok(verdict)
}

/// Whether a name in front of a token is one of whose token it is: the person's user name or e-mail, for an
/// organization's also its slug.
fn belongs_to(verdict: &Verdict, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let of_person =
        verdict.holder.person().is_some_and(|user| [user.username.key(), user.email.key()].contains(&name));
    let of_organization = match &verdict.holder {
        Holder::Organization { organization, .. } => organization.slug.as_str() == name,
        _ => false,
    };
    of_person || of_organization
}
