use axum::Json;
use postern_domain::Timestamp;
use postern_flows::administration;
use postern_flows::keys::{self, KeySet, KeyState, PublishedKey};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{Access, Call, Operation, Problem};
use crate::rights::Routes;

const ADMIN: Access = Access::user("instance:admin");

pub(super) fn routes() -> Routes {
    let list = Operation::get("/v1/admin/keys", "listKeys", ADMIN)
        .summary("The signing keys, with when each begins and ends")
        .answers::<SigningKeys>();
    let rotate = Operation::post("/v1/admin/keys/rotate", "rotateKeys", ADMIN)
        .summary("Let the next keys sign as soon as everybody can know them")
        .answers::<SigningKeys>();
    Routes::new().api(list, listed).api(rotate, rotated)
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

async fn rotated(Call { app, caller }: Call) -> Result<Json<SigningKeys>, Problem> {
    caller.needs_proof(&app)?;
    let set = keys::rotate(&app, &caller.actor).await?;
    Ok(Json(SigningKeys::new(&set, app.clock.now())))
}
