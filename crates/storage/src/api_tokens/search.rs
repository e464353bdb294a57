use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use postern_domain::{OrganizationId, Timestamp, TokenId, TokenKind, UserId};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, Select, Value};

use crate::prefix::{begins, behind};
use crate::tokens::row::{Column, Entity};
use crate::tokens::{Token, name_key};

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
    /// Not used since then, or never.
    pub unused_since: Option<Timestamp>,
    /// Made by then.
    pub made_until: Option<Timestamp>,
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

    pub(super) fn kinds(&self) -> Vec<TokenKind> {
        let of_owner = match self.owner {
            Some(Owner::User(_)) => vec![TokenKind::Personal],
            Some(Owner::Organization(_)) => vec![TokenKind::Organization],
            None => vec![TokenKind::Personal, TokenKind::Organization],
        };
        of_owner.into_iter().filter(|kind| self.kind.is_none_or(|wanted| wanted == *kind)).collect()
    }

    pub(super) fn query(&self, kind: TokenKind, after: Option<&Place>, now: Timestamp) -> Select<Entity> {
        let (column, order) = self.order();
        let mut query = match self.owner {
            Some(owner) => of_owner(owner),
            None => of_kind(kind),
        };
        if let Some(name) = &self.name {
            let begin = name_key(name);
            query = match (after, behind(&begin)) {
                (None, _) => query.filter(begins(Column::NameKey, &begin, None)),
                // The place is the lower bound.
                (Some(_), Some(end)) => query.filter(Column::NameKey.lt(end)),
                (Some(_), None) => query,
            };
        }
        if let Some(since) = self.unused_since {
            query = query.filter(Column::LastUsedAt.is_null().or(Column::LastUsedAt.lt(since.0)));
        }
        if let Some(until) = self.made_until {
            query = query.filter(Column::CreatedAt.lte(until.0));
        }
        query = match self.state {
            None => query,
            Some(State::Revoked) => query.filter(Column::RevokedAt.is_not_null()),
            Some(State::Expired) => {
                let end = match after.map(|place| &place.by) {
                    Some(By::Time(at)) if self.name.is_none() => Ord::min(now.0, *at),
                    _ => now.0,
                };
                query.filter(Column::RevokedAt.is_null()).filter(Column::ExpiresAt.lte(end))
            }
            Some(State::Active) => query.filter(Column::RevokedAt.is_null()).filter(lasts(now)),
        };
        if let Some(after) = after {
            query = query.filter(beyond(column, &order, after));
        }
        query.order_by(column, order.clone()).order_by(Column::Id, order)
    }

    /// Which of two tokens of the list comes first.
    pub(super) fn compare(&self, a: &Token, b: &Token) -> Ordering {
        let (a, b) = (self.place(a), self.place(b));
        let ascending = a.by.cmp(&b.by).then(a.id.cmp(&b.id));
        if self.order().1 == Order::Asc { ascending } else { ascending.reverse() }
    }
}

fn of_kind(kind: TokenKind) -> Select<Entity> {
    named().filter(Column::Kind.eq(kind.spec().code))
}

/// Those of an owner, who has them of one kind only. Saying it would have SQLite search them among everybody's of that kind.
pub(super) fn of_owner(owner: Owner) -> Select<Entity> {
    named().filter(match owner {
        Owner::User(id) => Column::UserId.eq(id.0),
        Owner::Organization(id) => Column::OrganizationId.eq(id.0),
    })
}

/// Only personal and organization tokens have a name.
fn named() -> Select<Entity> {
    Entity::find().filter(Column::NameKey.is_not_null())
}

pub(super) fn lasts(now: Timestamp) -> SimpleExpr {
    Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(now.0))
}

/// What stands behind a place. The two are compared as one, by which both databases go on in their index: however many tokens
/// have the same name, none of those before is looked at again.
fn beyond(column: Column, order: &Order, place: &Place) -> SimpleExpr {
    let lead: Value = match &place.by {
        By::Time(at) => (*at).into(),
        By::Name(name) => name.clone().into(),
    };
    let here = Expr::tuple([Expr::col(column), Expr::col(Column::Id)]);
    let there = Expr::tuple([Expr::value(lead), Expr::value(place.id.0)]);
    if *order == Order::Asc { here.gt(there) } else { here.lt(there) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, random_id};

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for by in [By::Time(-5), By::Time(NOW.0), By::Name("a “b” c".into()), By::Name(Vec::new())] {
            let place = Place { by, id: TokenId(random_id()) };
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in ["", "x", "x 1", &format!("{} ", random_id()), &format!("{} x", random_id())] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }
}
