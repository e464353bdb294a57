use axum::Json;
use postern_domain::Timestamp;
use postern_flows::administration;
use postern_flows::keys::{self, KeyFetcher, KeySet, KeyState, PublishedKey};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{Access, Call, Filters, Listing, Operation, Problem, part_of};
use crate::rights::Routes;

const ADMIN: Access = Access::user("instance:admin");

pub(super) fn routes() -> Routes {
    let list = Operation::get("/v1/admin/keys", "listKeys", ADMIN)
        .summary("The signing keys, with when each begins and ends")
        .answers::<SigningKeys>();
    let rotate = Operation::post("/v1/admin/keys/rotate", "rotateKeys", ADMIN)
        .summary("Let the next keys sign as soon as everybody can know them")
        .answers::<SigningKeys>();
    let fetches = Operation::get("/v1/admin/keys/fetches", "listKeyFetches", ADMIN)
        .summary("Who has fetched the signing keys, those that did last first")
        .note("By address and program, until 90 days after the last time; what was fetched in the last seconds may be missing.")
        .lists::<KeyFetch>();
    Routes::new().api(list, listed).api(rotate, rotated).api(fetches, fetches_listed)
}

/// The signing keys.
#[derive(Debug, Serialize, ToSchema)]
struct SigningKeys {
    keys: Vec<SigningKeyShown>,
}

/// A signing key.
#[derive(Debug, Serialize, ToSchema)]
struct SigningKeyShown {
    kid: String,
    /// Such as `RS256`.
    algorithm: String,
    /// `next`, `current` or `retired`.
    state: &'static str,
    /// Unix seconds.
    created_at: i64,
    signs_from: Option<i64>,
    signs_until: Option<i64>,
    /// When it is no longer published.
    removed_at: Option<i64>,
}

/// Somebody who has fetched the signing keys.
#[derive(Debug, Serialize, ToSchema)]
struct KeyFetch {
    /// Of IPv6 the network of 64 bits; `null` for those who were too many to tell apart.
    address: Option<String>,
    /// What the program calls itself, such as `curl/8.5.0`; may be empty.
    program: String,
    /// Unix seconds.
    first_at: i64,
    last_at: i64,
    /// How often.
    fetches: u64,
    /// Whether the next keys were in it; `null` where nobody can say.
    has_next: Option<bool>,
}

impl From<KeyFetcher> for KeyFetch {
    fn from(fetcher: KeyFetcher) -> Self {
        Self {
            address: fetcher.address,
            program: fetcher.program,
            first_at: fetcher.first_at.0,
            last_at: fetcher.last_at.0,
            fetches: fetcher.fetches,
            has_next: fetcher.has_next,
        }
    }
}

impl SigningKeys {
    fn new(set: &KeySet, now: Timestamp) -> Self {
        let shown = |key: &PublishedKey| SigningKeyShown {
            kid: key.key.kid().to_owned(),
            algorithm: key.key.algorithm().to_string(),
            state: match key.state(now) {
                KeyState::Next => "next",
                KeyState::Current => "current",
                KeyState::Retired => "retired",
            },
            created_at: key.created_at.0,
            signs_from: key.signs_from.map(|at| at.0),
            signs_until: key.signs_until.map(|at| at.0),
            removed_at: key.removed_at.map(|at| at.0),
        };
        Self { keys: set.keys().iter().map(shown).collect() }
    }
}

async fn listed(Call { app, caller }: Call) -> Result<Json<SigningKeys>, Problem> {
    administration::needs_administrator(&caller.actor)?;
    let set = app.signing_keys().await?;
    Ok(Json(SigningKeys::new(&set, app.clock.now())))
}

async fn fetches_listed(
    Call { app, caller }: Call,
    filters: Filters,
) -> Result<Json<Listing<KeyFetch>>, Problem> {
    let found = keys::fetchers(&app, &caller.actor).await?;
    let key = |it: &KeyFetcher| format!("{} {}", it.address.as_deref().unwrap_or_default(), it.program);
    let slice = part_of(&app, &filters.paging()?, "key fetches", found, key)?;
    Ok(Json(slice.map(KeyFetch::from).into()))
}

async fn rotated(Call { app, caller }: Call) -> Result<Json<SigningKeys>, Problem> {
    caller.needs_proof(&app)?;
    let set = keys::rotate(&app, &caller.actor).await?;
    Ok(Json(SigningKeys::new(&set, app.clock.now())))
}
