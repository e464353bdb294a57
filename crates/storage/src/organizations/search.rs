use std::fmt;
use std::str::FromStr;

use postern_domain::{Organization, Slug};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::{Column, Entity};
use crate::prefix::{begins, behind};
use crate::{Db, StorageError};

/// Where in a list an organization stands. Its text is what a cursor is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Among all, or among those whose slug begins as was looked for.
    Slug(Slug),
    /// Behind these, among those whose name alone does.
    Name(Vec<u8>, Slug),
}

impl Place {
    /// The place of an organization in a list, with what was looked for in it.
    pub fn of(organization: &Organization, search: Option<&str>) -> Self {
        let slug = organization.slug.clone();
        let is_by_slug = search.is_none_or(|search| slug.as_str().starts_with(&slug_begin(search)));
        if is_by_slug { Self::Slug(slug) } else { Self::Name(name_key(organization.name.as_str()), slug) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slug(slug) => write!(f, "s {slug}"),
            Self::Name(name, slug) => write!(f, "n {slug} {}", String::from_utf8_lossy(name)),
        }
    }
}

impl FromStr for Place {
    type Err = String;

    /// The error is a sentence for whoever sent the cursor.
    fn from_str(text: &str) -> Result<Self, String> {
        let read = || match text.split_once(' ')? {
            ("s", slug) => Some(Self::Slug(Slug::parse(slug).ok()?)),
            ("n", rest) => {
                let (slug, name) = rest.split_once(' ')?;
                Some(Self::Name(name.as_bytes().to_vec(), Slug::parse(slug).ok()?))
            }
            _ => None,
        };
        read().ok_or_else(|| "there is no such place in a list of organizations".to_owned())
    }
}

/// At most `limit` organizations behind `after`, for administrators: by slug or, where `search` is given, those whose slug
/// begins with it, then those whose name does. Nothing in it stands for anything else. Each part is one index's.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn list(
    db: &Db,
    search: Option<&str>,
    after: Option<&Place>,
    limit: u64,
) -> Result<Vec<Organization>, StorageError> {
    let mut found = Vec::new();
    if !matches!(after, Some(Place::Name(..))) {
        found = read(db, by_slug(search, after).limit(limit)).await?;
    }
    let missing = limit.saturating_sub(found.len() as u64);
    if let Some(search) = search.filter(|_| missing > 0) {
        found.extend(read(db, by_name(search, after).limit(missing)).await?);
    }
    Ok(found)
}

/// Up to `limit` organizations with this very name.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn find_by_name(db: &Db, name: &str, limit: u64) -> Result<Vec<Organization>, StorageError> {
    // The index is on the case-less form.
    let query = Entity::find().filter(Column::NameKey.eq(name_key(name))).filter(Column::Name.eq(name));
    read(db, query.limit(limit)).await
}

async fn read(db: &Db, query: Select<Entity>) -> Result<Vec<Organization>, StorageError> {
    query.all(db.read()).await?.into_iter().map(Organization::try_from).collect()
}

fn by_slug(search: Option<&str>, after: Option<&Place>) -> Select<Entity> {
    let mut query = Entity::find().order_by_asc(Column::Slug);
    let after = match after {
        Some(Place::Slug(slug)) => slug.as_str(),
        _ => "",
    };
    let begin = search.map(slug_begin).unwrap_or_default();
    if let Some(end) = slug_behind(&begin) {
        query = query.filter(Column::Slug.lt(end));
    }
    // One lower bound, as in `begins`. No slug is empty.
    if begin.as_str() > after {
        query.filter(Column::Slug.gte(begin))
    } else {
        query.filter(Column::Slug.gt(after))
    }
}

fn by_name(search: &str, after: Option<&Place>) -> Select<Entity> {
    let after = match after {
        Some(Place::Name(name, slug)) => Some((name.as_slice(), slug)),
        _ => None,
    };
    let slugs = slug_begin(search);
    let mut query = Entity::find()
        .filter(begins(Column::NameKey, &name_key(search), after.map(|(name, _)| name)))
        .order_by_asc(Column::NameKey)
        .order_by_asc(Column::Slug);
    if let Some(end) = slug_behind(&slugs) {
        query = query.filter(Column::Slug.lt(slugs).or(Column::Slug.gte(end)));
    }
    if let Some((name, slug)) = after {
        query = query.filter(Column::NameKey.gt(name.to_vec()).or(Column::Slug.gt(slug.as_str())));
    }
    query
}

/// What a name is searched by: its case-less form, as bytes.
pub(super) fn name_key(name: &str) -> Vec<u8> {
    name.to_lowercase().into_bytes()
}

fn slug_begin(search: &str) -> String {
    search.to_ascii_lowercase()
}

/// The first text that comes after all slugs that begin so; slugs are ASCII.
fn slug_behind(begin: &str) -> Option<String> {
    behind(begin.as_bytes()).and_then(|end| String::from_utf8(end).ok())
}
