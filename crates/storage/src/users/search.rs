use std::fmt;
use std::str::FromStr;

use postern_domain::{User, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait, SimpleExpr};
use sea_orm::{QueryOrder, QuerySelect};

use super::rights::some_right;
use super::table::{Column, Entity};
use super::{Row, email_key};
use crate::prefix::behind;
use crate::{Db, StorageError};

/// Which accounts are looked for; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Whose user name or e-mail address begins so, in whatever case. Nothing in it stands for anything else.
    pub begin: Option<String>,
    /// Only these.
    pub only: Option<Only>,
}

/// Accounts of which there are few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Only {
    /// Those that are closed.
    Disabled,
    /// Those with a right in the instance.
    WithRights,
}

/// Where in a list an account stands. Its text is what a cursor is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Among all, by when they were made.
    Made(UserId),
    /// Among those whose user name begins as was looked for.
    Username(String),
    /// Behind these, among those whose address alone does.
    Email(String),
}

impl Search {
    fn begin(&self) -> Option<String> {
        self.begin.as_deref().map(str::to_ascii_lowercase)
    }

    /// The place of an account in this list.
    pub fn place(&self, user: &User) -> Place {
        match self.begin() {
            None => Place::Made(user.id),
            Some(begin) if user.username.key().starts_with(&begin) => Place::Username(user.username.key()),
            Some(_) => Place::Email(email_key(user.id, &user.email, user.email_verified)),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Made(id) => write!(f, "i {id}"),
            Self::Username(key) => write!(f, "u {key}"),
            Self::Email(key) => write!(f, "e {key}"),
        }
    }
}

impl FromStr for Place {
    type Err = String;

    /// The error is a sentence for whoever sent the cursor.
    fn from_str(text: &str) -> Result<Self, String> {
        let read = || match text.split_once(' ')? {
            ("i", id) => Some(Self::Made(id.parse().ok()?)),
            ("u", key) => Some(Self::Username(key.to_owned())),
            ("e", key) => Some(Self::Email(key.to_owned())),
            _ => None,
        };
        read().ok_or_else(|| "there is no such place in a list of accounts".to_owned())
    }
}

/// At most `limit` accounts behind `after`: the newest first or, where it is said how they begin, those whose user name does,
/// then those whose address does. Each part is one index's.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn list(
    db: &Db,
    search: &Search,
    after: Option<&Place>,
    limit: u64,
) -> Result<Vec<User>, StorageError> {
    let Some(begin) = search.begin() else {
        let mut query = among(search).order_by_desc(Column::Id);
        if let Some(Place::Made(before)) = after {
            query = query.filter(Column::Id.lt(before.0));
        }
        return read(db, query.limit(limit)).await;
    };
    let mut found = Vec::new();
    // A user name holds no `@`.
    if !begin.contains('@') && !matches!(after, Some(Place::Email(_))) {
        let after = match after {
            Some(Place::Username(key)) => key,
            _ => "",
        };
        let query = among(search).filter(stretch(Column::UsernameKey, &begin, after));
        found = read(db, query.order_by_asc(Column::UsernameKey).limit(limit)).await?;
    }
    let missing = limit.saturating_sub(found.len() as u64);
    if missing > 0 {
        let after = match after {
            Some(Place::Email(key)) => key,
            _ => "",
        };
        let mut query = among(search).filter(stretch(Column::EmailKey, &begin, after));
        if let Some(end) = end_of(&begin) {
            let listed = Column::UsernameKey.gte(begin.as_str()).and(Column::UsernameKey.lt(end));
            query = query.filter(listed.not());
        }
        found.extend(read(db, query.order_by_asc(Column::EmailKey).limit(missing)).await?);
    }
    Ok(found)
}

fn among(search: &Search) -> Select<Entity> {
    match search.only {
        None => Entity::find(),
        // In the words of its index.
        Some(Only::Disabled) => Entity::find().filter(Expr::cust("state = 'disabled'")),
        Some(Only::WithRights) => Entity::find().filter(some_right()),
    }
}

/// The keys that begin so and stand behind `after`, which is empty at the start. One lower bound, as in `begins`.
fn stretch(column: Column, begin: &str, after: &str) -> SimpleExpr {
    let bound = if begin > after { column.gte(begin) } else { column.gt(after) };
    match end_of(begin) {
        Some(end) => bound.and(column.lt(end)),
        None => bound,
    }
}

/// The first text behind all keys that begin so; keys are ASCII.
fn end_of(begin: &str) -> Option<String> {
    behind(begin.as_bytes()).and_then(|end| String::from_utf8(end).ok())
}

async fn read(db: &Db, query: Select<Entity>) -> Result<Vec<User>, StorageError> {
    query.into_partial_model::<Row>().all(db.read()).await?.into_iter().map(User::try_from).collect()
}
