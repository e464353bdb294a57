//! Accounts of people.

mod deletion;
mod rights;
mod search;

use std::collections::BTreeSet;

use postern_domain::{
    Email, InstanceRight, PersonName, StandardClaims, Timestamp, User, UserId, UserState, Username,
};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ActiveValue, ConnectionTrait, DbBackend, QueryOrder, QuerySelect, Statement};

use crate::mapping::{corrupt, from_json, to_json};
use crate::{Db, StorageError, Tx};

pub use deletion::{delete, due_for_deletion, set_deletes_at};

const TABLE: &str = "users";

pub(crate) mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub email: String,
        pub email_key: String,
        pub email_verified: bool,
        pub username: String,
        pub username_key: String,
        pub name: String,
        pub rights: String,
        pub state: String,
        pub password_hash: Option<String>,
        pub password_changed_at: i64,
        pub created_at: i64,
        pub updated_at: i64,
        pub claims: Option<String>,
        pub deletes_at: Option<i64>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub use rights::{another_has_right, another_has_right_now, first_with_right, set_rights};
pub use search::{Only, Place, Search, list};
use table::{ActiveModel, Column, Entity};

/// What is read of an account: all but the password's hash, which has a query of its own.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "Entity")]
struct Row {
    id: Uuid,
    email: String,
    email_verified: bool,
    username: String,
    name: String,
    rights: String,
    state: String,
    password_changed_at: i64,
    created_at: i64,
    updated_at: i64,
    claims: Option<String>,
    deletes_at: Option<i64>,
}

impl TryFrom<Row> for User {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        Ok(Self {
            id: UserId(row.id),
            email: Email::parse(&row.email).map_err(|error| corrupt(TABLE, error))?,
            email_verified: row.email_verified,
            username: Username::parse(&row.username).map_err(|error| corrupt(TABLE, error))?,
            name: PersonName::parse(&row.name).map_err(|error| corrupt(TABLE, error))?,
            claims: row
                .claims
                .as_deref()
                .map_or_else(|| Ok(StandardClaims::default()), |text| from_json(TABLE, text))?,
            rights: from_json(TABLE, &row.rights)?,
            state: state_of(&row.state)?,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
            password_changed_at: Timestamp(row.password_changed_at),
            deletes_at: row.deletes_at.map(Timestamp),
        })
    }
}

/// Which of the values that must be unique another account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The e-mail address, which is verified there.
    Email,
    /// The user name.
    Username,
}

impl Taken {
    /// What an error of [`insert`] or [`update_profile`] says is taken, if that is what it says.
    pub fn of(error: &StorageError) -> Option<Self> {
        let StorageError::Taken(what) = error else { return None };
        match () {
            () if what.contains("email_key") => Some(Self::Email),
            () if what.contains("username_key") => Some(Self::Username),
            () => None,
        }
    }
}

/// The account with this id.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find(db: &Db, id: UserId) -> Result<Option<User>, StorageError> {
    let found = Entity::find_by_id(id.0).into_partial_model::<Row>().one(db.read()).await?;
    found.map(User::try_from).transpose()
}

/// The account with this user name or e-mail address, in whatever case it was typed. Of several that say an address is theirs it
/// is the one that has proved it, else the oldest.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn find_by_identifier(db: &Db, identifier: &str) -> Result<Option<User>, StorageError> {
    let key = identifier.trim().to_ascii_lowercase();
    // A user name holds no `@`, so at most one of the two can match.
    let query = match key.contains('@') {
        false => Entity::find().filter(Column::UsernameKey.eq(key)),
        true => {
            // Proved, it stands for itself; behind it are those that are not, by a space and their ids.
            let end = format!("{key}!");
            let of_address = Column::EmailKey.gte(key).and(Column::EmailKey.lt(end));
            Entity::find().filter(of_address).order_by_asc(Column::EmailKey)
        }
    };
    let found = query.into_partial_model::<Row>().one(db.read()).await?;
    found.map(User::try_from).transpose()
}

/// How many accounts there are.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count(db: &Db) -> Result<u64, StorageError> {
    Ok(Entity::find().count(db.read()).await?)
}

/// Whether there is any account.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn exist(db: &Db) -> Result<bool, StorageError> {
    any_on(db.read()).await
}

/// Whether there is no account yet. Then nobody else makes one until this change is over.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn none_yet(tx: &Tx) -> Result<bool, StorageError> {
    let (connection, backend) = (tx.connection(), tx.connection().get_database_backend());
    // On SQLite there is no other change at the same time.
    if backend == DbBackend::Postgres {
        let lock = "LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE";
        connection.execute_raw(Statement::from_string(backend, lock)).await?;
    }
    Ok(!any_on(connection).await?)
}

async fn any_on(connection: &impl ConnectionTrait) -> Result<bool, StorageError> {
    let query = Entity::find().select_only().column(Column::Id).limit(1);
    let found: Option<Uuid> = query.into_tuple().one(connection).await?;
    Ok(found.is_some())
}

