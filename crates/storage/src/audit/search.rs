use std::cmp::Reverse;
use std::collections::BTreeSet;

use postern_domain::audit::{Action, Event, EventId, Outcome};
use postern_domain::{OrganizationId, Timestamp, TokenId, UserId};
use sea_orm::sea_query::{Condition, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::record::Record;
use super::row::{Column, Entity};
use crate::{Db, StorageError};

/// Whose events somebody may see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    #[default]
    Everybodys,
    /// What a person did, what was done with their tokens or on their behalf, and what was done to their account.
    User(UserId),
    /// An organization's.
    Organization(OrganizationId),
}

/// What is looked for. What is not said does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Whose.
    pub whose: Whose,
    /// Of calls and acts with a token, and of acts on it.
    pub token: Option<TokenId>,
    /// As of [`Whose::User`].
    pub user: Option<UserId>,
    /// Of an organization.
    pub organization: Option<OrganizationId>,
    /// With these outcomes; with any if there are none.
    pub outcomes: Vec<Outcome>,
    /// Of acts of one kind.
    pub action: Option<Action>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

/// The event with this id.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn find(db: &Db, id: EventId) -> Result<Option<Event>, StorageError> {
    let found = Entity::find_by_id(id.0).one(db.read()).await?;
    found.map(|row| Record::parts(row)?.0.event()).transpose()
}

/// At most `limit` events behind `before`, the newest first.
///
/// Each search is a few stretches of indices, one for each column and outcome that events can be found by, so that nothing
/// is read in vain.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn list(
    db: &Db,
    search: &Search,
    before: Option<EventId>,
    limit: u64,
) -> Result<Vec<Event>, StorageError> {
    let of_token = match search.token {
        Some(token) if !search.users().is_empty() || !search.organizations().is_empty() => {
            Some(TokenOf::find(db, token).await?)
        }
        _ => None,
    };
    let bounds = search.bounds(before);
    let mut found = BTreeSet::new();
    for stretch in search.stretches(of_token) {
        let query = Entity::find().select_only().column(Column::Id).filter(stretch).filter(bounds.clone());
        let ids = query.order_by_desc(Column::Id).limit(limit);
        found.extend(ids.into_tuple::<Uuid>().all(db.read()).await?);
    }
    let newest = found.into_iter().rev().take(usize::try_from(limit).unwrap_or(usize::MAX));
    rows(db, &newest.collect::<Vec<_>>()).await
}

/// The events with these ids, the newest first. The indices lie close together, the rows do not: on a disk they are read at
/// as many places, so that only those that are wanted are, and several at a time.
async fn rows(db: &Db, ids: &[Uuid]) -> Result<Vec<Event>, StorageError> {
    let part = |first: usize| {
        let ids = ids.iter().skip(first).step_by(4).copied();
        Entity::find().filter(Column::Id.is_in(ids)).all(db.read())
    };
    let (first, second, third, fourth) = tokio::try_join!(part(0), part(1), part(2), part(3))?;
    let mut rows = [first, second, third, fourth].concat();
    rows.sort_by_key(|row| Reverse(row.id));
    rows.into_iter().map(|row| Record::parts(row)?.0.event()).collect()
}

/// Whose a token is, as all of its calls say alike.
#[derive(Clone, Copy, Default)]
struct TokenOf {
    user: Option<Uuid>,
    organization: Option<Uuid>,
}

impl TokenOf {
    async fn find(db: &Db, token: TokenId) -> Result<Self, StorageError> {
        for outcome in Outcome::CALLS {
            let query = Entity::find().filter(both(Column::TokenId.eq(token.0), outcome));
            if let Some(row) = query.order_by_desc(Column::Id).limit(1).one(db.read()).await? {
                return Ok(Self { user: row.user_id, organization: row.organization_id });
            }
        }
        Ok(Self::default())
    }
}

fn both(column: SimpleExpr, outcome: Outcome) -> SimpleExpr {
    column.and(Column::Outcome.eq(outcome.as_str()))
}

impl Search {
    /// What holds for all stretches.
    fn bounds(&self, before: Option<EventId>) -> Condition {
        let until = self.until.map(EventId::first_at);
        let end = [before, until].into_iter().flatten().min();
        Condition::all()
            .add_option(end.map(|end| Column::Id.lt(end.0)))
            .add_option(self.since.map(|since| Column::Id.gte(EventId::first_at(since).0)))
    }

    fn users(&self) -> Vec<UserId> {
        let own = match self.whose {
            Whose::User(user) => Some(user),
            _ => None,
        };
        let users = self.user.into_iter().chain(own.filter(|own| Some(*own) != self.user));
        users.collect()
    }

    fn organizations(&self) -> Vec<OrganizationId> {
        let own = match self.whose {
            Whose::Organization(organization) => Some(organization),
            _ => None,
        };
        self.organization.into_iter().chain(own.filter(|own| Some(*own) != self.organization)).collect()
    }

