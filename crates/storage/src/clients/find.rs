use std::collections::{BTreeSet, HashSet};

use postern_domain::{
    Client, ClientId, ClientIdentifier, ClientMetadata, ClientOwner, OrganizationId, Timestamp, UserId,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::granted::granted;
use super::rows::TABLE;
use super::rows::row::{Column, Entity, Model};
use super::secrets;
use crate::mapping::{corrupt, from_json, hash};
use crate::{Db, StorageError, Tx};

/// The client of a row, with its secrets.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn find(db: &Db, id: ClientId) -> Result<Option<Client>, StorageError> {
    with_secrets(db, Entity::find_by_id(id.0).one(db.read()).await?).await
}

/// The client with this `client_id`, with its secrets.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn find_by_identifier(
    db: &Db,
    identifier: &ClientIdentifier,
) -> Result<Option<Client>, StorageError> {
    let row = Entity::find().filter(Column::Identifier.eq(identifier.as_str())).one(db.read()).await?;
    with_secrets(db, row).await
}

/// Up to `limit` clients with this very name.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn find_by_name(db: &Db, name: &str, limit: u64) -> Result<Vec<Client>, StorageError> {
    with_secrets_each(db, Entity::find().filter(Column::Name.eq(name)).limit(limit).all(db.read()).await?)
        .await
}

/// A page of the clients of an owner, or of everybody's: at most `limit` of those made before `before`, the latest first.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn list(
    db: &Db,
    owner: Option<ClientOwner>,
    before: Option<ClientId>,
    limit: u64,
) -> Result<Vec<Client>, StorageError> {
    let mut query = Entity::find().filter(owned_by(owner));
    if let Some(before) = before {
        query = query.filter(Column::Id.lt(before.0));
    }
    let rows = query.order_by_desc(Column::Id).limit(limit).all(db.read()).await?;
    with_secrets_each(db, rows).await
}

/// How many clients an owner has, or everybody together.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count(db: &Db, owner: Option<ClientOwner>) -> Result<u64, StorageError> {
    Ok(Entity::find().filter(owned_by(owner)).count(db.read()).await?)
}

/// Which of some clients are open and registered as `wanted` says, as the change in progress sees it.
pub(crate) async fn open_with(
    tx: &Tx,
    ids: BTreeSet<Uuid>,
    wanted: impl Fn(&ClientMetadata) -> bool,
) -> Result<HashSet<ClientId>, StorageError> {
    let open = Entity::find().filter(Column::Id.is_in(ids)).filter(Column::Disabled.eq(false));
    let rows = open.select_only().columns([Column::Id, Column::Metadata]);
    let rows: Vec<(Uuid, String)> = rows.into_tuple().all(tx.connection()).await?;
    let mut found = HashSet::new();
    for (id, metadata) in rows {
        if wanted(&from_json(TABLE, &metadata)?) {
            found.insert(ClientId(id));
        }
    }
    Ok(found)
}

fn owned_by(owner: Option<ClientOwner>) -> Condition {
    match owner {
        None => Condition::all(),
        Some(ClientOwner::User(id)) => Condition::all().add(Column::OwnerUserId.eq(id.0)),
        Some(ClientOwner::Organization(id)) => Condition::all().add(Column::OwnerOrganizationId.eq(id.0)),
        Some(ClientOwner::Instance) => {
            let nobody = Condition::all().add(Column::OwnerUserId.is_null());
            nobody.add(Column::OwnerOrganizationId.is_null()).add(Column::RegistrationHash.is_null())
        }
        Some(ClientOwner::Nobody) => Condition::all().add(Column::RegistrationHash.is_not_null()),
    }
}

async fn with_secrets(db: &Db, row: Option<Model>) -> Result<Option<Client>, StorageError> {
    Ok(with_secrets_each(db, row.into_iter().collect()).await?.pop())
}

async fn with_secrets_each(db: &Db, rows: Vec<Model>) -> Result<Vec<Client>, StorageError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut secrets = secrets::of_clients(db, rows.iter().map(|row| row.id)).await?;
    rows.into_iter()
        .map(|row| {
            let secrets = secrets.remove(&ClientId(row.id)).unwrap_or_default();
            Ok(Client { secrets, ..client(row)? })
        })
        .collect()
}

fn client(row: Model) -> Result<Client, StorageError> {
    Ok(Client {
        id: ClientId(row.id),
        identifier: ClientIdentifier::parse(&row.identifier)
            .ok_or_else(|| corrupt(TABLE, "the identifier is not one"))?,
        owner: match (row.owner_user_id, row.owner_organization_id, &row.registration_hash) {
            (Some(id), None, None) => ClientOwner::User(UserId(id)),
            (None, Some(id), None) => ClientOwner::Organization(OrganizationId(id)),
            (None, None, None) => ClientOwner::Instance,
            (None, None, Some(_)) => ClientOwner::Nobody,
            _ => return Err(corrupt(TABLE, "it has two owners")),
        },
        metadata: from_json(TABLE, &row.metadata)?,
        secrets: Vec::new(),
        registration_token: row.registration_hash.as_deref().map(|bytes| hash(TABLE, bytes)).transpose()?,
        logo_digest: row.logo_digest,
        disabled: row.disabled,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
        last_used_at: row.last_used_at.map(Timestamp),
        granted: granted(row.granted_scopes.as_deref(), row.granted_scopes_since)?,
    })
}

/// How many clients there are; counted no further than `most`.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn count_up_to(db: &Db, most: u64) -> Result<u64, StorageError> {
    crate::count::count_up_to(db, Entity::find(), most).await
}
