//! Mails on their way. What is in one is sealed, since it may hold a link that works, and goes as soon as it was sent.

use postern_domain::{Email, Lifetime, MailId, Timestamp};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

use crate::count::count_up_to;
use crate::mapping::corrupt;
use crate::{Db, StorageError, Tx, queue};

const TABLE: &str = "mails";

mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mails")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub recipient: String,
        pub kind: String,
        pub data: Option<Vec<u8>>,
        pub created_at: i64,
        pub next_try_at: Option<i64>,
        pub tries: i64,
        pub sent_at: Option<i64>,
        pub problem: Option<String>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{Column, Entity, Model};

/// A mail that is still to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMail {
    /// Its id.
    pub id: MailId,
    /// Where it goes.
    pub recipient: Email,
    /// What kind of mail it is.
    pub kind: String,
    /// What is in it, sealed.
    pub data: Vec<u8>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it is tried next.
    pub next_try_at: Timestamp,
    /// How often it was tried.
    pub tries: i64,
}

/// Queues a mail.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn insert(tx: &Tx, mail: &StoredMail) -> Result<(), StorageError> {
    let row = Model {
        id: mail.id.0,
        recipient: mail.recipient.to_string(),
        kind: mail.kind.clone(),
        data: Some(mail.data.clone()),
        created_at: mail.created_at.0,
        next_try_at: Some(mail.next_try_at.0),
        tries: mail.tries,
        sent_at: None,
        problem: None,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// At most `limit` mails whose next try is due, the one that waits longest first.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn due(db: &Db, now: Timestamp, limit: u64) -> Result<Vec<StoredMail>, StorageError> {
    let query = Entity::find().filter(Column::NextTryAt.is_not_null()).filter(Column::NextTryAt.lte(now.0));
    let rows = query.order_by_asc(Column::NextTryAt).limit(limit).all(db.read()).await?;
    rows.into_iter().map(StoredMail::try_from).collect()
}

/// Takes a due mail for a try: of any number of nodes that saw it due, one gets `true` and has `lease` to send it. Should
/// that node die, the mail is due again when the lease is over.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn claim(
    tx: &Tx,
    mail: &StoredMail,
    now: Timestamp,
    lease: Lifetime,
) -> Result<bool, StorageError> {
    queue::claim(tx, TABLE, (mail.id.0, mail.next_try_at, mail.tries), now, lease).await
}

/// Writes down that a mail was sent, and forgets what was in it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn sent(tx: &Tx, id: MailId, now: Timestamp) -> Result<(), StorageError> {
    close(tx, id, Some(now), None).await
}

/// Gives a mail up, and forgets what was in it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn give_up(tx: &Tx, id: MailId, problem: &str) -> Result<(), StorageError> {
    close(tx, id, None, Some(problem)).await
}

/// Puts the next try of a mail off, with why the last one failed.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn put_off(tx: &Tx, id: MailId, until: Timestamp, problem: &str) -> Result<(), StorageError> {
    queue::put_off(tx, TABLE, id.0, until).await?;
    let update = Entity::update_many().col_expr(Column::Problem, Expr::value(problem));
    update.filter(Column::Id.eq(id.0)).exec(tx.connection()).await?;
    Ok(())
}

/// A mail that waits or was given up, as an administrator sees it: without what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMail {
    /// Its id.
    pub id: MailId,
    /// Where it goes.
    pub recipient: String,
    /// What kind of mail it is.
    pub kind: String,
    /// When it was queued.
    pub created_at: Timestamp,
    /// When it is tried next; `None` if it was given up.
    pub next_try_at: Option<Timestamp>,
    /// How often it was tried.
    pub tries: i64,
    /// Why the last try failed.
    pub problem: Option<String>,
}

/// At most `limit` mails that wait, the one that is tried next first.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn next_due(db: &Db, limit: u64) -> Result<Vec<QueuedMail>, StorageError> {
    let query = Entity::find().filter(Column::NextTryAt.is_not_null()).order_by_asc(Column::NextTryAt);
    let rows = query.limit(limit).all(db.read()).await?;
    Ok(rows.into_iter().map(QueuedMail::from).collect())
}

/// How many mails wait; counted no further than `most`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_waiting(db: &Db, most: u64) -> Result<u64, StorageError> {
    count_up_to(db, Entity::find().filter(Column::NextTryAt.is_not_null()), most).await
}

/// At most `limit` mails that were given up, the latest first, as long as they are kept.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn given_up(db: &Db, limit: u64) -> Result<Vec<QueuedMail>, StorageError> {
    let query = Entity::find().filter(Column::NextTryAt.is_null()).filter(Column::SentAt.is_null());
    let rows = query.order_by_desc(Column::CreatedAt).limit(limit).all(db.read()).await?;
    Ok(rows.into_iter().map(QueuedMail::from).collect())
}

/// Has the mails that would be tried after `later` be tried now; answers how many. What is tried sooner may be on its way at
/// this moment.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn hurry(tx: &Tx, now: Timestamp, later: Timestamp) -> Result<u64, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::NextTryAt, Expr::value(now.0))
        .filter(Column::NextTryAt.is_not_null())
        .filter(Column::NextTryAt.gt(later.0));
    Ok(update.exec(tx.connection()).await?.rows_affected)
}

impl From<Model> for QueuedMail {
    fn from(row: Model) -> Self {
        Self {
            id: MailId(row.id),
            recipient: row.recipient,
            kind: row.kind,
            created_at: Timestamp(row.created_at),
            next_try_at: row.next_try_at.map(Timestamp),
            tries: row.tries,
            problem: row.problem,
        }
    }
}

/// Removes up to `most` mails that were queued before `queued_before` and are not waited for any more.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn purge(tx: &Tx, queued_before: Timestamp, most: u32) -> Result<u64, StorageError> {
    queue::purge(tx, TABLE, queued_before, most).await
}

async fn close(
    tx: &Tx,
    id: MailId,
    sent_at: Option<Timestamp>,
    problem: Option<&str>,
) -> Result<(), StorageError> {
    Entity::update_many()
        .col_expr(Column::Data, Expr::value(None::<Vec<u8>>))
        .col_expr(Column::NextTryAt, Expr::value(None::<i64>))
        .col_expr(Column::Problem, Expr::value(problem))
        .col_expr(Column::SentAt, Expr::value(sent_at.map(|at| at.0)))
        .filter(Column::Id.eq(id.0))
        .exec(tx.connection())
        .await?;
    Ok(())
}

impl TryFrom<Model> for StoredMail {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: MailId(row.id),
            recipient: Email::parse(&row.recipient).map_err(|error| corrupt(TABLE, error))?,
            kind: row.kind,
            data: row.data.ok_or_else(|| corrupt(TABLE, "a mail that waits has nothing in it"))?,
            created_at: Timestamp(row.created_at),
            next_try_at: Timestamp(row.next_try_at.unwrap_or_default()),
            tries: row.tries,
        })
    }
}

#[cfg(test)]
mod tests;
