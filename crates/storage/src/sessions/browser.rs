//! The sessions of one browser: one is used, the others rest under the hash of a cookie that nobody has.

use postern_domain::{BrowserId, Session, SessionId, TokenHash};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::{Alive, Column, Entity};
use crate::{Db, StorageError, Tx};

/// The session whose cookie has this hash, as the change in progress sees it; on PostgreSQL nobody else holds or ends it
/// meanwhile. Whether it is alive is for the caller to say.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find_held(tx: &Tx, hash: TokenHash) -> Result<Option<Session>, StorageError> {
    let row = Entity::find_by_id(hash.0.to_vec()).lock_exclusive().one(tx.connection()).await?;
    row.map(Session::try_from).transpose()
}

/// Lets a session rest in its browser while another one is used there. `nobodys` is the hash of a cookie that nobody has.
/// Answers whether it was there.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn rest(
    tx: &Tx,
    id: SessionId,
    nobodys: TokenHash,
    browser: BrowserId,
) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::IdHash, Expr::value(nobodys.0.to_vec()))
        .col_expr(Column::BrowserId, Expr::value(browser.0))
        .filter(Column::Id.eq(id.0));
    tx.change(id.0, update).await
}

/// Lets a living session of this browser be used again, by a cookie with this hash; never one in which somebody acts as
/// somebody else. Answers whether there is one.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn wake(
    tx: &Tx,
    id: SessionId,
    browser: BrowserId,
    hash: TokenHash,
    alive: Alive,
) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::IdHash, Expr::value(hash.0.to_vec()))
        .col_expr(Column::LastSeenAt, Expr::value(alive.now.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::BrowserId.eq(browser.0))
        .filter(Column::ImpersonatorId.is_null())
        .filter(alive.condition());
    tx.change(id.0, update).await
}

/// At most `most` of the living sessions of a browser, the one seen last first.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn of_browser(
    db: &Db,
    browser: BrowserId,
    alive: Alive,
    most: u64,
) -> Result<Vec<Session>, StorageError> {
    let query = Entity::find().filter(Column::BrowserId.eq(browser.0)).filter(alive.condition());
    let query = query.order_by_desc(Column::LastSeenAt).order_by_desc(Column::Id).limit(most);
    query.all(db.read()).await?.into_iter().map(Session::try_from).collect()
}

#[cfg(test)]
mod tests;
