use postern_domain::{Timestamp, User, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::Row;
use super::table::{Column, Entity};
use crate::{Db, StorageError, Tx};

/// Sets when an account is deleted, or that it is not. Answers `false` if there is no such account.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn set_deletes_at(tx: &Tx, id: UserId, at: Option<Timestamp>) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::DeletesAt, Expr::value(at.map(|at| at.0)))
        .filter(Column::Id.eq(id.0));
    tx.change(id.0, update).await
}

/// At most `limit` accounts that are to be deleted by now, those due longest first.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn due_for_deletion(db: &Db, now: Timestamp, limit: u64) -> Result<Vec<User>, StorageError> {
    let rows = Entity::find()
        .filter(Column::DeletesAt.lte(now.0))
        .order_by_asc(Column::DeletesAt)
        .limit(limit)
        .into_partial_model::<Row>()
        .all(db.read())
        .await?;
    rows.into_iter().map(User::try_from).collect()
}

/// Deletes an account with everything that is its own. Answers `false` if there is no such account.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete(tx: &Tx, id: UserId) -> Result<bool, StorageError> {
    let deleted = Entity::delete_by_id(id.0).exec(tx.connection()).await?;
    tx.invalidate(id.0);
    Ok(deleted.rows_affected == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, insert_user, on_both_databases, write};
    use crate::users::find;

    async fn due(db: &Db, now: Timestamp) -> Vec<String> {
        let due = due_for_deletion(db, now, 9).await.unwrap();
        due.into_iter().map(|user| user.username.to_string()).collect()
    }

    on_both_databases! {
        async fn accounts_are_due_when_their_time_has_come(db: Db) {
            let (ada, bob) = (insert_user(&db, "ada").await.id, insert_user(&db, "bob").await.id);
            insert_user(&db, "cyd").await;
            for (id, at) in [(ada, Timestamp(200)), (bob, Timestamp(100))] {
                assert!(write(&db, id, move |tx, id| Box::pin(set_deletes_at(tx, *id, Some(at)))).await.unwrap());
            }
            assert_eq!(find(&db, ada).await.unwrap().unwrap().deletes_at, Some(Timestamp(200)));
            assert_eq!(due(&db, Timestamp(99)).await, Vec::<String>::new());
            assert_eq!(due(&db, Timestamp(100)).await, ["bob"]);
            assert_eq!(due(&db, Timestamp(200)).await, ["bob", "ada"]);
            assert!(write(&db, bob, |tx, id| Box::pin(set_deletes_at(tx, *id, None))).await.unwrap());
            assert_eq!(due(&db, NOW).await, ["ada"]);
            for was_there in [true, false] {
                assert_eq!(write(&db, ada, |tx, id| Box::pin(delete(tx, *id))).await.unwrap(), was_there);
            }
            assert_eq!((due(&db, NOW).await, find(&db, ada).await.unwrap()), (vec![], None));
        }
    }
}
