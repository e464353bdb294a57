//! Links by which people get back into accounts whose password is lost. An account has one at most, of which only the hash
//! is kept.

use postern_domain::{Timestamp, TokenHash, UserId, UserState};
use sea_orm::{ConnectionTrait, Statement, Value};
use uuid::Uuid;

use crate::users::state_text;
use crate::{Db, StorageError, Tx};

/// What must still be so of an account for its link to work: it is open, has the same password, and, where the link was
/// sent to an address, that is still its own.
const STANDS: &str = "EXISTS (SELECT 1 FROM users WHERE users.id = recovery_links.user_id AND users.state = $3 \
     AND users.password_changed_at = recovery_links.password_changed_at \
     AND (recovery_links.email_key IS NULL \
     OR (users.email_verified AND users.email_key = recovery_links.email_key)))";

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryLink {
    /// Whose account it opens.
    pub user_id: UserId,
    /// The keyed hash of its value.
    pub hash: TokenHash,
    /// The [key](postern_domain::Email::key) of the address it was sent to, without which it works no more; `None` where
    /// somebody hands it over.
    pub email_key: Option<String>,
    /// Since when the account has the password that it is to replace.
    pub password_changed_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Keeps a link. One that the account has already ends.
///
/// # Errors
/// [`StorageError`] if the database fails or the account is gone.
pub async fn put(tx: &Tx, link: &RecoveryLink) -> Result<(), StorageError> {
    let sql = "INSERT INTO recovery_links (user_id, hash, email_key, password_changed_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, \
         email_key = excluded.email_key, password_changed_at = excluded.password_changed_at, \
         expires_at = excluded.expires_at";
    let values: [Value; 5] = [
        link.user_id.0.into(),
        link.hash.0.to_vec().into(),
        link.email_key.clone().into(),
        link.password_changed_at.0.into(),
        link.expires_at.0.into(),
    ];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    connection.execute_raw(statement).await?;
    Ok(())
}

/// Whose account a link opens, if it works.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find(db: &Db, hash: TokenHash, now: Timestamp) -> Result<Option<UserId>, StorageError> {
    let sql = format!("SELECT user_id FROM recovery_links WHERE hash = $1 AND expires_at > $2 AND {STANDS}");
    let connection = db.read();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values(hash, now));
    let Some(row) = connection.query_one_raw(statement).await? else { return Ok(None) };
    Ok(Some(UserId(row.try_get_by_index::<Uuid>(0)?)))
}

/// Uses a link up. Of any number that try, on any number of nodes, one gets `true`.
///
/// # Errors
/// [`StorageError`] if the database fails; the link is then as it was.
pub async fn take(tx: &Tx, hash: TokenHash, now: Timestamp) -> Result<bool, StorageError> {
    let sql = format!("DELETE FROM recovery_links WHERE hash = $1 AND expires_at > $2 AND {STANDS}");
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values(hash, now));
    Ok(connection.execute_raw(statement).await?.rows_affected() == 1)
}

/// Removes up to `most` links that have ended.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn purge(tx: &Tx, now: Timestamp, most: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM recovery_links WHERE user_id IN \
         (SELECT user_id FROM recovery_links WHERE expires_at <= $1 LIMIT $2)";
    let values: [Value; 2] = [now.0.into(), i64::from(most).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

fn values(hash: TokenHash, now: Timestamp) -> [Value; 3] {
    [hash.0.to_vec().into(), now.0.into(), state_text(UserState::Active).into()]
}

#[cfg(test)]
mod tests;
