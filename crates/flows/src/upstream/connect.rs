use postern_domain::audit::{Action, By};
use postern_domain::{Refusal, Session, UpstreamIdentity, UpstreamIdentityId, User};
use postern_storage::{StorageError, passkeys, passwords, upstream_identities};
use serde_json::json;

use super::provider::Provider;
use super::trouble::Trouble;
use super::who::Who;
use crate::audit::Entry;
use crate::change_password::has_password;
use crate::mail::{self, FactorChange};
use crate::users::acts;
use crate::ways_in::WaysIn;
use crate::{App, audit, notices, sessions};

/// By how many somebodies one account can be opened.
const MOST: usize = 20;

/// Somebody at a provider who opens an account, as its owner sees it.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Who it is.
    pub identity: UpstreamIdentity,
    /// What the provider is called; its issuer, where it is none any more.
    pub label: String,
    /// Whether they get in by it.
    pub is_in_force: bool,
    /// Whether a way in is left without it.
    pub can_go: bool,
}

/// Who opens an account, the oldest first.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn connections(app: &App, user: &User) -> Result<Vec<Connection>, Refusal> {
    let found = upstream_identities::of_user(&app.db, user.id).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ways_in = WaysIn::of(app);
    let theirs = passkeys::list(&app.db, user.id).await?;
    let by_passkey = ways_in.takes(theirs.iter().any(|passkey| passkey.locked_at.is_none()));
    let by_itself = by_passkey || has_password(app, user).await?;
    let can_go = |it: &UpstreamIdentity| {
        by_itself || found.iter().any(|other| other.id != it.id && ways_in.opens(other))
    };
    let seen = found.iter().map(|identity| Connection {
        label: label(app, identity),
        is_in_force: ways_in.opens(identity),
        can_go: can_go(identity),
        identity: identity.clone(),
    });
    Ok(seen.collect())
}

/// The providers that let this account's owner in.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn providers_of<'a>(app: &'a App, user: &User) -> Result<Vec<&'a Provider>, Refusal> {
    let found = upstream_identities::of_user(&app.db, user.id).await?;
    let is_theirs = |provider: &&Provider| found.iter().any(|identity| identity.issuer == provider.issuer);
    Ok(app.upstream.enabled().filter(is_theirs).collect())
}

/// Connects somebody at a provider to the account of whoever is signed in, who has proved to be both. An address that the
/// provider tells plays no part in it.
pub(super) async fn connect(
    app: &App,
    provider: &Provider,
    user: &User,
    who: &Who,
    known: Option<UpstreamIdentity>,
) -> Result<(), Trouble> {
    if let Some(known) = known {
        return if known.user_id == user.id { Ok(()) } else { Err(Trouble::Elsewhere) };
    }
    let identity = identity(app, provider, user, who, false);
    let act = connected(app, provider, user, &identity);
    let notice = notices::factor_changed(app, user, FactorChange::ProviderConnected)?;
    let kept: Result<bool, StorageError> = app
        .db
        .write((identity, act, notice), |tx, (identity, act, notice)| {
            Box::pin(async move {
                let is_open = passwords::hold(tx, identity.user_id).await?;
                if !is_open || upstream_identities::of_user_now(tx, identity.user_id).await?.len() >= MOST {
                    return Ok(false);
                }
                upstream_identities::insert(tx, identity).await?;
                audit::act(tx, act).await?;
                mail::queue_all(tx, notice.as_slice()).await?;
                Ok(true)
            })
        })
        .await;
    match kept {
        Ok(true) => Ok(()),
        Ok(false) => Err(Trouble::Enough),
        Err(StorageError::Taken(_)) => Err(Trouble::Elsewhere),
        Err(error) => Err(error.into()),
    }
}

/// Takes somebody's own connection away. A way to sign in to the account stays: its password, a passkey, or another provider
/// that lets people in.
///
/// # Errors
/// `forbidden` if the last sign-in is too long ago; `not_found` if there is none such; `conflict` if it is the last way in.
pub async fn disconnect(
    app: &App,
    user: &User,
    session: &Session,
    id: UpstreamIdentityId,
) -> Result<(), Refusal> {
    if !sessions::is_fresh(app, session) {
        return Err(Refusal::forbidden("prove first who you are: you signed in a while ago"));
    }
    let mine = upstream_identities::of_user(&app.db, user.id).await?;
    let identity = mine.into_iter().find(|identity| identity.id == id).ok_or_else(gone)?;
    let act = Entry::before(
        acts::entry(app, By::user(user.id), Action::USER_UPSTREAM_DISCONNECTED, user),
        json!({ "provider": label(app, &identity), "issuer": identity.issuer, "subject": identity.subject }),
    );
    let notice = notices::factor_changed(app, user, FactorChange::ProviderDisconnected)?;
    app.db
        .write((identity, WaysIn::of(app), act, notice), |tx, (identity, ways_in, act, notice)| {
            Box::pin(async move {
                passwords::hold(tx, identity.user_id).await?;
                if !upstream_identities::remove(tx, identity.id).await? {
                    return Err(gone());
                }
                ways_in.stay(tx, identity.user_id).await?;
                audit::act(tx, act).await?;
                Ok(mail::queue_all(tx, notice.as_slice()).await?)
            })
        })
        .await
}

/// Somebody at a provider, as one that opens an account from now on.
pub(super) fn identity(
    app: &App,
    provider: &Provider,
    user: &User,
    who: &Who,
    is_used: bool,
) -> UpstreamIdentity {
    let now = app.clock.now();
    UpstreamIdentity {
        id: app.new_id(),
        user_id: user.id,
        issuer: provider.issuer.clone(),
        subject: who.subject.clone(),
        shown: who.shown(),
        created_at: now,
        last_used_at: is_used.then_some(now),
    }
}

/// That an account can be opened by somebody at a provider.
pub(super) fn connected(app: &App, provider: &Provider, user: &User, identity: &UpstreamIdentity) -> Entry {
    let facts = json!({ "provider": provider.label, "issuer": identity.issuer, "subject": identity.subject });
    acts::entry(app, By::user(user.id), Action::USER_UPSTREAM_CONNECTED, user).after(facts)
}

fn label(app: &App, identity: &UpstreamIdentity) -> String {
    let provider = app.upstream.of_issuer(&identity.issuer);
    provider.map_or_else(|| identity.issuer.clone(), |provider| provider.label.clone())
}

fn gone() -> Refusal {
    Refusal::not_found("this is not connected to your account any more")
}
