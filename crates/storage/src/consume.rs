use postern_domain::{ClientId, SessionId, Timestamp, TokenHash, TokenKind};
use sea_orm::{ConnectionTrait, Statement, Value};

use crate::{StorageError, Tx};

/// What can be had once: where it is kept and what it must belong to.
#[derive(Clone, Copy, Debug)]
pub enum OneTime<'a> {
    /// An authorization code.
    Code {
        /// The client it must have been issued to.
        client: ClientId,
        /// The session it was made in, which must not have ended.
        session: SessionId,
    },
    /// A refresh token.
    Refresh {
        /// The client it must have been issued to.
        client: ClientId,
        /// What replaces it, sealed: kept in its row for an honest retry.
        successor: &'a [u8],
    },
    /// A link, a challenge, a `jti` and the like, by their purpose.
    Value {
        /// What it was made for.
        purpose: &'a str,
    },
}

/// Takes a one-time value: a conditional UPDATE whose row count decides. Of any number that try, on any number of nodes,
/// exactly one gets `true`.
///
/// # Errors
/// [`StorageError`] if the database fails; the value is then as it was.
pub async fn consume(
    tx: &Tx,
    what: OneTime<'_>,
    hash: TokenHash,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let mut values: Vec<Value> = vec![now.0.into(), hash.0.to_vec().into()];
    let sql = match what {
        OneTime::Code { client, session } => {
            let kind = TokenKind::AuthorizationCode.spec().code;
            values.extend([kind.into(), client.0.into(), now.0.into(), session.0.into(), now.0.into()]);
            "UPDATE tokens SET consumed_at = $1 WHERE hash = $2 AND kind = $3 AND client_id = $4 \
             AND consumed_at IS NULL AND revoked_at IS NULL AND expires_at > $5 \
             AND EXISTS (SELECT 1 FROM sessions WHERE sessions.id = $6 AND sessions.expires_at > $7)"
        }
        OneTime::Refresh { client, successor } => {
            let kind = TokenKind::Refresh.spec().code;
            values.extend([kind.into(), client.0.into(), now.0.into(), successor.to_vec().into()]);
            "UPDATE tokens SET consumed_at = $1, successor = $6 WHERE hash = $2 AND kind = $3 AND client_id = $4 \
             AND consumed_at IS NULL AND revoked_at IS NULL AND expires_at > $5"
        }
        OneTime::Value { purpose } => {
            values.extend([purpose.into(), now.0.into()]);
            "UPDATE one_time_values SET consumed_at = $1 WHERE hash = $2 AND kind = $3 \
             AND consumed_at IS NULL AND expires_at > $4"
        }
    };
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.execute_raw(statement).await?.rows_affected() == 1)
}
