//! Every issued credential, whatever its kind: one table, looked up by keyed hash.

mod of_organization;

use postern_domain::{
    ApiToken, ClientId, CodeBinding, CustomerId, Grant, GrantId, Network, OrganizationId, Permit, PersonName,
    SessionId, Timestamp, TokenHash, TokenId, TokenKind, UserId,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Statement};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::mapping::{corrupt, from_json, hash, to_json};
use crate::{Db, StorageError, Tx, grants};

pub use of_organization::{
    count_of_organization, delete_of_organization, ending_after, revoke_of_organization,
    shorten_of_organization,
};

const TABLE: &str = "tokens";

pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub hash: Vec<u8>,
        pub grant_id: Option<Uuid>,
        pub client_id: Option<Uuid>,
        pub user_id: Option<Uuid>,
        #[sea_orm(column_type = "Text")]
        pub permit: String,
        pub data: Option<String>,
        pub created_at: i64,
        pub expires_at: Option<i64>,
        pub consumed_at: Option<i64>,
        pub revoked_at: Option<i64>,
        pub last_used_at: Option<i64>,
        pub successor: Option<Vec<u8>>,
        pub organization_id: Option<Uuid>,
        pub customer_id: Option<Uuid>,
        pub name: Option<String>,
        /// What the name is searched by, as bytes: those every database orders alike.
        pub name_key: Option<Vec<u8>>,
        pub created_by: Option<Uuid>,
        pub last_used_from: Option<String>,
        pub revoked_by: Option<Uuid>,
        pub sealed: Option<Vec<u8>>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "crate::grants::row::Entity",
            from = "Column::GrantId",
            to = "crate::grants::row::Column::Id"
        )]
        Grant,
    }

    impl Related<crate::grants::row::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Grant.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// An issued credential as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What kind of credential it is.
    pub kind: TokenKind,
    /// What it is looked up by.
    pub hash: TokenHash,
    /// The family it belongs to. That of a code comes to life with its redemption.
    pub grant_id: Option<GrantId>,
    /// The client it was issued to.
    pub client_id: Option<ClientId>,
    /// The person behind it.
    pub user_id: Option<UserId>,
    /// The organization it belongs to or speaks for, or whose customer it was made for.
    pub organization_id: Option<OrganizationId>,
    /// The customer it was made for.
    pub customer_id: Option<CustomerId>,
    /// What it allows.
    pub permit: Permit,
    /// What else is known of it.
    pub data: Option<TokenData>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends; `None` is never.
    pub expires_at: Option<Timestamp>,
    /// When it was redeemed or replaced.
    pub consumed_at: Option<Timestamp>,
    /// Since when it is revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to within some minutes; the first use is always noted.
    pub last_used_at: Option<Timestamp>,
    /// What replaced it, sealed, for as long as an honest retry may get it again.
    pub successor: Option<Vec<u8>>,
    /// Its own value, sealed, where the instance lets owners see it again.
    pub sealed: Option<Vec<u8>>,
}

/// What is known of a token besides its permit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenData {
    /// What a code is bound to.
    Code(CodeBinding),
    /// It came from a refresh, so its first use ends the time in which that refresh may be retried.
    Refreshed,
    /// What its owner knows of a personal or organization token.
    Api(ApiToken),
    /// The session whose page it was made for.
    SessionApi(SessionId),
}

/// What is kept of a [`TokenData`] as JSON: of a personal or organization token, what has no column of its own.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Code(CodeBinding),
    Refreshed,
    Api {
        hint: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        networks: Vec<Network>,
        #[serde(default)]
        everything: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<TokenId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaced_by: Option<TokenId>,
    },
    SessionApi(SessionId),
}

impl Token {
    /// A token that was made at `created_at`, belongs to nobody yet and has no end.
    pub const fn new(
        id: TokenId,
        kind: TokenKind,
        hash: TokenHash,
        permit: Permit,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            kind,
            hash,
            grant_id: None,
            client_id: None,
            user_id: None,
            organization_id: None,
            customer_id: None,
            permit,
            data: None,
            created_at,
            expires_at: None,
            consumed_at: None,
            revoked_at: None,
            last_used_at: None,
            successor: None,
            sealed: None,
        }
    }

    /// What its owner knows of it, if it is a personal or organization token.
    pub const fn api(&self) -> Option<&ApiToken> {
        match &self.data {
            Some(TokenData::Api(api)) => Some(api),
            _ => None,
        }
    }

    /// Whether it is neither over, nor redeemed, nor revoked; its grant is another question.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none()
            && self.consumed_at.is_none()
            && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

