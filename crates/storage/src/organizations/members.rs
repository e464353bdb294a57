use postern_domain::{Membership, Organization, OrganizationId, Role, Timestamp, UserId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait, OnConflict};
use sea_orm::{ActiveValue, Condition, ConnectionTrait, QueryOrder, QuerySelect, Statement};

use super::{Column, Entity, membership};
use crate::count::count_up_to;
use crate::mapping::corrupt;
use crate::{Db, StorageError, Tx};

const MEMBERSHIPS: &str = "memberships";

/// What a person is in an organization; `None` if they do not belong to it.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn role(db: &Db, organization: OrganizationId, user: UserId) -> Result<Option<Role>, StorageError> {
    role_on(db.read(), organization, user).await
}

/// The same, as the change in progress sees it.
///
/// # Errors
/// [`StorageError`] if the database fails or the row cannot be read.
pub async fn role_now(
    tx: &Tx,
    organization: OrganizationId,
    user: UserId,
) -> Result<Option<Role>, StorageError> {
    role_on(tx.connection(), organization, user).await
}

async fn role_on(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    user: UserId,
) -> Result<Option<Role>, StorageError> {
    let query = of(organization, user).select_only().column(membership::Column::Role);
    let role: Option<String> = query.into_tuple().one(connection).await?;
    role.map(|role| role.parse().map_err(|error| corrupt(MEMBERSHIPS, error))).transpose()
}

/// The organizations of a person and what they are there, by slug.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn of_user(db: &Db, user: UserId) -> Result<Vec<(Organization, Role)>, StorageError> {
    let found = memberships_of(db, user).await?;
    Ok(found.into_iter().map(|(organization, membership)| (organization, membership.role)).collect())
}

/// The same, with since when they belong to each.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn memberships_of(db: &Db, user: UserId) -> Result<Vec<(Organization, Membership)>, StorageError> {
    memberships_on(db.read(), user).await
}

/// The organizations of a person, as the change in progress sees them.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn of_user_now(tx: &Tx, user: UserId) -> Result<Vec<Organization>, StorageError> {
    let found = memberships_on(tx.connection(), user).await?;
    Ok(found.into_iter().map(|(organization, _)| organization).collect())
}

async fn memberships_on(
    connection: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<(Organization, Membership)>, StorageError> {
    let query = membership::Entity::find()
        .filter(membership::Column::UserId.eq(user.0))
        .find_also_related(Entity)
        .order_by_asc(Column::Slug);
    let mut found = Vec::new();
    for (member, organization) in query.all(connection).await? {
        if let Some(organization) = organization {
            found.push((Organization::try_from(organization)?, Membership::try_from(member)?));
        }
    }
    Ok(found)
}

/// The members of an organization, those who are there longest first: at most `limit` behind `after`.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn members(
    db: &Db,
    organization: OrganizationId,
    after: Option<(Timestamp, UserId)>,
    limit: u64,
) -> Result<Vec<Membership>, StorageError> {
    use membership::Column;
    let mut query = membership::Entity::find()
        .filter(Column::OrganizationId.eq(organization.0))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::UserId)
        .limit(limit);
    if let Some((at, user)) = after {
        // The first half alone bounds the search in the index.
        let later = Column::CreatedAt.gt(at.0).or(Column::UserId.gt(user.0));
        query = query.filter(Column::CreatedAt.gte(at.0).and(later));
    }
    query.all(db.read()).await?.into_iter().map(Membership::try_from).collect()
}

