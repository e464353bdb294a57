//! Recovery codes: each stands in for an authenticator app once. Only keyed hashes are kept, of those that were not used.

use postern_domain::{Timestamp, TokenHash, UserId};
use sea_orm::ActiveValue;
use sea_orm::entity::prelude::*;

use crate::{Db, StorageError, Tx};

mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "recovery_codes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: Vec<u8>,
        pub user_id: Uuid,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity};

/// Keeps codes in place of those that the account has; none takes these away.
///
/// # Errors
/// [`StorageError`] if the database fails or the account is gone.
pub async fn replace(tx: &Tx, user: UserId, codes: &[TokenHash], now: Timestamp) -> Result<(), StorageError> {
    Entity::delete_many().filter(Column::UserId.eq(user.0)).exec(tx.connection()).await?;
    if codes.is_empty() {
        return Ok(());
    }
    let rows = codes.iter().map(|code| ActiveModel {
        hash: ActiveValue::Set(code.0.to_vec()),
        user_id: ActiveValue::Set(user.0),
        created_at: ActiveValue::Set(now.0),
    });
    Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Uses a code up. Of any number that try, on any number of nodes, one gets `true`.
///
/// # Errors
/// [`StorageError`] if the database fails; the code is then as it was.
pub async fn spend(tx: &Tx, user: UserId, code: TokenHash) -> Result<bool, StorageError> {
    let code =
        Entity::delete_many().filter(Column::Hash.eq(code.0.to_vec())).filter(Column::UserId.eq(user.0));
    Ok(code.exec(tx.connection()).await?.rows_affected == 1)
}

/// How many codes an account has left.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count(db: &Db, user: UserId) -> Result<u64, StorageError> {
    Ok(Entity::find().filter(Column::UserId.eq(user.0)).count(db.read()).await?)
}

#[cfg(test)]
mod tests;
