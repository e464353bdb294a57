use postern_domain::{ClientId, Timestamp, TokenHash, TokenKind};
use sea_orm::{ConnectionTrait, Statement, Value};

use crate::{StorageError, Tx};

/// What can be had once: where it is kept and what it must belong to.
#[derive(Clone, Copy, Debug)]
pub enum OneTime<'a> {
    /// A code or refresh token of a client.
    Token {
        /// The kind it must be of.
        kind: TokenKind,
        /// The client it must have been issued to.
        client: ClientId,
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
        OneTime::Token { kind, client } => {
            values.extend([kind.spec().code.into(), client.0.into(), now.0.into()]);
            "UPDATE tokens SET consumed_at = $1 WHERE hash = $2 AND kind = $3 AND client_id = $4 \
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
