use axum::Json;
use postern_domain::{Lifetime, Timestamp, TokenKind};
use postern_flows::api_tokens::{self, Bulk, Filter, Owner};
use postern_flows::{App, FieldErrors, FormRefusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{Call, JsonBody, Problem};

/// Which live tokens are meant. Something has to be said of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BulkFilter {
    /// How the name begins; or whose they are, by user name, e-mail or slug.
    query: Option<String>,
    /// `pat` or `oat`: personal tokens or those of organizations.
    kind: Option<String>,
    /// Not used for this long, or never: a span such as `90d`.
    unused_for: Option<String>,
    /// Only those made by then, in Unix seconds; now if it is left out.
    made_until: Option<i64>,
}

/// What would end.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkEffects {
    /// How many tokens; counted no further than ten thousand.
    total: u64,
    /// Whether there are more than that.
    has_more: bool,
    /// How many people and organizations they are of.
    owners: u64,
    /// Those with the most tokens.
    largest: Vec<BulkOwner>,
    /// How many were used within a day.
    used_today: u64,
    /// How many were used within seven days.
    used_this_week: u64,
    /// How many were never used.
    never_used: u64,
    /// Send it with the revocation, in Unix seconds.
    made_until: i64,
}

/// An owner of some of them.
#[derive(Debug, Serialize, ToSchema)]
struct BulkOwner {
    /// A person's id.
    user_id: Option<Uuid>,
    /// An organization's id.
    organization_id: Option<Uuid>,
    /// What the owner is called.
    name: String,
    /// How many are theirs.
    tokens: u64,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BulkRevoked {
    /// How many tokens were revoked.
    revoked: u64,
}

impl BulkFilter {
    fn read(self, app: &App) -> Result<Bulk, FormRefusal> {
        let mut errors = FieldErrors::none();
        let kind = match self.kind.as_deref() {
            None => None,
            Some("pat") => Some(TokenKind::Personal),
            Some("oat") => Some(TokenKind::Organization),
            Some(_) => {
                errors.add("kind", "Write pat or oat.");
                None
            }
        };
        let unused_for = match self.unused_for.as_deref() {
            None => None,
            Some(span) => errors.take("unused_for", span.parse::<Lifetime>()),
        };
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let now = app.clock.now();
        Ok(Bulk {
            filter: Filter { query: self.query, kind, unused_for, state: None },
            made_until: self.made_until.map_or(now, Timestamp).min(now),
        })
    }
}

pub(super) async fn previewed(
    Call { app, caller }: Call,
    JsonBody(filter): JsonBody<BulkFilter>,
) -> Result<Json<BulkEffects>, Problem> {
    let bulk = filter.read(&app)?;
    let found = api_tokens::preview(&app, &caller.actor, &bulk).await?;
    let owner = |share: api_tokens::OwnerShare| {
        let (user_id, organization_id) = match share.owner {
            Owner::User(id) => (Some(id.0), None),
            Owner::Organization(id) => (None, Some(id.0)),
        };
        BulkOwner { user_id, organization_id, name: share.name, tokens: share.tokens }
    };
    Ok(Json(BulkEffects {
        total: found.total,
        has_more: found.has_more,
        owners: found.owners,
        largest: found.largest.into_iter().map(owner).collect(),
        used_today: found.used_today,
        used_this_week: found.used_this_week,
        never_used: found.never_used,
        made_until: bulk.made_until.0,
    }))
}

pub(super) async fn revoked_all(
    Call { app, caller }: Call,
    JsonBody(filter): JsonBody<BulkFilter>,
) -> Result<Json<BulkRevoked>, Problem> {
    caller.needs_proof(&app)?;
    let bulk = filter.read(&app)?;
    let revoked = api_tokens::revoke_matching(&app, &caller.actor, &bulk).await?;
    Ok(Json(BulkRevoked { revoked }))
}
