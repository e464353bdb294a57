//! The tokens by which signed-in pages call the API.

use postern_domain::{SessionId, Timestamp, TokenKind, UserId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::tokens::row::{Column, Entity};
use crate::tokens::{Token, TokenData, token};
use crate::{StorageError, Tx};

/// The live token of a session, as the change in progress sees it. It belongs to the session's user and to no client, of
/// which a person has few.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn find(
    tx: &Tx,
    user: UserId,
    session: SessionId,
    now: Timestamp,
) -> Result<Option<Token>, StorageError> {
    let rows = Entity::find()
        .filter(Column::UserId.eq(user.0))
        .filter(Column::ClientId.is_null())
        .filter(Column::Kind.eq(TokenKind::SessionApi.spec().code))
        .filter(Column::RevokedAt.is_null())
        .all(tx.connection())
        .await?;
    for row in rows {
        let found = token(row)?;
        if found.data == Some(TokenData::SessionApi(session)) && found.is_live(now) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
