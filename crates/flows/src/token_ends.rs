//! Tells the owners of tokens that these end soon.

use std::sync::Arc;

use postern_domain::{Capability, Lifetime, PersonName, Refusal, Slug, User};
use postern_storage::token_ends::{self, Notice};
use postern_storage::tokens::Token;

use crate::App;
use crate::mail::{self, Mail, Outgoing, TokenEnds, TokenFacts};

/// When an owner is told.
const NOTICES: [Notice; 2] = [
    Notice { lead: Lifetime::days(7), next_lead: Lifetime::days(1) },
    Notice { lead: Lifetime::days(1), next_lead: Lifetime::seconds(0) },
];
/// Tokens of each kind that one batch tells of at most.
const BATCH: u64 = 100;

/// Queues the mails that are due and answers for how many tokens that was looked at.
///
/// # Errors
/// [`Refusal`] if the database fails; what is left is told with the next pass.
pub(crate) async fn tell(app: &App) -> Result<u64, Refusal> {
    let mut told = 0;
    for notice in NOTICES {
        loop {
            let due = token_ends::due(&app.db, notice, app.clock.now(), BATCH).await?;
            let count = due.len() as u64;
            for token in due {
                tell_of(app, notice, token).await?;
            }
            told += count;
            if count < BATCH {
                break;
            }
        }
    }
    Ok(told)
}

async fn tell_of(app: &App, notice: Notice, token: Token) -> Result<(), Refusal> {
    let mail = mail_of(app, &token).await?;
    app.db
        .write((token, mail, notice), |tx, (token, mail, notice)| {
            Box::pin(async move {
                // Of several nodes one tells. What nobody is told of is not looked at again.
                if token_ends::note(tx, token, *notice).await?
                    && let Some(mail) = mail
                {
                    mail::queue(tx, mail).await?;
                }
                Ok(())
            })
        })
        .await
}

/// The mail to whoever can renew a token; `None` if it is replaced, or does not work any more anyway.
async fn mail_of(app: &App, token: &Token) -> Result<Option<Outgoing>, Refusal> {
    let is_replaced = token.api().is_none_or(|api| api.replaced_by.is_some());
    let (Some(expires_at), false) = (token.expires_at, is_replaced) else { return Ok(None) };
    let Some(owner) = owner(app, token).await? else { return Ok(None) };
    let organization = organization(app, token, &owner).await?;
    if organization.is_none() && token.organization_id.is_some() {
        return Ok(None);
    }
    let Some(facts) = TokenFacts::of(app, token, organization) else { return Ok(None) };
    let ends = TokenEnds { token: facts, expires_at, last_used_at: token.last_used_at };
    mail::prepare(app, &*owner, Mail::TokenEnding(ends)).map(Some)
}

/// The person whose token it is, or who made it for an organization.
async fn owner(app: &App, token: &Token) -> Result<Option<Arc<User>>, Refusal> {
    let Some(id) = token.user_id else { return Ok(None) };
    Ok(app.user(id).await?.filter(|user| user.is_active()))
}

/// The organization of a token, if whoever made it may still manage its tokens: without that it does not work.
async fn organization(app: &App, token: &Token, maker: &User) -> Result<Option<(PersonName, Slug)>, Refusal> {
    let Some(id) = token.organization_id else { return Ok(None) };
    if !app.role(id, maker.id).await?.is_some_and(|role| role.may(Capability::ManageTokens)) {
        return Ok(None);
    }
    Ok(app.organization(id).await?.map(|found| (found.name.clone(), found.slug.clone())))
}

#[cfg(test)]
mod tests;