/// Inserts tokens in one statement.
///
/// # Errors
/// [`StorageError`] if the database fails, or the client or user of one is gone.
pub async fn insert_many(tx: &Tx, tokens: &[Token]) -> Result<(), StorageError> {
    let rows = tokens.iter().map(model).collect::<Result<Vec<_>, _>>()?;
    let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The token with this hash and the grant it came from, if that has come to life.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn find_by_hash(db: &Db, hash: TokenHash) -> Result<Option<(Token, Option<Grant>)>, StorageError> {
    let query =
        Entity::find().filter(Column::Hash.eq(hash.0.to_vec())).find_also_related(grants::row::Entity);
    let Some((row, grant)) = query.one(db.read()).await? else { return Ok(None) };
    Ok(Some((token(row)?, grant.map(grants::grant).transpose()?)))
}

/// Ends one token; answers whether it was not revoked before.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn revoke(tx: &Tx, id: TokenId, now: Timestamp) -> Result<bool, StorageError> {
    let update = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::RevokedAt.is_null());
    tx.change(id.0, update).await
}

/// Ends all that a client holds of a user, codes that are not redeemed yet included; answers how many grants it ended.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn revoke_for_client_and_user(
    tx: &Tx,
    client: ClientId,
    user: UserId,
    now: Timestamp,
) -> Result<u64, StorageError> {
    // Codes first: a redemption in progress holds its code's row, so its grant is there to be seen afterwards.
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now.0))
        .filter(Column::UserId.eq(user.0))
        .filter(Column::ClientId.eq(client.0))
        .filter(Column::Kind.eq(TokenKind::AuthorizationCode.spec().code))
        .filter(Column::RevokedAt.is_null())
        .exec(tx.connection())
        .await?;
    let updated = grants::row::Entity::update_many()
        .col_expr(grants::row::Column::RevokedAt, Expr::value(now.0))
        .filter(grants::row::Column::ClientId.eq(client.0))
        .filter(grants::row::Column::UserId.eq(user.0))
        .filter(grants::row::Column::RevokedAt.is_null())
        .exec(tx.connection())
        .await?;
    tx.invalidate(user.0);
    Ok(updated.rows_affected)
}

/// Writes down that a token was used at `now`, and from where if that is known.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn touch(tx: &Tx, id: TokenId, from: Option<&str>, now: Timestamp) -> Result<(), StorageError> {
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now.0))
        .col_expr(Column::LastUsedFrom, Expr::value(from))
        .filter(Column::Id.eq(id.0))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Forgets the sealed successors of at most `limit` tokens that were replaced before `replaced_before`; answers of how many.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn forget_successors(tx: &Tx, replaced_before: Timestamp, limit: u64) -> Result<u64, StorageError> {
    let sql = "UPDATE tokens SET successor = NULL WHERE id IN \
               (SELECT id FROM tokens WHERE successor IS NOT NULL AND consumed_at < $1 LIMIT $2)";
    let values = [replaced_before.0.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected())
}

/// Deletes at most `limit` tokens that ended before `ended_before`, and the grants of which nothing is left; answers how
/// many tokens went. Personal and organization tokens stay: they can be renewed.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn delete_expired(tx: &Tx, ended_before: Timestamp, limit: u64) -> Result<u64, StorageError> {
    let sql = "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE expires_at < $1 AND name_key IS NULL LIMIT $2) \
               RETURNING grant_id";
    let values = [ended_before.0.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    let gone = connection.query_all_raw(statement).await?;
    let mut families = gone
        .iter()
        .map(|row| row.try_get_by_index::<Option<Uuid>>(0))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect::<Vec<_>>();
    families.sort_unstable();
    families.dedup();
    if !families.is_empty() {
        let left = "NOT EXISTS (SELECT 1 FROM tokens WHERE tokens.grant_id = grants.id)";
        grants::row::Entity::delete_many()
            .filter(grants::row::Column::Id.is_in(families))
            .filter(Expr::cust(left))
            .exec(connection)
            .await?;
    }
    Ok(u64::try_from(gone.len()).unwrap_or(u64::MAX))
}

