//! What is kept until somebody comes back with a value that only they were given: facts as JSON, found by the value's hash,
//! and taken once.

use postern_domain::{Lifetime, Refusal, TokenHash};
use postern_storage::{OneTime, consume, one_time_values};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::App;

/// Keeps facts for so long.
pub(crate) async fn keep(
    app: &App,
    purpose: &'static str,
    hash: TokenHash,
    facts: &impl Serialize,
    lifetime: Lifetime,
) -> Result<(), Refusal> {
    let facts = serde_json::to_string(facts).map_err(Refusal::because)?;
    let (now, until) = (app.clock.now(), app.clock.now().plus(lifetime));
    app.db
        .write((hash, facts), move |tx, (hash, facts)| {
            Box::pin(async move { Ok(one_time_values::insert(tx, purpose, *hash, facts, now, until).await?) })
        })
        .await
}

/// The facts, while they last; they stay.
pub(crate) async fn find<T: DeserializeOwned>(
    app: &App,
    purpose: &str,
    hash: TokenHash,
) -> Result<Option<T>, Refusal> {
    let found = one_time_values::find(&app.db, purpose, hash, app.clock.now()).await?;
    found.map(|facts| serde_json::from_str(&facts).map_err(Refusal::because)).transpose()
}

/// Uses them up; answers `false` if they were, or have ended.
pub(crate) async fn take(app: &App, purpose: &'static str, hash: TokenHash) -> Result<bool, Refusal> {
    let now = app.clock.now();
    app.db
        .write(hash, move |tx, hash| {
            Box::pin(async move { Ok(consume(tx, OneTime::Value { purpose }, *hash, now).await?) })
        })
        .await
}
