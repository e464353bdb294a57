use postern_domain::{OrganizationId, Timestamp, TokenKind, UserId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::row::{Column, Entity};
use super::{Token, token};
use crate::consents::Whose;
use crate::count::count_up_to;
use crate::{Db, StorageError, Tx};

/// How many tokens of an organization work now, those of apps and customers included; counted no further than `most`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_of_organization(
    db: &Db,
    organization: OrganizationId,
    now: Timestamp,
    most: u64,
) -> Result<u64, StorageError> {
    let kinds = [TokenKind::AuthorizationCode, TokenKind::Refresh].map(|kind| kind.spec().code);
    let working = Entity::find().filter(live(organization, now)).filter(Column::Kind.is_not_in(kinds));
    count_up_to(db, working, most).await
}

/// The organization's own tokens that work now and end after `end`, or never: at most `limit`.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn ending_after(
    db: &Db,
    organization: OrganizationId,
    end: Timestamp,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Token>, StorageError> {
    let rows = Entity::find()
        .filter(live(organization, now))
        .filter(Column::Kind.eq(TokenKind::Organization.spec().code))
        .filter(ends_after(end))
        .order_by_asc(Column::CreatedAt)
        .limit(limit)
        .all(db.read())
        .await?;
    rows.into_iter().map(token).collect()
}

/// Lets the tokens that speak for an organization end at `end` if they would go on. Answers how many those are.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn shorten_of_organization(
    tx: &Tx,
    organization: OrganizationId,
    end: Timestamp,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(end.0))
        .filter(live(organization, now))
        .filter(ends_after(end))
        .exec(tx.connection())
        .await?;
    tx.invalidate(organization.0);
    Ok(updated.rows_affected)
}

/// Revokes tokens that speak for an organization, and answers how many of them worked until now.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn revoke_of_organization(
    tx: &Tx,
    organization: OrganizationId,
    whose: Whose,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let which = match whose {
        Whose::User(id) => Condition::all().add(Column::UserId.eq(id.0)),
        Whose::Client(id) => Condition::all().add(Column::ClientId.eq(id.0)),
        Whose::Everybodys => Condition::all(),
    };
    let updated = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.0))
        .col_expr(Column::RevokedBy, Expr::value(by.map(|by| by.0)))
        .filter(live(organization, now))
        .filter(which)
        .exec(tx.connection())
        .await?;
    tx.invalidate(organization.0);
    Ok(updated.rows_affected)
}

fn live(organization: OrganizationId, now: Timestamp) -> Condition {
    Condition::all()
        .add(Column::OrganizationId.eq(organization.0))
        .add(Column::RevokedAt.is_null())
        .add(Column::ConsumedAt.is_null())
        .add(Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(now.0)))
}

fn ends_after(end: Timestamp) -> Condition {
    Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(end.0))
}

#[cfg(test)]
mod tests {
    use std::slice;

    use postern_domain::{ClientId, Lifetime, Permit, Scopes, TokenId};
    use uuid::Uuid;

    use super::*;
    use crate::testing::{NOW, hash, insert_client, insert_user, on_both_databases, random_id, write};
    use crate::tokens::{delete_of_organization, find_by_hash, insert_many};

    const ACME: OrganizationId = OrganizationId(Uuid::from_u128(1));

    async fn keep(db: &Db, byte: u8, change: impl FnOnce(&mut Token)) {
        let permit = Permit::of_organization(ACME, Scopes::none());
        let id = TokenId(random_id());
        let mut token = Token::new(id, TokenKind::Access, hash(byte), permit, NOW);
        token.organization_id = Some(ACME);
        token.expires_at = Some(NOW.plus(Lifetime::days(10)));
        change(&mut token);
        write(db, token, |tx, token| Box::pin(insert_many(tx, slice::from_ref(token)))).await.unwrap();
    }

    async fn works(db: &Db, byte: u8) -> bool {
        let (token, _) = find_by_hash(db, hash(byte)).await.unwrap().unwrap();
        token.is_live(NOW)
    }

    on_both_databases! {
        async fn tokens_of_an_organization_end_by_whose_they_are(db: Db) {
            let (ada, bob) = (insert_user(&db, "ada").await.id, insert_user(&db, "bob").await.id);
            let notes: ClientId = insert_client(&db, "notes").await;
            keep(&db, 1, |token| token.user_id = Some(ada)).await;
            keep(&db, 2, |token| (token.user_id, token.client_id) = (Some(bob), Some(notes))).await;
            keep(&db, 3, |token| token.user_id = Some(bob)).await;
            keep(&db, 4, |token| token.organization_id = Some(OrganizationId(random_id()))).await;
            keep(&db, 5, |token| token.expires_at = Some(NOW)).await;
            assert_eq!(count_of_organization(&db, ACME, NOW, 9).await.unwrap(), 3);
            for (whose, gone, left) in [
                (Whose::User(ada), 1, [false, true, true, true]),
                (Whose::Client(notes), 1, [false, false, true, true]),
                (Whose::Everybodys, 1, [false, false, false, true]),
            ] {
                let revoked = write(&db, whose, |tx, whose| {
                    Box::pin(revoke_of_organization(tx, ACME, *whose, None, NOW))
                });
                assert_eq!(revoked.await.unwrap(), gone, "{whose:?}");
                for (byte, expected) in (1..).zip(left) {
                    assert_eq!(works(&db, byte).await, expected, "{byte} after {whose:?}");
                }
            }
            for more in [true, true, false] {
                let deleted = write(&db, (), |tx, ()| Box::pin(delete_of_organization(tx, ACME, 2)));
                assert_eq!(deleted.await.unwrap(), more);
            }
            assert!(works(&db, 4).await);
        }

        async fn tokens_of_an_organization_are_shortened(db: Db) {
            let end = NOW.plus(Lifetime::days(5));
            keep(&db, 1, |_| {}).await;
            keep(&db, 2, |token| token.expires_at = None).await;
            keep(&db, 3, |token| token.expires_at = Some(NOW.plus(Lifetime::days(1)))).await;
            let shorten = || write(&db, end, |tx, end| Box::pin(shorten_of_organization(tx, ACME, *end, NOW)));
            assert_eq!((shorten().await.unwrap(), shorten().await.unwrap()), (2, 0));
            let (token, _) = find_by_hash(&db, hash(2)).await.unwrap().unwrap();
            assert_eq!(token.expires_at, Some(end));
            assert_eq!(ending_after(&db, ACME, NOW, NOW, 9).await.unwrap(), [], "none is the organization's own");
        }
    }
}
