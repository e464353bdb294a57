//! Signed-in browsers, kept by the keyed hash of the id in their cookie.

use std::collections::BTreeMap;

use postern_domain::{
    AuthMethodReference, BrowserId, Impersonator, Session, SessionId, Timestamp, TokenHash, UserId,
};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue, Condition, ConnectionTrait, QueryOrder, QuerySelect, Select, Statement, Value};

use crate::mapping::{from_json, to_json};
use crate::{Db, StorageError, Tx};

mod browser;
mod ending;

pub use browser::{find_held, of_browser, rest, wake};
pub use ending::{end, end_browser, end_by_id, end_impersonations_by, end_impersonations_of, end_others};

const TABLE: &str = "sessions";

mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id_hash: Vec<u8>,
        pub id: Uuid,
        pub user_id: Uuid,
        pub data: String,
        pub auth_time: i64,
        pub amr: String,
        pub created_at: i64,
        pub last_seen_at: i64,
        pub expires_at: i64,
        pub user_agent: String,
        pub address: String,
        pub browser_id: Option<Uuid>,
        pub impersonator_id: Option<Uuid>,
        pub impersonator_session_id: Option<Uuid>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{ActiveModel, Column, Entity, Model};

impl TryFrom<Model> for Session {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: SessionId(row.id),
            user_id: UserId(row.user_id),
            auth_time: Timestamp(row.auth_time),
            amr: from_json::<Vec<AuthMethodReference>>(TABLE, &row.amr)?,
            created_at: Timestamp(row.created_at),
            last_seen_at: Timestamp(row.last_seen_at),
            expires_at: Timestamp(row.expires_at),
            user_agent: row.user_agent,
            address: row.address,
            browser_id: row.browser_id.map(BrowserId),
            impersonator: row.impersonator_id.zip(row.impersonator_session_id).map(|(user, session)| {
                Impersonator { user_id: UserId(user), session_id: SessionId(session) }
            }),
        })
    }
}

/// Which sessions still count: not past their end, and used lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alive {
    /// The present.
    pub now: Timestamp,
    /// Sessions not seen since this moment are over.
    pub seen_after: Timestamp,
}

impl Alive {
    fn condition(self) -> Condition {
        Condition::all().add(Column::ExpiresAt.gt(self.now.0)).add(Column::LastSeenAt.gt(self.seen_after.0))
    }
}

/// Adds a session with what a page wants to remember in it, as JSON.
///
/// # Errors
/// [`StorageError::Taken`] if there is one with this hash or id.
pub async fn insert(tx: &Tx, hash: TokenHash, session: &Session, data: &str) -> Result<(), StorageError> {
    let row = ActiveModel {
        id_hash: ActiveValue::Set(hash.0.to_vec()),
        id: ActiveValue::Set(session.id.0),
        user_id: ActiveValue::Set(session.user_id.0),
        data: ActiveValue::Set(data.to_owned()),
        auth_time: ActiveValue::Set(session.auth_time.0),
        amr: ActiveValue::Set(to_json(TABLE, &session.amr)?),
        created_at: ActiveValue::Set(session.created_at.0),
        last_seen_at: ActiveValue::Set(session.last_seen_at.0),
        expires_at: ActiveValue::Set(session.expires_at.0),
        user_agent: ActiveValue::Set(session.user_agent.clone()),
        address: ActiveValue::Set(session.address.clone()),
        browser_id: ActiveValue::Set(session.browser_id.map(|id| id.0)),
        impersonator_id: ActiveValue::Set(session.impersonator.map(|by| by.user_id.0)),
        impersonator_session_id: ActiveValue::Set(session.impersonator.map(|by| by.session_id.0)),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    tx.invalidate(session.id.0);
    Ok(())
}

/// The session whose cookie has this hash, with what pages remember in it. Whether it is alive is for the caller to say.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find(db: &Db, hash: TokenHash) -> Result<Option<(Session, String)>, StorageError> {
    let Some(mut row) = Entity::find_by_id(hash.0.to_vec()).one(db.read()).await? else { return Ok(None) };
    let data = std::mem::take(&mut row.data);
    Ok(Some((Session::try_from(row)?, data)))
}

/// The session with this public id. Whether it is alive is for the caller to say.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find_by_id(db: &Db, id: SessionId) -> Result<Option<Session>, StorageError> {
    let row = Entity::find().filter(Column::Id.eq(id.0)).one(db.read()).await?;
    row.map(Session::try_from).transpose()
}

