use postern_domain::{OrganizationId, Timestamp, TokenId, UserId};
use sea_orm::{FromQueryResult, QuerySelect};
use uuid::Uuid;

use super::search::{Owner, Search};
use crate::mapping::corrupt;
use crate::tokens::row::Column;
use crate::{Db, StorageError};

/// What is known at a glance of a token that a search finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Its id.
    pub id: TokenId,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub owner: Owner,
    /// When it was last used, if ever.
    pub last_used_at: Option<Timestamp>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    name: Option<String>,
    user_id: Option<Uuid>,
    organization_id: Option<Uuid>,
    last_used_at: Option<i64>,
}

/// At most `limit` of the tokens that a search finds, in no order, with the little that tells what ends with them.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn matching(
    db: &Db,
    search: &Search,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Match>, StorageError> {
    let mut found: Vec<Match> = Vec::new();
    for kind in search.kinds() {
        let missing = limit.saturating_sub(found.len() as u64);
        let query = search.query(kind, None, now).limit(missing).select_only().columns([
            Column::Id,
            Column::Name,
            Column::UserId,
            Column::OrganizationId,
            Column::LastUsedAt,
        ]);
        let rows = query.into_model::<Row>().all(db.read()).await?;
        found.extend(rows.into_iter().map(Match::try_from).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(found)
}

impl TryFrom<Row> for Match {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let owner = match (row.organization_id, row.user_id) {
            (Some(id), _) => Owner::Organization(OrganizationId(id)),
            (None, Some(id)) => Owner::User(UserId(id)),
            (None, None) => return Err(corrupt("tokens", "a token with a name is nobody's")),
        };
        Ok(Self {
            id: TokenId(row.id),
            name: row.name.unwrap_or_default(),
            owner,
            last_used_at: row.last_used_at.map(Timestamp),
        })
    }
}
