use std::collections::BTreeSet;

use postern_domain::{InstanceRight, Timestamp, User, UserId, UserState};
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SimpleExpr;

use super::table::{Column, Entity};
use super::{Row, TABLE, rights_text, state_text};
use crate::mapping::corrupt;
use crate::{Db, StorageError, Tx};

/// That somebody has a right at all, in the words of the index of those few: a value that is bound would hide it.
pub(super) fn some_right() -> SimpleExpr {
    Expr::cust("rights <> '[]'")
}

fn with(right: InstanceRight) -> Result<Select<Entity>, StorageError> {
    let named = serde_json::to_string(&right).map_err(|error| corrupt(TABLE, error))?;
    Ok(Entity::find()
        .filter(some_right())
        .filter(Column::Rights.contains(named))
        .filter(Column::State.eq(state_text(UserState::Active))))
}

/// The oldest account that can be used and has a right in the instance.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn first_with_right(db: &Db, right: InstanceRight) -> Result<Option<User>, StorageError> {
    with(right)?
        .order_by_asc(Column::Id)
        .into_partial_model::<Row>()
        .one(db.read())
        .await?
        .map(User::try_from)
        .transpose()
}

/// Gives an account these rights and no others. Answers `false` if there is no such account.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn set_rights(
    tx: &Tx,
    id: UserId,
    rights: &BTreeSet<InstanceRight>,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::Rights, Expr::value(rights_text(rights)?))
        .col_expr(Column::UpdatedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0));
    tx.change(id.0, update).await
}
