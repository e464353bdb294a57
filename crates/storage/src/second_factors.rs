//! Whatever an account has besides its password.

use postern_domain::UserId;

use crate::{Db, StorageError, Tx, authenticators, passkeys};

/// Whether an account has an authenticator app or a passkey.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn are_there(db: &Db, user: UserId) -> Result<bool, StorageError> {
    Ok(authenticators::find(db, user).await?.is_some() || !passkeys::list(db, user).await?.is_empty())
}

/// Whether an account has an authenticator app or a passkey, as the change in progress sees it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn exist(tx: &Tx, user: UserId) -> Result<bool, StorageError> {
    Ok(authenticators::exists(tx, user).await? || passkeys::count(tx, user).await? > 0)
}
