//! Personal and organization tokens, as those who own them see and change them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use postern_domain::{OrganizationId, Timestamp, TokenId, TokenKind, UserId};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select, Statement, Value,
};

use crate::count::count_up_to;
use crate::mapping::to_json;
use crate::prefix::behind;
use crate::tokens::row::{Column, Entity};
use crate::tokens::{Token, data_text, name_key, token};
use crate::{Db, StorageError, Tx};

const TABLE: &str = "tokens";
/// How far tokens are counted.
const COUNTED: u64 = 10_000;

/// Whose tokens are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// The personal tokens of a person.
    User(UserId),
    /// The tokens of an organization.
    Organization(OrganizationId),
}

/// What has become of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It has neither ended nor been revoked.
    Active,
    /// It has ended, and was not revoked.
    Expired,
    /// It was revoked.
    Revoked,
}

/// Which tokens are looked for; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Of this owner.
    pub owner: Option<Owner>,
    /// Of this kind, personal or of an organization.
    pub kind: Option<TokenKind>,
    /// Whose name begins so, in whatever case. Nothing in it stands for anything else.
    pub name: Option<String>,
    /// In this state.
    pub state: Option<State>,
}

/// Where in a list a token stands. Its text is what a cursor is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    by: By,
    id: TokenId,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Time(i64),
    Name(Vec<u8>),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.by {
            By::Time(at) => write!(f, "{} {at}", self.id),
            By::Name(name) => write!(f, "{} “{}", self.id, String::from_utf8_lossy(name)),
        }
    }
}

impl FromStr for Place {
    type Err = String;

    /// The error is a sentence for whoever sent the cursor.
    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (id, by) = text.split_once(' ')?;
            let by = match by.strip_prefix('“') {
                Some(name) => By::Name(name.as_bytes().to_vec()),
                None => By::Time(by.parse().ok()?),
            };
            Some(Self { by, id: id.parse().ok()? })
        };
        read().ok_or_else(|| "there is no such place in a list of tokens".to_owned())
    }
}

impl Search {
    /// What the list is ordered by, so that one index serves it: names where one is looked for, else the newest first, by
    /// what makes a token what is looked for.
    fn order(&self) -> (Column, Order) {
        match (&self.name, self.state) {
            (Some(_), _) => (Column::NameKey, Order::Asc),
            (None, Some(State::Revoked)) => (Column::RevokedAt, Order::Desc),
            (None, Some(State::Expired)) => (Column::ExpiresAt, Order::Desc),
            _ => (Column::CreatedAt, Order::Desc),
        }
    }

    /// The place of a token in this list.
    pub fn place(&self, token: &Token) -> Place {
        let time = |at: Option<Timestamp>| By::Time(at.map_or(0, |at| at.0));
        let by = match self.order().0 {
            Column::NameKey => {
                By::Name(token.api().map(|api| name_key(api.name.as_str())).unwrap_or_default())
            }
            Column::RevokedAt => time(token.revoked_at),
            Column::ExpiresAt => time(token.expires_at),
            _ => By::Time(token.created_at.0),
        };
        Place { by, id: token.id }
    }

    fn kinds(&self) -> Vec<TokenKind> {
        let of_owner = match self.owner {
            Some(Owner::User(_)) => vec![TokenKind::Personal],
            Some(Owner::Organization(_)) => vec![TokenKind::Organization],
            None => vec![TokenKind::Personal, TokenKind::Organization],
        };
        of_owner.into_iter().filter(|kind| self.kind.is_none_or(|wanted| wanted == *kind)).collect()
    }

    fn query(&self, kind: TokenKind, after: Option<&Place>, now: Timestamp) -> Select<Entity> {
        let (column, order) = self.order();
        let mut query = of_kind(kind);
        if let Some(owner) = self.owner {
            query = query.filter(owned_by(owner));
        }
        if let Some(name) = &self.name {
            let begin = name_key(name);
            if let Some(end) = behind(&begin) {
                query = query.filter(Column::NameKey.lt(end));
            }
            query = query.filter(Column::NameKey.gte(begin));
        }
        query = match self.state {
            None => query,
            Some(State::Revoked) => query.filter(Column::RevokedAt.is_not_null()),
            Some(State::Expired) => {
                query.filter(Column::RevokedAt.is_null()).filter(Column::ExpiresAt.lte(now.0))
            }
            Some(State::Active) => query.filter(Column::RevokedAt.is_null()).filter(lasts(now)),
        };
        if let Some(after) = after {
            query = query.filter(beyond(column, &order, after));
        }
        query.order_by(column, order.clone()).order_by(Column::Id, order)
    }

    /// Which of two tokens of the list comes first.
    fn compare(&self, a: &Token, b: &Token) -> Ordering {
        let (a, b) = (self.place(a), self.place(b));
        let ascending = a.by.cmp(&b.by).then(a.id.cmp(&b.id));
        if self.order().1 == Order::Asc { ascending } else { ascending.reverse() }
    }
}

/// At most `limit` tokens behind `after`. Those of each kind come from an index of their own and are put together here.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn list(
    db: &Db,
    search: &Search,
    after: Option<&Place>,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Token>, StorageError> {
    let mut found = Vec::new();
    for kind in search.kinds() {
        let rows = search.query(kind, after, now).limit(limit).all(db.read()).await?;
        found.extend(rows.into_iter().map(token).collect::<Result<Vec<_>, _>>()?);
    }
    found.sort_by(|a, b| search.compare(a, b));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// The personal or organization token with this id.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find(db: &Db, id: TokenId) -> Result<Option<Token>, StorageError> {
    let query = Entity::find_by_id(id.0).filter(Column::NameKey.is_not_null());
    query.one(db.read()).await?.map(token).transpose()
}

