//! Authenticator apps (RFC 6238): one for each account at most.

use postern_domain::{Timestamp, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QuerySelect, Statement, Value};

use crate::{Db, StorageError, Tx};

mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "authenticators")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: Uuid,
        pub secret: Vec<u8>,
        pub last_step: i64,
        pub created_at: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{Column, Entity};

/// The authenticator app of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticator {
    /// The secret that it shares with the server, sealed.
    pub secret: Vec<u8>,
    /// The time step of the last code that was taken: neither it nor one before it is taken again.
    pub last_step: i64,
    /// When it was set up.
    pub created_at: Timestamp,
}

/// The app of an account, if it has one.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find(db: &Db, user: UserId) -> Result<Option<Authenticator>, StorageError> {
    let found = Entity::find_by_id(user.0).one(db.read()).await?;
    Ok(found.map(|row| Authenticator {
        secret: row.secret,
        last_step: row.last_step,
        created_at: Timestamp(row.created_at),
    }))
}

/// Whether an account has one, as the change in progress sees it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn exists(tx: &Tx, user: UserId) -> Result<bool, StorageError> {
    let query = Entity::find_by_id(user.0).select_only().column(Column::UserId);
    let found: Option<Uuid> = query.into_tuple().one(tx.connection()).await?;
    Ok(found.is_some())
}

/// Keeps an app in place of the one that the account has.
///
/// # Errors
/// [`StorageError`] if the database fails or the account is gone.
pub async fn put(tx: &Tx, user: UserId, app: &Authenticator) -> Result<(), StorageError> {
    let sql = "INSERT INTO authenticators (user_id, secret, last_step, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, \
         created_at = excluded.created_at";
    let values: [Value; 4] =
        [user.0.into(), app.secret.clone().into(), app.last_step.into(), app.created_at.0.into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.execute_raw(statement).await?;
    tx.invalidate(user.0);
    Ok(())
}

/// Takes the code of a time step: a conditional UPDATE whose row count decides. Of any number that try with the same code, on
/// any number of nodes, one gets `true`; so does nobody with the code of an earlier step, or of another secret.
///
/// # Errors
/// [`StorageError`] if the database fails; the code is then as it was.
pub async fn spend(tx: &Tx, user: UserId, secret: &[u8], step: i64) -> Result<bool, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::LastStep, Expr::value(step))
        .filter(Column::UserId.eq(user.0))
        .filter(Column::Secret.eq(secret))
        .filter(Column::LastStep.lt(step))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Removes the app of an account; answers whether there was one.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn remove(tx: &Tx, user: UserId) -> Result<bool, StorageError> {
    tx.invalidate(user.0);
    Ok(Entity::delete_by_id(user.0).exec(tx.connection()).await?.rows_affected == 1)
}

#[cfg(test)]
mod tests;
