//! The passwords of accounts, as the PHC strings of their hashes.

use postern_domain::{Timestamp, UserId, UserState};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{Condition, QuerySelect};

use crate::users::state_text;
use crate::users::table::{Column, Entity};
use crate::{Db, StorageError, Tx};

/// The PHC string of the account's password; `None` if there is no such account, or it has no password.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find(db: &Db, id: UserId) -> Result<Option<String>, StorageError> {
    let query = Entity::find_by_id(id.0).select_only().column(Column::PasswordHash);
    let found: Option<Option<String>> = query.into_tuple().one(db.read()).await?;
    Ok(found.flatten())
}

/// Sets a password by its PHC string. With `instead_of`, only if the hash is still that one: of two changes that were
/// both decided on the same old password, one wins. Answers since when the account has its new password, which is later
/// than it had any other; `None` if it was not set.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn set(
    tx: &Tx,
    id: UserId,
    hash: &str,
    instead_of: Option<&str>,
    now: Timestamp,
) -> Result<Option<Timestamp>, StorageError> {
    let mut which = Condition::all().add(Column::Id.eq(id.0));
    if let Some(old) = instead_of {
        which = which.add(Column::PasswordHash.eq(old));
    }
    let before = || Expr::col(Column::PasswordChangedAt);
    let later = Expr::case(before().lt(now.0), now.0).finally(before().add(1_i64));
    let changed = Entity::update_many()
        .col_expr(Column::PasswordHash, Expr::value(hash))
        .col_expr(Column::PasswordChangedAt, later.into())
        .filter(which)
        .exec_with_returning(tx.connection())
        .await?;
    tx.invalidate(id.0);
    Ok(changed.first().map(|row| Timestamp(row.password_changed_at)))
}

/// Whether an account is open and has the same password since `password_changed_at`. It then stays so until this change
/// is over.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn is_still(tx: &Tx, id: UserId, password_changed_at: Timestamp) -> Result<bool, StorageError> {
    let query = Entity::find_by_id(id.0)
        .filter(Column::State.eq(state_text(UserState::Active)))
        .filter(Column::PasswordChangedAt.eq(password_changed_at.0));
    let found: Option<Uuid> =
        query.select_only().column(Column::Id).lock_shared().into_tuple().one(tx.connection()).await?;
    Ok(found.is_some())
}

/// Whether an account is there and open, as the change in progress sees it; on PostgreSQL nobody else changes it, or begins a
/// session of it, meanwhile.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn hold(tx: &Tx, id: UserId) -> Result<bool, StorageError> {
    let open = Entity::find_by_id(id.0).filter(Column::State.eq(state_text(UserState::Active)));
    let query = open.select_only().column(Column::Id).lock_exclusive();
    let found: Option<Uuid> = query.into_tuple().one(tx.connection()).await?;
    Ok(found.is_some())
}

/// Whether an account has a password, as the change in progress sees it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn exists(tx: &Tx, id: UserId) -> Result<bool, StorageError> {
    let query = Entity::find_by_id(id.0).filter(Column::PasswordHash.is_not_null());
    let found: Option<Uuid> =
        query.select_only().column(Column::Id).into_tuple().one(tx.connection()).await?;
    Ok(found.is_some())
}

/// Keeps the same password under another hash, made with today's parameters.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn rehash(tx: &Tx, id: UserId, old: &str, new: &str) -> Result<(), StorageError> {
    Entity::update_many()
        .col_expr(Column::PasswordHash, Expr::value(new))
        .filter(Column::Id.eq(id.0))
        .filter(Column::PasswordHash.eq(old))
        .exec(tx.connection())
        .await?;
    Ok(())
}
