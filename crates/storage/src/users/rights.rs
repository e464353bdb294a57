use std::collections::BTreeSet;

use postern_domain::{InstanceRight, Timestamp, User, UserId, UserState};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{QueryOrder, QuerySelect};

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

/// Whether an account other than this one can be used and has a right in the instance.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn another_has_right(db: &Db, id: UserId, right: InstanceRight) -> Result<bool, StorageError> {
    let another = ids_with(right)?.filter(Column::Id.ne(id.0)).limit(1);
    let found: Option<Uuid> = another.into_tuple().one(db.read()).await?;
    Ok(found.is_some())
}

/// The same as the change in progress sees it. On PostgreSQL it holds all accounts with the right, so that of two
/// administrators who go at once one stays.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn another_has_right_now(tx: &Tx, id: UserId, right: InstanceRight) -> Result<bool, StorageError> {
    let all = ids_with(right)?.order_by_asc(Column::Id).lock_exclusive();
    let found: Vec<Uuid> = all.into_tuple().all(tx.connection()).await?;
    Ok(found.iter().any(|holder| *holder != id.0))
}

fn ids_with(right: InstanceRight) -> Result<Select<Entity>, StorageError> {
    Ok(with(right)?.select_only().column(Column::Id))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, on_both_databases, user, write};
    use crate::users::{insert, set_state};

    async fn is_another(db: &Db, id: UserId) -> bool {
        let right = InstanceRight::InstanceAdmin;
        let now = write(db, id, move |tx, id| Box::pin(another_has_right_now(tx, *id, right))).await.unwrap();
        assert_eq!(another_has_right(db, id, right).await.unwrap(), now);
        now
    }

    on_both_databases! {
        async fn the_last_administrator_is_known(db: Db) {
            let mut admins = Vec::new();
            for name in ["ada", "bob"] {
                let admin = User { rights: [InstanceRight::InstanceAdmin].into(), ..user(name) };
                admins.push(admin.id);
                write(&db, admin, |tx, admin| Box::pin(insert(tx, admin, None))).await.unwrap();
                assert_eq!(is_another(&db, admins[0]).await, admins.len() == 2);
            }
            write(&db, admins[1], |tx, id| Box::pin(set_state(tx, *id, UserState::Disabled, NOW))).await.unwrap();
            assert!(!is_another(&db, admins[0]).await, "a closed account administers nothing");
        }
    }
}