/// How many tokens an owner has, or everybody, in whatever state; counted no further than ten thousand.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count(db: &Db, owner: Option<Owner>) -> Result<u64, StorageError> {
    let mut counted = 0;
    for kind in (Search { owner, ..Search::default() }).kinds() {
        let all = of_kind(kind);
        let all = if let Some(owner) = owner { all.filter(owned_by(owner)) } else { all };
        counted += count_up_to(db, all, COUNTED).await?;
    }
    Ok(Ord::min(counted, COUNTED))
}

/// How many tokens of an owner could be used, as the change in progress sees it.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_live(tx: &Tx, owner: Owner, now: Timestamp) -> Result<u64, StorageError> {
    let kind = match owner {
        Owner::User(_) => TokenKind::Personal,
        Owner::Organization(_) => TokenKind::Organization,
    };
    let live = of_kind(kind).filter(owned_by(owner)).filter(Column::RevokedAt.is_null()).filter(lasts(now));
    Ok(live.count(tx.connection()).await?)
}

/// Writes down what `after` says of name, permit, end and the rest of a token that is still as `before` says. Answers
/// `false` if it was revoked or changed meanwhile.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn update(tx: &Tx, before: &Token, after: &Token) -> Result<bool, StorageError> {
    let name = |token: &Token| token.api().map(|api| api.name.to_string());
    let data = |token: &Token| token.data.as_ref().map(data_text).transpose();
    let end_is_the_same = match before.expires_at {
        Some(end) => Column::ExpiresAt.eq(end.0),
        None => Column::ExpiresAt.is_null(),
    };
    let updated = Entity::update_many()
        .col_expr(Column::Name, Expr::value(name(after)))
        .col_expr(Column::NameKey, Expr::value(name(after).as_deref().map(name_key)))
        .col_expr(Column::Permit, Expr::value(to_json(TABLE, &after.permit)?))
        .col_expr(Column::Data, Expr::value(data(after)?))
        .col_expr(Column::ExpiresAt, Expr::value(after.expires_at.map(|end| end.0)))
        .filter(Column::Id.eq(before.id.0))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::Name.eq(name(before)))
        .filter(Column::Permit.eq(to_json(TABLE, &before.permit)?))
        .filter(Column::Data.eq(data(before)?))
        .filter(end_is_the_same)
        .exec(tx.connection())
        .await?;
    tx.invalidate(before.id.0);
    Ok(updated.rows_affected == 1)
}

/// Ends a token on the word of `by`, or of nobody who has an account; its sealed value is forgotten. Answers `false` if it
/// was revoked before.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn revoke(tx: &Tx, id: TokenId, by: Option<UserId>, now: Timestamp) -> Result<bool, StorageError> {
    let updated = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.0))
        .col_expr(Column::RevokedBy, Expr::value(by.map(|by| by.0)))
        .col_expr(Column::Sealed, Expr::value(Option::<Vec<u8>>::None))
        .filter(Column::Id.eq(id.0))
        .filter(Column::RevokedAt.is_null())
        .exec(tx.connection())
        .await?;
    tx.invalidate(id.0);
    Ok(updated.rows_affected == 1)
}

/// Forgets the sealed values of at most `limit` tokens; answers of how many.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn forget_sealed(tx: &Tx, limit: u64) -> Result<u64, StorageError> {
    let sql = "UPDATE tokens SET sealed = NULL WHERE id IN \
               (SELECT id FROM tokens WHERE sealed IS NOT NULL LIMIT $1)";
    execute(tx, sql, [limited(limit)]).await
}

/// Deletes at most `limit` tokens of each kind that ended or were revoked before `before`; answers how many went.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_ended(tx: &Tx, before: Timestamp, limit: u64) -> Result<u64, StorageError> {
    let expired = "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE kind = $1 \
                   AND name_key IS NOT NULL AND revoked_at IS NULL AND expires_at < $2 LIMIT $3)";
    let revoked = "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE kind = $1 \
                   AND name_key IS NOT NULL AND revoked_at IS NOT NULL AND revoked_at < $2 LIMIT $3)";
    let mut gone = 0;
    for kind in [TokenKind::Personal, TokenKind::Organization] {
        for sql in [expired, revoked] {
            gone += execute(tx, sql, [kind.spec().code.into(), before.0.into(), limited(limit)]).await?;
        }
    }
    Ok(gone)
}

async fn execute<const N: usize>(tx: &Tx, sql: &str, values: [Value; N]) -> Result<u64, StorageError> {
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

fn limited(limit: u64) -> Value {
    i64::try_from(limit).unwrap_or(i64::MAX).into()
}

fn of_kind(kind: TokenKind) -> Select<Entity> {
    Entity::find().filter(Column::Kind.eq(kind.spec().code)).filter(Column::NameKey.is_not_null())
}

fn owned_by(owner: Owner) -> SimpleExpr {
    match owner {
        Owner::User(id) => Column::UserId.eq(id.0),
        Owner::Organization(id) => Column::OrganizationId.eq(id.0),
    }
}

fn lasts(now: Timestamp) -> SimpleExpr {
    Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(now.0))
}

/// What stands behind a place. The first half alone bounds the search in the index.
fn beyond(column: Column, order: &Order, place: &Place) -> SimpleExpr {
    let lead: Value = match &place.by {
        By::Time(at) => (*at).into(),
        By::Name(name) => name.clone().into(),
    };
    let id = place.id.0;
    if *order == Order::Asc {
        column.gte(lead.clone()).and(column.gt(lead).or(Column::Id.gt(id)))
    } else {
        column.lte(lead.clone()).and(column.lt(lead).or(Column::Id.lt(id)))
    }
}

#[cfg(test)]
mod tests;
