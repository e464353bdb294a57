//! How sessions end.

use postern_domain::{BrowserId, SessionId, Timestamp, TokenHash, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QuerySelect};

use super::{Column, Entity};
use crate::{StorageError, Tx, logout_notices};

/// Sessions that one statement is about at most.
const BATCH: usize = 500;

/// Ends the session whose cookie has this hash. Answers whether there was one.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn end(tx: &Tx, hash: TokenHash, now: Timestamp) -> Result<bool, StorageError> {
    let which = Condition::all().add(Column::IdHash.eq(hash.0.to_vec()));
    Ok(end_where(tx, which, now).await? > 0)
}

/// Ends one of a user's sessions by its public id. Answers whether there was one.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn end_by_id(tx: &Tx, user: UserId, id: SessionId, now: Timestamp) -> Result<bool, StorageError> {
    let which = Condition::all().add(Column::UserId.eq(user.0)).add(Column::Id.eq(id.0));
    Ok(end_where(tx, which, now).await? > 0)
}

/// Ends every session of a user but `kept`. Answers how many there were.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn end_others(
    tx: &Tx,
    user: UserId,
    kept: Option<SessionId>,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let mut which = Condition::all().add(Column::UserId.eq(user.0));
    if let Some(kept) = kept {
        which = which.add(Column::Id.ne(kept.0));
    }
    end_where(tx, which, now).await
}

/// Ends every session in which somebody else acts as this person. Answers how many there were.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn end_impersonations_of(tx: &Tx, user: UserId, now: Timestamp) -> Result<u64, StorageError> {
    let theirs = Condition::all().add(Column::UserId.eq(user.0));
    end_where(tx, theirs.add(Column::ImpersonatorId.is_not_null()), now).await
}

/// Ends every session in which this person acts as somebody else. Answers how many there were.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn end_impersonations_by(tx: &Tx, user: UserId, now: Timestamp) -> Result<u64, StorageError> {
    end_where(tx, Condition::all().add(Column::ImpersonatorId.eq(user.0)), now).await
}

/// Ends every session of a browser. Answers how many there were.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn end_browser(tx: &Tx, browser: BrowserId, now: Timestamp) -> Result<u64, StorageError> {
    end_where(tx, Condition::all().add(Column::BrowserId.eq(browser.0)), now).await
}

/// Ends sessions: the one way there is, so that their clients are always told and every cache forgets them. They are held
/// first: a client that joins one meanwhile either is told, or gets nothing. Where somebody acts as somebody else from one of
/// them, that ends too.
async fn end_where(tx: &Tx, which: Condition, now: Timestamp) -> Result<u64, StorageError> {
    let held = hold_where(tx, which).await?;
    for ids in held.chunks(BATCH) {
        let from_these = Column::ImpersonatorSessionId.is_in(ids.iter().copied());
        let acting = hold_where(tx, Condition::all().add(from_these)).await?;
        let ids: Vec<Uuid> = ids.iter().copied().chain(acting).collect();
        logout_notices::queue(tx, &ids, now).await?;
        let these = Column::Id.is_in(ids.iter().copied());
        Entity::delete_many().filter(these).exec(tx.connection()).await?;
        for id in ids {
            tx.invalidate(id);
        }
    }
    Ok(held.len() as u64)
}

async fn hold_where(tx: &Tx, which: Condition) -> Result<Vec<Uuid>, StorageError> {
    let held = Entity::find().filter(which).select_only().column(Column::Id).lock_exclusive();
    Ok(held.into_tuple().all(tx.connection()).await?)
}