/// The members of an organization who have neither an authenticator app nor a passkey, those who are there longest first:
/// at most `limit`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn without_second_factor(
    db: &Db,
    organization: OrganizationId,
    limit: u64,
) -> Result<Vec<UserId>, StorageError> {
    let sql = "SELECT m.user_id FROM memberships m WHERE m.organization_id = $1 \
         AND NOT EXISTS (SELECT 1 FROM authenticators a WHERE a.user_id = m.user_id) \
         AND NOT EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = m.user_id) \
         ORDER BY m.created_at, m.user_id LIMIT $2";
    let values: [Value; 2] = [organization.0.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    let connection = db.read();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let rows = connection.query_all_raw(statement).await?;
    rows.iter().map(|row| Ok(UserId(row.try_get::<Uuid>("", "user_id")?))).collect()
}

/// How many members an organization has, and how many of them are owners; counted no further than `most`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_members(
    db: &Db,
    organization: OrganizationId,
    most: u64,
) -> Result<(u64, u64), StorageError> {
    let all = membership::Entity::find().filter(membership::Column::OrganizationId.eq(organization.0));
    let owners = all.clone().filter(membership::Column::Role.eq(Role::Owner.as_str()));
    Ok((count_up_to(db, all, most).await?, count_up_to(db, owners, most).await?))
}

/// How many owners there are, as the change in progress sees it. On PostgreSQL it holds them, so that of two owners who
/// leave at once one stays.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn owners_now(tx: &Tx, organization: OrganizationId) -> Result<usize, StorageError> {
    let owners = membership::Entity::find()
        .filter(membership::Column::OrganizationId.eq(organization.0))
        .filter(membership::Column::Role.eq(Role::Owner.as_str()))
        .lock_exclusive();
    Ok(owners.all(tx.connection()).await?.len())
}

/// Adds a member; answers `false` if the person is one already.
///
/// # Errors
/// [`StorageError`] if the database fails, or the organization or the person is gone.
pub async fn add_member(tx: &Tx, id: Uuid, member: &Membership) -> Result<bool, StorageError> {
    let row = membership::ActiveModel {
        id: ActiveValue::Set(id),
        organization_id: ActiveValue::Set(member.organization_id.0),
        user_id: ActiveValue::Set(member.user_id.0),
        role: ActiveValue::Set(member.role.as_str().to_owned()),
        created_at: ActiveValue::Set(member.created_at.0),
    };
    let once = OnConflict::columns([membership::Column::OrganizationId, membership::Column::UserId])
        .do_nothing()
        .to_owned();
    let added =
        membership::Entity::insert(row).on_conflict(once).exec_without_returning(tx.connection()).await?;
    tx.invalidate(member.user_id.0);
    tx.invalidate(member.organization_id.0);
    Ok(added == 1)
}

/// Makes a member something else; answers `false` if the person is none.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn set_role(
    tx: &Tx,
    organization: OrganizationId,
    user: UserId,
    role: Role,
) -> Result<bool, StorageError> {
    let updated = membership::Entity::update_many()
        .col_expr(membership::Column::Role, Expr::value(role.as_str()))
        .filter(is_of(organization, user))
        .exec(tx.connection())
        .await?;
    tx.invalidate(user.0);
    tx.invalidate(organization.0);
    Ok(updated.rows_affected == 1)
}

/// Takes a member out; answers `false` if the person is none.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn remove_member(
    tx: &Tx,
    organization: OrganizationId,
    user: UserId,
) -> Result<bool, StorageError> {
    let deleted =
        membership::Entity::delete_many().filter(is_of(organization, user)).exec(tx.connection()).await?;
    tx.invalidate(user.0);
    tx.invalidate(organization.0);
    Ok(deleted.rows_affected == 1)
}

fn of(organization: OrganizationId, user: UserId) -> Select<membership::Entity> {
    membership::Entity::find().filter(is_of(organization, user))
}

fn is_of(organization: OrganizationId, user: UserId) -> Condition {
    Condition::all()
        .add(membership::Column::OrganizationId.eq(organization.0))
        .add(membership::Column::UserId.eq(user.0))
}

impl TryFrom<membership::Model> for Membership {
    type Error = StorageError;

    fn try_from(row: membership::Model) -> Result<Self, StorageError> {
        Ok(Self {
            organization_id: OrganizationId(row.organization_id),
            user_id: UserId(row.user_id),
            role: row.role.parse().map_err(|error| corrupt(MEMBERSHIPS, error))?,
            created_at: Timestamp(row.created_at),
        })
    }
}