pub(crate) fn model(token: &Token) -> Result<Model, StorageError> {
    let api = token.api();
    Ok(Model {
        id: token.id.0,
        kind: token.kind.spec().code.to_owned(),
        hash: token.hash.0.to_vec(),
        grant_id: token.grant_id.map(|id| id.0),
        client_id: token.client_id.map(|id| id.0),
        user_id: token.user_id.map(|id| id.0),
        permit: to_json(TABLE, &token.permit)?,
        data: token.data.as_ref().map(data_text).transpose()?,
        created_at: token.created_at.0,
        expires_at: token.expires_at.map(|at| at.0),
        consumed_at: token.consumed_at.map(|at| at.0),
        revoked_at: token.revoked_at.map(|at| at.0),
        last_used_at: token.last_used_at.map(|at| at.0),
        successor: token.successor.clone(),
        organization_id: token.organization_id.map(|id| id.0),
        customer_id: token.customer_id.map(|id| id.0),
        name: api.map(|api| api.name.to_string()),
        name_key: api.map(|api| name_key(api.name.as_str())),
        created_by: api.and_then(|api| api.created_by).map(|id| id.0),
        last_used_from: api.and_then(|api| api.last_used_from.clone()),
        revoked_by: api.and_then(|api| api.revoked_by).map(|id| id.0),
        sealed: token.sealed.clone(),
    })
}

/// The column `name_key`: a name in the case-less form that it is searched by.
pub(crate) fn name_key(name: &str) -> Vec<u8> {
    name.to_lowercase().into_bytes()
}

/// The column `data`.
pub(crate) fn data_text(data: &TokenData) -> Result<String, StorageError> {
    let kept = match data {
        TokenData::Code(binding) => Kept::Code(binding.clone()),
        TokenData::Refreshed => Kept::Refreshed,
        TokenData::SessionApi(session) => Kept::SessionApi(*session),
        TokenData::Api(api) => Kept::Api {
            hint: api.hint.clone(),
            note: api.note.clone(),
            networks: api.networks.clone(),
            everything: api.everything,
            replaces: api.replaces,
            replaced_by: api.replaced_by,
        },
    };
    to_json(TABLE, &kept)
}

fn data_of(row: &Model) -> Result<Option<TokenData>, StorageError> {
    let Some(text) = &row.data else { return Ok(None) };
    Ok(Some(match from_json(TABLE, text)? {
        Kept::Code(binding) => TokenData::Code(binding),
        Kept::Refreshed => TokenData::Refreshed,
        Kept::SessionApi(session) => TokenData::SessionApi(session),
        Kept::Api { hint, note, networks, everything, replaces, replaced_by } => {
            let name = row.name.as_deref().ok_or_else(|| corrupt(TABLE, "an API token has no name"))?;
            TokenData::Api(ApiToken {
                name: PersonName::parse(name).map_err(|error| corrupt(TABLE, error))?,
                hint,
                note,
                networks,
                everything,
                replaces,
                replaced_by,
                created_by: row.created_by.map(UserId),
                last_used_from: row.last_used_from.clone(),
                revoked_by: row.revoked_by.map(UserId),
            })
        }
    }))
}

pub(crate) fn token(row: Model) -> Result<Token, StorageError> {
    Ok(Token {
        id: TokenId(row.id),
        kind: TokenKind::from_code(&row.kind).ok_or_else(|| corrupt(TABLE, "the kind is not known"))?,
        hash: hash(TABLE, &row.hash)?,
        grant_id: row.grant_id.map(GrantId),
        client_id: row.client_id.map(ClientId),
        user_id: row.user_id.map(UserId),
        organization_id: row.organization_id.map(OrganizationId),
        customer_id: row.customer_id.map(CustomerId),
        permit: from_json(TABLE, &row.permit)?,
        data: data_of(&row)?,
        created_at: Timestamp(row.created_at),
        expires_at: row.expires_at.map(Timestamp),
        consumed_at: row.consumed_at.map(Timestamp),
        revoked_at: row.revoked_at.map(Timestamp),
        last_used_at: row.last_used_at.map(Timestamp),
        successor: row.successor,
        sealed: row.sealed,
    })
}

#[cfg(test)]
mod tests;
