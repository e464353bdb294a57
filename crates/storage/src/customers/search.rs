use std::fmt;
use std::str::FromStr;

use postern_domain::{Customer, CustomerId, OrganizationId, Timestamp};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::rows::{Column, Entity, name_key, of};
use crate::prefix::begins;
use crate::{Db, StorageError};

/// Where in a list a customer stands. Its text is what a cursor is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Among all, the newest first.
    Newest(Timestamp, CustomerId),
    /// Among those whose address begins as was looked for.
    Email(Vec<u8>),
    /// Behind these, among those whose name alone does.
    Name(Vec<u8>, CustomerId),
}

impl Place {
    /// The place of a customer in a list, with what was looked for in it.
    pub fn of(customer: &Customer, search: Option<&str>) -> Self {
        let Some(search) = search else { return Self::Newest(customer.created_at, customer.id) };
        let email = customer.email.key().into_bytes();
        if email.starts_with(&email_key(search)) {
            return Self::Email(email);
        }
        let name = customer.name.as_ref().map(|name| name_key(name.as_str()));
        Self::Name(name.unwrap_or_default(), customer.id)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest(at, id) => write!(f, "t {id} {}", at.0),
            Self::Email(email) => write!(f, "e {}", String::from_utf8_lossy(email)),
            Self::Name(name, id) => write!(f, "n {id} {}", String::from_utf8_lossy(name)),
        }
    }
}

impl FromStr for Place {
    type Err = String;

    /// The error is a sentence for whoever sent the cursor.
    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (by, rest) = text.split_once(' ')?;
            if by == "e" {
                return Some(Self::Email(rest.as_bytes().to_vec()));
            }
            let (id, rest) = rest.split_once(' ')?;
            let id = id.parse().ok()?;
            match by {
                "t" => Some(Self::Newest(Timestamp(rest.parse().ok()?), id)),
                "n" => Some(Self::Name(rest.as_bytes().to_vec(), id)),
                _ => None,
            }
        };
        read().ok_or_else(|| "there is no such place in a list of customers".to_owned())
    }
}

/// At most `limit` customers of an organization behind `after`: the newest first or, where `search` is given, those whose
/// address begins with it, then those whose name does. Nothing in it stands for anything else. Each part is one index's.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn list(
    db: &Db,
    organization: OrganizationId,
    search: Option<&str>,
    after: Option<&Place>,
    limit: u64,
) -> Result<Vec<Customer>, StorageError> {
    let Some(search) = search else {
        return read(db, newest(organization, after).limit(limit)).await;
    };
    let mut found = Vec::new();
    if !matches!(after, Some(Place::Name(..))) {
        found = read(db, by_email(organization, search, after).limit(limit)).await?;
    }
    let missing = limit.saturating_sub(found.len() as u64);
    if missing > 0 {
        found.extend(read(db, by_name(organization, search, after).limit(missing)).await?);
    }
    Ok(found)
}

async fn read(db: &Db, query: Select<Entity>) -> Result<Vec<Customer>, StorageError> {
    query.all(db.read()).await?.into_iter().map(Customer::try_from).collect()
}

fn newest(organization: OrganizationId, after: Option<&Place>) -> Select<Entity> {
    let mut query = of(organization);
    if let Some(Place::Newest(at, id)) = after {
        // The first half alone bounds the search in the index.
        let earlier = Column::CreatedAt.lt(at.0).or(Column::Id.lt(id.0));
        query = query.filter(Column::CreatedAt.lte(at.0).and(earlier));
    }
    query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id)
}

fn by_email(organization: OrganizationId, search: &str, after: Option<&Place>) -> Select<Entity> {
    let after = match after {
        Some(Place::Email(email)) => Some(email.as_slice()),
        _ => None,
    };
    let query = of(organization).filter(begins(Column::EmailKey, &email_key(search), after));
    let query = match after {
        Some(email) => query.filter(Column::EmailKey.ne(email.to_vec())),
        None => query,
    };
    query.order_by_asc(Column::EmailKey)
}

fn by_name(organization: OrganizationId, search: &str, after: Option<&Place>) -> Select<Entity> {
    let after = match after {
        Some(Place::Name(name, id)) => Some((name.as_slice(), id)),
        _ => None,
    };
    let mut query = of(organization)
        .filter(begins(Column::NameKey, &name_key(search), after.map(|(name, _)| name)))
        .filter(Column::NameKey.is_not_null())
        .filter(begins(Column::EmailKey, &email_key(search), None).not());
    if let Some((name, id)) = after {
        query = query.filter(Column::NameKey.gt(name.to_vec()).or(Column::Id.gt(id.0)));
    }
    query.order_by_asc(Column::NameKey).order_by_asc(Column::Id)
}

fn email_key(search: &str) -> Vec<u8> {
    search.to_ascii_lowercase().into_bytes()
}