/// Whether a session is there, as the change in progress sees it; on PostgreSQL nobody else holds or ends it meanwhile.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn hold(tx: &Tx, id: SessionId) -> Result<bool, StorageError> {
    let query = Entity::find().filter(Column::Id.eq(id.0)).select_only().column(Column::Id).lock_exclusive();
    let found: Option<Uuid> = query.into_tuple().one(tx.connection()).await?;
    Ok(found.is_some())
}

/// Keeps what a page wants to remember. Only updates: a session that was ended meanwhile stays ended, and the answer is
/// `false`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn save(tx: &Tx, hash: TokenHash, id: SessionId, data: &str) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::Data, Expr::value(data))
        .filter(Column::IdHash.eq(hash.0.to_vec()));
    tx.change(id.0, update).await
}

/// Notes that a session is in use, unless that was noted after `seen_before`. Only updates.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn touch(
    tx: &Tx,
    hash: TokenHash,
    address: &str,
    now: Timestamp,
    seen_before: Timestamp,
) -> Result<(), StorageError> {
    Entity::update_many()
        .col_expr(Column::LastSeenAt, Expr::value(now.0))
        .col_expr(Column::Address, Expr::value(address))
        .filter(Column::IdHash.eq(hash.0.to_vec()))
        .filter(Column::LastSeenAt.lte(seen_before.0))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Gives a session that goes on after a new proof another cookie, by whose hash alone it is known from then on. Answers
/// whether it was there.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn renew(tx: &Tx, hash: TokenHash, session: &Session, data: &str) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::IdHash, Expr::value(hash.0.to_vec()))
        .col_expr(Column::Data, Expr::value(data))
        .col_expr(Column::AuthTime, Expr::value(session.auth_time.0))
        .col_expr(Column::Amr, Expr::value(to_json(TABLE, &session.amr)?))
        .col_expr(Column::LastSeenAt, Expr::value(session.last_seen_at.0))
        .col_expr(Column::ExpiresAt, Expr::value(session.expires_at.0))
        .col_expr(Column::UserAgent, Expr::value(session.user_agent.as_str()))
        .col_expr(Column::Address, Expr::value(session.address.as_str()))
        .filter(Column::Id.eq(session.id.0))
        .filter(Column::UserId.eq(session.user_id.0));
    tx.change(session.id.0, update).await
}

/// One page of a user's living sessions, the one seen last first. `after` is the last one of the page before.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn list(
    db: &Db,
    user: UserId,
    alive: Alive,
    after: Option<(Timestamp, SessionId)>,
    most: u64,
) -> Result<Vec<Session>, StorageError> {
    let mut query = of_user(user, alive);
    if let Some((seen, id)) = after {
        query = query.filter(
            Condition::any()
                .add(Column::LastSeenAt.lt(seen.0))
                .add(Condition::all().add(Column::LastSeenAt.eq(seen.0)).add(Column::Id.lt(id.0))),
        );
    }
    let query = query.order_by_desc(Column::LastSeenAt).order_by_desc(Column::Id).limit(most);
    query.all(db.read()).await?.into_iter().map(Session::try_from).collect()
}

/// How many living sessions a user has.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count(db: &Db, user: UserId, alive: Alive) -> Result<u64, StorageError> {
    Ok(of_user(user, alive).count(db.read()).await?)
}

/// When each of some people was last seen in a session of theirs that was not ended since.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn last_seen(db: &Db, users: &[UserId]) -> Result<BTreeMap<UserId, Timestamp>, StorageError> {
    let seen = Entity::find()
        .filter(Column::UserId.is_in(users.iter().map(|user| user.0)))
        .filter(Column::ImpersonatorId.is_null())
        .select_only()
        .column(Column::UserId)
        .column_as(Column::LastSeenAt.max(), "last_seen_at")
        .group_by(Column::UserId);
    let seen: Vec<(Uuid, i64)> = seen.into_tuple().all(db.read()).await?;
    Ok(seen.into_iter().map(|(id, at)| (UserId(id), Timestamp(at))).collect())
}

/// Removes up to `most` sessions that are past their end. Idle ones are refused long before and go with the others.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn purge(tx: &Tx, now: Timestamp, most: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM sessions WHERE id_hash IN \
         (SELECT id_hash FROM sessions WHERE expires_at <= $1 LIMIT $2)";
    let values: [Value; 2] = [now.0.into(), i64::from(most).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

fn of_user(user: UserId, alive: Alive) -> Select<Entity> {
    Entity::find().filter(Column::UserId.eq(user.0)).filter(alive.condition())
}

#[cfg(test)]
mod tests;
