//! Which clients got an id_token in which session.

use postern_domain::{ClientId, SessionClient, SessionClientId, SessionId};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, SqlErr, Statement, Value};

use crate::mapping::{from_json, to_json};
use crate::{Db, StorageError, Tx};

const TABLE: &str = "session_clients";

mod table {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "session_clients")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub session_id: Uuid,
        pub client_id: Uuid,
        #[sea_orm(column_type = "Text")]
        pub subject: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use table::{Column, Entity, Model};

/// Notes that a client gets an id_token in a session; once is enough. Answers `false` if the session ended meanwhile: the
/// change must then not be made.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn join(tx: &Tx, it: &SessionClient) -> Result<bool, StorageError> {
    let sql = "INSERT INTO session_clients (id, session_id, client_id, subject) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (session_id, client_id, subject) DO NOTHING";
    let values: [Value; 4] =
        [it.id.0.into(), it.session_id.0.into(), it.client_id.0.into(), to_json(TABLE, &it.subject)?.into()];
    let connection = tx.connection();
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    match connection.execute_raw(statement).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The clients of a session.
///
/// # Errors
/// [`StorageError`] if the database fails or a row cannot be read.
pub async fn of_session(db: &Db, session: SessionId) -> Result<Vec<SessionClient>, StorageError> {
    let rows = Entity::find().filter(Column::SessionId.eq(session.0)).all(db.read()).await?;
    rows.into_iter().map(SessionClient::try_from).collect()
}

/// The clients of several sessions, as the change in progress sees them.
pub(crate) async fn of_sessions(tx: &Tx, sessions: &[Uuid]) -> Result<Vec<SessionClient>, StorageError> {
    let which = Column::SessionId.is_in(sessions.iter().copied());
    let rows = Entity::find().filter(which).all(tx.connection()).await?;
    rows.into_iter().map(SessionClient::try_from).collect()
}

impl TryFrom<Model> for SessionClient {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: SessionClientId(row.id),
            session_id: SessionId(row.session_id),
            client_id: ClientId(row.client_id),
            subject: from_json(TABLE, &row.subject)?,
        })
    }
}

#[cfg(test)]
mod tests;
