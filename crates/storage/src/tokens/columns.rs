use postern_domain::{
    ApiToken, ClientId, CodeBinding, CustomerId, GrantId, Network, OrganizationId, PersonName, SessionId,
    Timestamp, TokenId, TokenKind, UserId,
};
use serde::{Deserialize, Serialize};

use super::row::Model;
use super::{Token, TokenData};
use crate::StorageError;
use crate::mapping::{corrupt, from_json, hash, to_json};

const TABLE: &str = "tokens";

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
        report_only_until: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        any_user: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<TokenId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaced_by: Option<TokenId>,
    },
    SessionApi(SessionId),
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
            report_only_until: api.report_only_until,
            any_user: api.any_user,
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
        Kept::Api {
            hint,
            note,
            networks,
            everything,
            report_only_until,
            any_user,
            replaces,
            replaced_by,
        } => {
            let name = row.name.as_deref().ok_or_else(|| corrupt(TABLE, "an API token has no name"))?;
            TokenData::Api(ApiToken {
                name: PersonName::parse(name).map_err(|error| corrupt(TABLE, error))?,
                hint,
                note,
                networks,
                everything,
                report_only_until,
                any_user,
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
