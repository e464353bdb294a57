use postern_domain::{ClientId, GrantedScopes, Scopes, Timestamp};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::rows::TABLE;
use super::rows::row::{Column, Entity};
use crate::mapping::corrupt;
use crate::{StorageError, Tx};

/// Writes down that a client was issued a token with `scopes` at `now`. Worth calling when [`GrantedScopes::wants`] says
/// so; adds what is not known yet, and never takes anything back.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn note_granted(
    tx: &Tx,
    id: ClientId,
    scopes: &Scopes,
    now: Timestamp,
) -> Result<(), StorageError> {
    let columns = [Column::GrantedScopes, Column::GrantedScopesSince];
    // Two that do this at once add to each other. The lock is no stronger than that of an update: tokens are issued beside.
    let row = Entity::find_by_id(id.0).select_only().columns(columns).lock(LockType::NoKeyUpdate);
    let row: Option<(Option<String>, Option<i64>)> = row.into_tuple().one(tx.connection()).await?;
    let Some((known, since)) = row else { return Ok(()) };
    let known = granted(known.as_deref(), since)?;
    if !known.wants(scopes) {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::GrantedScopes, Expr::value(known.scopes.union(scopes).to_string()))
        .col_expr(Column::GrantedScopesSince, Expr::value(known.since.unwrap_or(now).0))
        .filter(Column::Id.eq(id.0))
        .exec(tx.connection())
        .await?;
    // So that what is cached knows of it, and the next token does not write again.
    tx.invalidate(id.0);
    Ok(())
}

/// What is kept of them: both columns are empty until the first is noted.
pub(super) fn granted(scopes: Option<&str>, since: Option<i64>) -> Result<GrantedScopes, StorageError> {
    let scopes = scopes.unwrap_or_default().parse().map_err(|error| corrupt(TABLE, error))?;
    Ok(GrantedScopes { scopes, since: since.map(Timestamp) })
}
