use postern_domain::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::{Db, StorageError};

impl Db {
    /// What the database's own clock says; `None` on SQLite, which has none but ours.
    ///
    /// # Errors
    /// [`StorageError`] if the database fails.
    pub async fn clock(&self) -> Result<Option<Timestamp>, StorageError> {
        let backend = self.read().get_database_backend();
        if backend != DbBackend::Postgres {
            return Ok(None);
        }
        let asked =
            Statement::from_string(backend, "SELECT extract(epoch FROM clock_timestamp())::bigint AS now");
        let row = self.read().query_one_raw(asked).await?;
        Ok(row.map(|row| row.try_get("", "now")).transpose()?.map(Timestamp))
    }
}