    /// The outcomes that can be found.
    fn outcomes(&self) -> Vec<Outcome> {
        let all = if self.outcomes.is_empty() { Outcome::ALL.to_vec() } else { self.outcomes.clone() };
        all.into_iter().filter(|outcome| self.action.is_none() || *outcome == Outcome::Act).collect()
    }

    /// A stretch of one outcome, or of acts of one kind: that says the outcome too, and saying it again would have
    /// PostgreSQL believe that there are fewer.
    fn part(&self, column: SimpleExpr, outcome: Outcome) -> SimpleExpr {
        match self.action {
            Some(action) => column.and(Column::Action.eq(action.code())),
            None => both(column, outcome),
        }
    }

    /// A stretch whose index knows no kinds of acts. They are looked for in a way that keeps SQLite from going through all
    /// acts of that kind, of which there are many more.
    fn of_kind(&self, stretch: SimpleExpr) -> SimpleExpr {
        match self.action {
            Some(action) => stretch.and(Column::Action.if_null("").eq(action.code())),
            None => stretch,
        }
    }

    /// That somebody other than those that a stretch is made of has to do with it, too. An organization is not named in a
    /// way that SQLite could find by: it would rather go through all that is the organization's than through the stretch.
    fn with(&self, stretch: SimpleExpr, users: &[UserId], organizations: &[OrganizationId]) -> Condition {
        let mut all = Condition::all().add(stretch);
        for user in users {
            let involved = Column::UserId.eq(user.0).or(Column::ActingFor.eq(user.0));
            all = all.add(involved.or(Column::TargetId.eq(user.0)));
        }
        for organization in organizations {
            all = all.add(Column::OrganizationId.ne(organization.0).not());
        }
        all
    }

    /// The stretches of indices in which everything is that is looked for.
    fn stretches(&self, of_token: Option<TokenOf>) -> Vec<Condition> {
        let outcomes = self.outcomes();
        let (users, organizations) = (self.users(), self.organizations());
        if outcomes.is_empty() {
            return Vec::new();
        }
        if let Some(token) = self.token {
            return self.of_token(token, of_token.unwrap_or_default(), &outcomes);
        }
        if let Some((user, other_users)) = users.split_first() {
            return self.of_user(*user, other_users, &outcomes);
        }
        if let Some((organization, others)) = organizations.split_first() {
            let of = |outcome: &Outcome| self.part(Column::OrganizationId.eq(organization.0), *outcome);
            return outcomes.iter().map(|outcome| self.with(of(outcome), &[], others)).collect();
        }
        let plain = |expr: SimpleExpr| Condition::all().add(expr);
        if let Some(action) = self.action {
            return vec![plain(Column::Action.eq(action.code()))];
        }
        if self.outcomes.is_empty() {
            // All of them: the ids are an index of their own.
            return vec![Condition::all()];
        }
        outcomes.iter().map(|outcome| plain(Column::Outcome.eq(outcome.as_str()))).collect()
    }

    /// Events with a token and on it. All its calls are of the same person and organization: if that is somebody else,
    /// they are not gone through in vain.
    fn of_token(&self, token: TokenId, of: TokenOf, outcomes: &[Outcome]) -> Vec<Condition> {
        let (users, organizations) = (self.users(), self.organizations());
        let same_user = users.iter().all(|user| of.user == Some(user.0));
        let same_organization = organizations.iter().all(|it| of.organization == Some(it.0));
        let with_token = || Column::TokenId.eq(token.0);
        let mut all = Vec::new();
        for outcome in outcomes {
            match (outcome, same_user && same_organization, users.first()) {
                (Outcome::Call(_), true, _) => {
                    all.push(self.with(self.part(with_token(), *outcome), &[], &[]))
                }
                (Outcome::Call(_), false, Some(user)) => {
                    let for_user = self.part(Column::ActingFor.eq(user.0), *outcome).and(with_token());
                    all.push(self.with(for_user, &users, &organizations));
                }
                (Outcome::Call(_), false, None) => {}
                (Outcome::Act, ..) => {
                    all.push(self.with(self.part(with_token(), *outcome), &users, &organizations));
                    all.push(self.with(self.of_kind(Column::TargetId.eq(token.0)), &users, &organizations));
                }
            }
        }
        all
    }

    fn of_user(&self, user: UserId, other_users: &[UserId], outcomes: &[Outcome]) -> Vec<Condition> {
        let organizations = self.organizations();
        let mut all = Vec::new();
        for outcome in outcomes {
            let by_user = match organizations.first().filter(|_| self.action.is_none()) {
                Some(organization) => {
                    Column::OrganizationId.eq(organization.0).and(Column::UserId.eq(user.0))
                }
                None => Column::UserId.eq(user.0),
            };
            let by_user = self.part(by_user, *outcome);
            all.push(self.with(by_user, other_users, &organizations));
            let for_user = self.of_kind(both(Column::ActingFor.eq(user.0), *outcome));
            all.push(self.with(for_user, other_users, &organizations));
            if *outcome == Outcome::Act {
                all.push(self.with(self.of_kind(Column::TargetId.eq(user.0)), other_users, &organizations));
            }
        }
        all
    }
}