/// What an address is found by, which no two accounts share: itself where it is proved, and else with the account behind it.
/// So anybody can say that an address is theirs, nobody learns whose it is, and who says so first keeps nobody from proving it.
pub(crate) fn email_key(id: UserId, email: &Email, is_verified: bool) -> String {
    if is_verified { email.key() } else { format!("{} {}", email.key(), id.0.simple()) }
}

/// Adds an account. Without a password hash nobody can sign in to it until one is set.
///
/// # Errors
/// [`StorageError::Taken`], which [`Taken::of`] reads, if its name, or its address that counts as verified,
/// is another account's.
pub async fn insert(tx: &Tx, user: &User, password_hash: Option<&str>) -> Result<(), StorageError> {
    let row = ActiveModel {
        id: ActiveValue::Set(user.id.0),
        email: ActiveValue::Set(user.email.as_str().to_owned()),
        email_key: ActiveValue::Set(email_key(user.id, &user.email, user.email_verified)),
        email_verified: ActiveValue::Set(user.email_verified),
        username: ActiveValue::Set(user.username.as_str().to_owned()),
        username_key: ActiveValue::Set(user.username.key()),
        name: ActiveValue::Set(user.name.as_str().to_owned()),
        rights: ActiveValue::Set(rights_text(&user.rights)?),
        state: ActiveValue::Set(state_text(user.state).to_owned()),
        password_hash: ActiveValue::Set(password_hash.map(str::to_owned)),
        password_changed_at: ActiveValue::Set(user.password_changed_at.0),
        created_at: ActiveValue::Set(user.created_at.0),
        updated_at: ActiveValue::Set(user.updated_at.0),
        claims: ActiveValue::Set(claims_text(&user.claims)?),
        deletes_at: ActiveValue::Set(user.deletes_at.map(|at| at.0)),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    tx.invalidate(user.id.0);
    Ok(())
}

/// What a person can change of their account themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The address; another one than before counts as not verified.
    pub email: Email,
    /// The name to sign in with.
    pub username: Username,
    /// What the person is called.
    pub name: PersonName,
    /// What else the person says of themselves.
    pub claims: StandardClaims,
}

/// Changes the claims of an account. Answers `false` if there is no such account.
///
/// # Errors
/// [`StorageError::Taken`], which [`Taken::of`] reads, if the name is another account's.
pub async fn update_profile(
    tx: &Tx,
    id: UserId,
    profile: &Profile,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let same_email = Column::EmailKey.eq(profile.email.key());
    let verified = Expr::col(Column::EmailVerified).and(same_email);
    let key = |is_verified| Expr::value(email_key(id, &profile.email, is_verified));
    let update = Entity::update_many()
        .col_expr(Column::EmailVerified, verified.clone())
        .col_expr(Column::Email, Expr::value(profile.email.as_str()))
        .col_expr(Column::EmailKey, Expr::case(verified, key(true)).finally(key(false)).into())
        .col_expr(Column::Username, Expr::value(profile.username.as_str()))
        .col_expr(Column::UsernameKey, Expr::value(profile.username.key()))
        .col_expr(Column::Name, Expr::value(profile.name.as_str()))
        .col_expr(Column::Claims, Expr::value(claims_text(&profile.claims)?))
        .col_expr(Column::UpdatedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0));
    tx.change(id.0, update).await
}

/// Counts an address of an account as verified. Answers `false` if the account is gone or has another address.
///
/// # Errors
/// [`StorageError::Taken`], which [`Taken::of`] reads, if another account has proved it.
pub async fn verify_email(tx: &Tx, id: UserId, email: &Email, now: Timestamp) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::EmailVerified, Expr::value(true))
        .col_expr(Column::EmailKey, Expr::value(email.key()))
        .col_expr(Column::UpdatedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::EmailKey.is_in([true, false].map(|is_verified| email_key(id, email, is_verified))));
    tx.change(id.0, update).await
}

/// Opens or closes an account. Answers `false` if there is no such account.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn set_state(tx: &Tx, id: UserId, state: UserState, now: Timestamp) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::State, Expr::value(state_text(state)))
        .col_expr(Column::UpdatedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0));
    tx.change(id.0, update).await
}

fn rights_text(rights: &BTreeSet<InstanceRight>) -> Result<String, StorageError> {
    to_json(TABLE, rights)
}

/// The column of what people say of themselves: `NULL` where that is nothing.
fn claims_text(claims: &StandardClaims) -> Result<Option<String>, StorageError> {
    if claims.is_empty() { Ok(None) } else { to_json(TABLE, claims).map(Some) }
}

pub(crate) const fn state_text(state: UserState) -> &'static str {
    match state {
        UserState::Active => "active",
        UserState::Disabled => "disabled",
    }
}

fn state_of(text: &str) -> Result<UserState, StorageError> {
    match text {
        "active" => Ok(UserState::Active),
        "disabled" => Ok(UserState::Disabled),
        other => Err(corrupt(TABLE, format_args!("{other} is not a state"))),
    }
}

/// How many accounts there are; counted no further than `most`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_up_to(db: &Db, most: u64) -> Result<u64, StorageError> {
    crate::count::count_up_to(db, Entity::find(), most).await
}

#[cfg(test)]
mod tests;
