//! What clients are told of sessions that ended (OIDC Back-Channel Logout 1.0): queued in the change that ends a session,
//! and listed for a while after they were delivered or given up.

use std::collections::BTreeSet;

use postern_domain::{
    ClientId, ClientMetadata, Lifetime, SessionClient, SessionClientId, SessionId, Subject, Timestamp,
};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect};

use crate::mapping::{from_json, to_json};
use crate::{Db, StorageError, Tx, clients, queue, session_clients};

const TABLE: &str = "logout_notices";
/// Rows that one statement inserts at most.
const BATCH: usize = 500;

mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "logout_notices")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub session_id: Uuid,
        pub client_id: Uuid,
        #[sea_orm(column_type = "Text")]
        pub subject: String,
        pub created_at: i64,
        pub next_try_at: Option<i64>,
        pub tries: i64,
        pub status: Option<i64>,
        #[sea_orm(column_type = "Text", nullable)]
        pub problem: Option<String>,
        pub delivered_at: Option<i64>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{Column, Entity, Model};

/// What one client is told of the end of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutNotice {
    /// Its id, which was that of the client's part in the session.
    pub id: SessionClientId,
    /// The session that ended.
    pub session_id: SessionId,
    /// The client.
    pub client_id: ClientId,
    /// Whom the client's id_token was about.
    pub subject: Subject,
    /// When the session ended.
    pub created_at: Timestamp,
    /// When it is tried next; `None` once it was delivered or given up.
    pub next_try_at: Option<Timestamp>,
    /// How often it was tried.
    pub tries: i64,
    /// What came of the last try.
    pub outcome: NoticeOutcome,
    /// When the client took it.
    pub delivered_at: Option<Timestamp>,
}

/// What came of a try to tell a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeOutcome {
    /// The status that it answered, if it did.
    pub status: Option<u16>,
    /// What was wrong, if something was.
    pub problem: Option<String>,
}

/// Queues what the clients of sessions are to be told that end in this change: those that have a
/// `backchannel_logout_uri`.
pub(crate) async fn queue(tx: &Tx, ended: &[Uuid], now: Timestamp) -> Result<(), StorageError> {
    let mut told = session_clients::of_sessions(tx, ended).await?;
    if told.is_empty() {
        return Ok(());
    }
    let ids: BTreeSet<Uuid> = told.iter().map(|it| it.client_id.0).collect();
    let listens = |metadata: &ClientMetadata| metadata.backchannel_logout_uri.is_some();
    let listening = clients::open_with(tx, ids, listens).await?;
    told.retain(|it| listening.contains(&it.client_id));
    for batch in told.chunks(BATCH) {
        let rows = batch.iter().map(|it| row(it, now)).collect::<Result<Vec<_>, _>>()?;
        let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
        Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

fn row(it: &SessionClient, now: Timestamp) -> Result<Model, StorageError> {
    Ok(Model {
        id: it.id.0,
        session_id: it.session_id.0,
        client_id: it.client_id.0,
        subject: to_json(TABLE, &it.subject)?,
        created_at: now.0,
        next_try_at: Some(now.0),
        tries: 0,
        status: None,
        problem: None,
        delivered_at: None,
    })
}

/// At most `limit` notices whose next try is due, the one that waits longest first.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn due(db: &Db, now: Timestamp, limit: u64) -> Result<Vec<LogoutNotice>, StorageError> {
    let query = Entity::find().filter(Column::NextTryAt.is_not_null()).filter(Column::NextTryAt.lte(now.0));
    let rows = query.order_by_asc(Column::NextTryAt).limit(limit).all(db.read()).await?;
    rows.into_iter().map(LogoutNotice::try_from).collect()
}

/// Takes a due notice for a try: of any number of nodes that saw it due, one gets `true` and has `lease` to deliver it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn claim(
    tx: &Tx,
    notice: &LogoutNotice,
    now: Timestamp,
    lease: Lifetime,
) -> Result<bool, StorageError> {
    let Some(next) = notice.next_try_at else { return Ok(false) };
    queue::claim(tx, TABLE, (notice.id.0, next, notice.tries), now, lease).await
}

/// Writes down that the client took a notice.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delivered(
    tx: &Tx,
    id: SessionClientId,
    outcome: &NoticeOutcome,
    now: Timestamp,
) -> Result<(), StorageError> {
    note(tx, id, outcome, None, Some(now)).await
}

/// Writes down that a try failed, and when the next one is; without one the notice is given up.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn failed(
    tx: &Tx,
    id: SessionClientId,
    outcome: &NoticeOutcome,
    next: Option<Timestamp>,
) -> Result<(), StorageError> {
    note(tx, id, outcome, next, None).await
}

/// One page of what a client was told, the latest first. `after` is the last one of the page before.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn list(
    db: &Db,
    client: ClientId,
    after: Option<(Timestamp, SessionClientId)>,
    most: u64,
) -> Result<Vec<LogoutNotice>, StorageError> {
    let mut query = Entity::find().filter(Column::ClientId.eq(client.0));
    if let Some((at, id)) = after {
        let same = Condition::all().add(Column::CreatedAt.eq(at.0)).add(Column::Id.lt(id.0));
        query = query.filter(Condition::any().add(Column::CreatedAt.lt(at.0)).add(same));
    }
    let query = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(most);
    query.all(db.read()).await?.into_iter().map(LogoutNotice::try_from).collect()
}

/// Removes up to `most` notices that were queued before `queued_before` and are not waited for any more.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn purge(tx: &Tx, queued_before: Timestamp, most: u32) -> Result<u64, StorageError> {
    queue::purge(tx, TABLE, queued_before, most).await
}

async fn note(
    tx: &Tx,
    id: SessionClientId,
    outcome: &NoticeOutcome,
    next: Option<Timestamp>,
    delivered_at: Option<Timestamp>,
) -> Result<(), StorageError> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(outcome.status.map(i64::from)))
        .col_expr(Column::Problem, Expr::value(outcome.problem.clone()))
        .col_expr(Column::NextTryAt, Expr::value(next.map(|at| at.0)))
        .col_expr(Column::DeliveredAt, Expr::value(delivered_at.map(|at| at.0)))
        .filter(Column::Id.eq(id.0))
        .exec(tx.connection())
        .await?;
    Ok(())
}

impl TryFrom<Model> for LogoutNotice {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: SessionClientId(row.id),
            session_id: SessionId(row.session_id),
            client_id: ClientId(row.client_id),
            subject: from_json(TABLE, &row.subject)?,
            created_at: Timestamp(row.created_at),
            next_try_at: row.next_try_at.map(Timestamp),
            tries: row.tries,
            outcome: NoticeOutcome {
                status: row.status.and_then(|status| u16::try_from(status).ok()),
                problem: row.problem,
            },
            delivered_at: row.delivered_at.map(Timestamp),
        })
    }
}

#[cfg(test)]
mod tests;
