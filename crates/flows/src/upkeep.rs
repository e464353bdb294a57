//! What has ended goes by itself, in small batches, so that nobody waits behind a large one; those whose tokens end soon are
//! told.

use std::time::Duration;

use postern_domain::{Lifetime, Refusal, Timestamp};
use postern_storage::{
    StorageError, Tx, Work, api_tokens as stored_api_tokens, budgets, clients, initial_access_tokens,
    invitations, key_set_fetches, logout_notices, mails, one_time_values, recovery_links, sessions,
    signing_keys, tokens,
};

use crate::{App, account_deletion, api_tokens, audit, token_ends};

/// Rows that one batch deletes at most.
const BATCH: u32 = 500;
/// How long between two batches, so that others get their turn.
const BREATH: Duration = Duration::from_millis(20);
/// How long ended tokens are kept: what is presented again can then still be told from what never was.
const KEPT: Lifetime = Lifetime::days(1);
/// How long personal and organization tokens are kept that ended or were revoked: those that ended can be renewed for so
/// long.
const API_TOKENS_KEPT: Lifetime = Lifetime::days(90);
/// How long it is kept that a mail was sent.
const MAILS_KEPT: Lifetime = Lifetime::days(30);
/// How long it is kept what clients were told of sessions that ended.
const NOTICES_KEPT: Lifetime = Lifetime::days(30);
/// How long it is kept who fetched the key set, after the last time.
const FETCHERS_KEPT: Lifetime = Lifetime::days(90);
/// How long an invitation, or an initial access token, is listed after it has ended.
const LISTED: Lifetime = Lifetime::days(30);
/// How long an honest retry of a refresh may ask for what it missed, with something to spare.
const RETRY: Lifetime = Lifetime::seconds(120);

/// One pass over everything that ends. Each row kind is tried until a batch comes back short; then mails are queued about
/// tokens that end soon.
///
/// # Errors
/// [`Refusal`] if the database fails; what is left goes with the next pass.
pub async fn pass(app: &App) -> Result<u64, Refusal> {
    app.counters.sweep();
    let now = app.clock.now();
    let mut gone = 0;
    for sort in Sort::ALL {
        let at = Moments { now, registered: now.minus(app.config.lifetimes.unused_registration) };
        loop {
            let batch = app.db.write((sort, at), |tx, (sort, at)| sort.purge(tx, *at)).await?;
            gone += batch;
            if batch < u64::from(BATCH) {
                break;
            }
            tokio::time::sleep(BREATH).await;
        }
    }
    gone += audit::clean(app).await?;
    gone += api_tokens::forget_silent(app).await?;
    gone += account_deletion::delete_due(app).await?;
    token_ends::tell(app).await?;
    Ok(gone)
}

/// What counts as over.
#[derive(Clone, Copy, Debug)]
struct Moments {
    now: Timestamp,
    /// Clients that registered themselves before this and were never used.
    registered: Timestamp,
}

#[derive(Clone, Copy, Debug)]
enum Sort {
    Successors,
    Tokens,
    ApiTokens,
    Sessions,
    OneTimeValues,
    RecoveryLinks,
    Invitations,
    Registrations,
    InitialAccessTokens,
    Budgets,
    Keys,
    KeySetFetches,
    Mails,
    LogoutNotices,
}

impl Sort {
    const ALL: [Self; 14] = [
        Self::Successors,
        Self::Tokens,
        Self::ApiTokens,
        Self::Sessions,
        Self::OneTimeValues,
        Self::RecoveryLinks,
        Self::Invitations,
        Self::Registrations,
        Self::InitialAccessTokens,
        Self::Budgets,
        Self::Keys,
        Self::KeySetFetches,
        Self::Mails,
        Self::LogoutNotices,
    ];

    fn purge(self, tx: &Tx, at: Moments) -> Work<'_, u64, StorageError> {
        Box::pin(async move {
            let now = at.now;
            match self {
                Self::Successors => tokens::forget_successors(tx, now.minus(RETRY), u64::from(BATCH)).await,
                Self::Tokens => tokens::delete_expired(tx, now.minus(KEPT), u64::from(BATCH)).await,
                Self::ApiTokens => {
                    let ended = now.minus(API_TOKENS_KEPT);
                    stored_api_tokens::delete_ended(tx, ended, u64::from(BATCH)).await
                }
                Self::Sessions => sessions::purge(tx, now, BATCH).await,
                Self::OneTimeValues => one_time_values::purge(tx, now, BATCH).await,
                Self::RecoveryLinks => recovery_links::purge(tx, now, BATCH).await,
                Self::Invitations => invitations::purge(tx, now.minus(LISTED), BATCH).await,
                Self::Registrations => clients::delete_unused(tx, at.registered, BATCH).await,
                Self::InitialAccessTokens => initial_access_tokens::purge(tx, now.minus(LISTED), BATCH).await,
                Self::Budgets => budgets::purge(tx, now, BATCH).await,
                Self::Keys => signing_keys::delete_removed(tx, now).await,
                Self::KeySetFetches => key_set_fetches::purge(tx, now.minus(FETCHERS_KEPT), BATCH).await,
                Self::Mails => mails::purge(tx, now.minus(MAILS_KEPT), BATCH).await,
                Self::LogoutNotices => logout_notices::purge(tx, now.minus(NOTICES_KEPT), BATCH).await,
            }
        })
    }
}

#[cfg(test)]
mod tests;
