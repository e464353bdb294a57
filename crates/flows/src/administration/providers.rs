use futures_util::future::join_all;
use postern_domain::{InstanceRight, ProviderName, Refusal, Timestamp};
use postern_storage::upstream_identities;

use crate::upstream::{Provider, callback_url, is_reached};
use crate::{Actor, App};

/// A sign-in provider, as administrators see it.
#[derive(Clone, Debug)]
pub struct ProviderInUse {
    /// What it is called in the settings.
    pub name: ProviderName,
    /// What people know it as.
    pub label: String,
    /// Its issuer.
    pub issuer: String,
    /// The redirect URI that has to be registered there.
    pub callback_url: String,
    /// Whether it lets people in.
    pub is_enabled: bool,
    /// Whether somebody who opens no account yet gets one.
    pub signs_up: bool,
    /// Whether an address counts as verified here that it says is verified.
    pub trusts_email: bool,
    /// Whether it answers, and as it has to; `None` for one that is not asked before somebody comes by it, and for a disabled one.
    pub is_reached: Option<bool>,
    /// How many accounts elsewhere open one here.
    pub connected: u64,
    /// When somebody last signed in by it.
    pub last_used_at: Option<Timestamp>,
}

/// The sign-in providers of the settings, by name, each asked whether it answers.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`.
pub async fn providers(app: &App, actor: &Actor) -> Result<Vec<ProviderInUse>, Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let usage = upstream_identities::usage(&app.db).await?;
    let found = app.upstream.all().map(|provider| {
        let used = usage.iter().find(|used| used.issuer == provider.issuer);
        let connected = used.map_or(0, |used| u64::try_from(used.connected).unwrap_or(0));
        let last_used_at = used.and_then(|used| used.last_used_at).map(Timestamp);
        async move { in_use(app, provider, connected, last_used_at).await }
    });
    Ok(join_all(found).await)
}

async fn in_use(
    app: &App,
    provider: &Provider,
    connected: u64,
    last_used_at: Option<Timestamp>,
) -> ProviderInUse {
    ProviderInUse {
        name: provider.name.clone(),
        label: provider.label.clone(),
        issuer: provider.issuer.clone(),
        callback_url: callback_url(app, provider),
        is_enabled: provider.is_enabled,
        signs_up: provider.signs_up,
        trusts_email: provider.trusts_email,
        is_reached: is_reached(app, provider).await,
        connected,
        last_used_at,
    }
}
