//! What a client is right now, without a query each time: what is kept in memory is believed only while its
//! epoch has not moved.

use std::sync::Arc;

use postern_domain::{Client, ClientId, ClientIdentifier, Refusal};
use postern_storage::{Cache, clients};

use crate::App;

/// How many clients are kept in memory.
const CLIENTS: usize = 2_000;

/// Clients in memory.
pub(crate) struct Live {
    clients: Cache<ClientId, Arc<Client>>,
    clients_by_identifier: Cache<ClientIdentifier, Arc<Client>>,
}

impl Live {
    pub(crate) fn new() -> Self {
        Self { clients: Cache::new(CLIENTS), clients_by_identifier: Cache::new(CLIENTS) }
    }
}

impl App {
    /// The client with this `client_id`, also if it is disabled.
    ///
    /// # Errors
    /// `temporarily_unavailable` or `server_error` if the database fails.
    pub async fn client(&self, identifier: &ClientIdentifier) -> Result<Option<Arc<Client>>, Refusal> {
        if let Some(client) = self.live.clients_by_identifier.get(self.db.epochs(), identifier) {
            return Ok(Some(client));
        }
        let since = self.db.epochs().now();
        let Some(client) = clients::find_by_identifier(&self.db, identifier).await?.map(Arc::new) else {
            return Ok(None);
        };
        self.live.clients_by_identifier.insert(
            identifier.clone(),
            Arc::clone(&client),
            since,
            &[client.id.0],
        );
        Ok(Some(client))
    }

    /// The client of this row, also if it is disabled.
    ///
    /// # Errors
    /// `temporarily_unavailable` or `server_error` if the database fails.
    pub async fn client_by_id(&self, id: ClientId) -> Result<Option<Arc<Client>>, Refusal> {
        if let Some(client) = self.live.clients.get(self.db.epochs(), &id) {
            return Ok(Some(client));
        }
        let since = self.db.epochs().now();
        let Some(client) = clients::find(&self.db, id).await?.map(Arc::new) else { return Ok(None) };
        self.live.clients.insert(id, Arc::clone(&client), since, &[id.0]);
        Ok(Some(client))
    }
}
