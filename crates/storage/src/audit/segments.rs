use postern_domain::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::mapping::{corrupt, hash};
use crate::{Db, StorageError, Tx};

const TABLE: &str = "audit_segments";

pub(super) mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_segments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub node: Uuid,
        pub sort: String,
        pub day: i64,
        pub opening: Vec<u8>,
        pub count: i64,
        pub last_hash: Vec<u8>,
        pub end_mark: Vec<u8>,
        pub cleared_at: Option<i64>,
        pub cleared_mark: Option<Vec<u8>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// What a segment holds. Calls are kept shorter than acts, so each sort has segments of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Calls.
    Calls,
    /// Acts.
    Acts,
}

impl Sort {
    /// The sort as it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Acts => "acts",
        }
    }
}

/// A stretch of the chain: what one node wrote down on one day, of one sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its number: those of all nodes are counted together, from 1.
    pub number: i64,
    /// Whose it is.
    pub node: Uuid,
    /// What it holds.
    pub sort: Sort,
    /// The day, counted from 1970-01-01 (UTC).
    pub day: i64,
    /// The hash before its first event, which rests on the segment with the number before.
    pub opening: [u8; 32],
    /// Where it ends.
    pub end: End,
    /// That its events were deleted because they were old.
    pub cleared: Option<Cleared>,
}

/// Where a segment ends so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// How many events there are.
    pub count: i64,
    /// The hash of the last one; that of the opening while there is none.
    pub last_hash: [u8; 32],
    /// A mark on both.
    pub mark: [u8; 32],
}

/// That a segment's events were deleted because they were old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cleared {
    /// When.
    pub at: Timestamp,
    /// A mark on that.
    pub mark: [u8; 32],
}

impl TryFrom<Model> for Segment {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        let bytes = |bytes: &[u8]| hash(TABLE, bytes).map(|hash| hash.0);
        let cleared = match (row.cleared_at, &row.cleared_mark) {
            (Some(at), Some(mark)) => Some(Cleared { at: Timestamp(at), mark: bytes(mark)? }),
            (None, None) => None,
            _ => return Err(corrupt(TABLE, "cleared, but not marked so")),
        };
        Ok(Self {
            number: row.number,
            node: row.node,
            sort: match row.sort.as_str() {
                "calls" => Sort::Calls,
                "acts" => Sort::Acts,
                _ => return Err(corrupt(TABLE, "no such sort")),
            },
            day: row.day,
            opening: bytes(&row.opening)?,
            end: End { count: row.count, last_hash: bytes(&row.last_hash)?, mark: bytes(&row.end_mark)? },
            cleared,
        })
    }
}

/// Opens a segment. If another node was faster to take its number, it is [`StorageError::Taken`].
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn open(tx: &Tx, segment: &Segment) -> Result<(), StorageError> {
    let row = Model {
        number: segment.number,
        node: segment.node,
        sort: segment.sort.as_str().to_owned(),
        day: segment.day,
        opening: segment.opening.to_vec(),
        count: segment.end.count,
        last_hash: segment.end.last_hash.to_vec(),
        end_mark: segment.end.mark.to_vec(),
        cleared_at: None,
        cleared_mark: None,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Moves the end of a segment that had `count` events; `false` if it had not.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn advance(tx: &Tx, number: i64, count: i64, end: End) -> Result<bool, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::Count, Expr::value(end.count))
        .col_expr(Column::LastHash, Expr::value(end.last_hash.to_vec()))
        .col_expr(Column::EndMark, Expr::value(end.mark.to_vec()))
        .filter(Column::Number.eq(number))
        .filter(Column::Count.eq(count))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// The segment with the highest number.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn last_segment(db: &Db) -> Result<Option<Segment>, StorageError> {
    let row = Entity::find().order_by_desc(Column::Number).limit(1).one(db.read()).await?;
    row.map(Segment::try_from).transpose()
}

/// A segment by its number.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find_segment(db: &Db, number: i64) -> Result<Option<Segment>, StorageError> {
    Entity::find_by_id(number).one(db.read()).await?.map(Segment::try_from).transpose()
}

/// At most `limit` segments behind a number, in their order.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn segments(db: &Db, after: i64, limit: u64) -> Result<Vec<Segment>, StorageError> {
    let query = Entity::find().filter(Column::Number.gt(after)).order_by_asc(Column::Number).limit(limit);
    query.all(db.read()).await?.into_iter().map(Segment::try_from).collect()
}
