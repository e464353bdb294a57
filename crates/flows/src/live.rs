//! What a client or an account is right now, without a query each time: what is kept in memory is believed only while its
//! epoch has not moved.

use std::sync::Arc;

use postern_domain::{
    Client, ClientId, ClientIdentifier, Consent, Customer, CustomerId, Organization, OrganizationId, Refusal,
    Role, Subject, TokenHash, User, UserId,
};
use postern_storage::{
    Cache, Looks, app_approvals, clients, customers, organizations, second_factors, users,
};

use crate::App;
use crate::bearer::{ReadyLimits, Verdict};

/// How many clients and how many accounts are kept in memory.
const CLIENTS: usize = 2_000;
const USERS: usize = 20_000;
/// How many organizations, how many answers to who is what in which, and how many customers are kept.
const ORGANIZATIONS: usize = 4_000;
const ROLES: usize = 20_000;
const CUSTOMERS: usize = 10_000;
/// How many approvals of apps are kept.
const APPROVALS: usize = 4_000;
/// Of how many accounts it is known that they have a second factor.
const SECOND_FACTORS: usize = 20_000;
/// How many verdicts on tokens are kept.
const VERDICTS: usize = 20_000;
/// How many consents, and how often that there is none, are kept in memory.
const CONSENTS: usize = 20_000;

/// Clients, accounts and consents in memory.
pub(crate) struct Live {
    clients: Cache<ClientId, Arc<Client>>,
    clients_by_identifier: Cache<ClientIdentifier, Arc<Client>>,
    users: Cache<UserId, Arc<User>>,
    /// Who has a user name, or an e-mail address that is proved to be theirs.
    names: Cache<String, UserId>,
    organizations: Cache<OrganizationId, Arc<Organization>>,
    roles: Cache<(OrganizationId, UserId), Option<Role>>,
    approvals: Cache<(OrganizationId, ClientId), ()>,
    customers: Cache<CustomerId, Arc<Customer>>,
    /// Who has a second factor.
    second_factors: Cache<UserId, ()>,
    pub(crate) consents: Cache<(UserId, ClientId, Subject), Option<Arc<Consent>>>,
    /// What is known of a token, by its hash.
    pub(crate) verdicts: Cache<TokenHash, Arc<Verdict>>,
    /// The limits of tokens, ready to judge requests.
    pub(crate) limits: ReadyLimits,
}

impl Live {
    pub(crate) fn new() -> Self {
        Self {
            clients: Cache::new(CLIENTS),
            clients_by_identifier: Cache::new(CLIENTS),
            users: Cache::new(USERS),
            names: Cache::new(USERS),
            organizations: Cache::new(ORGANIZATIONS),
            roles: Cache::new(ROLES),
            approvals: Cache::new(APPROVALS),
            customers: Cache::new(CUSTOMERS),
            second_factors: Cache::new(SECOND_FACTORS),
            verdicts: Cache::new(VERDICTS),
            limits: ReadyLimits::new(),
            consents: Cache::new(CONSENTS),
        }
    }

    /// How often each cache was asked.
    pub(crate) fn looks(&self) -> [(&'static str, &Looks); 11] {
        [
            ("clients", self.clients.looks()),
            ("clients_by_identifier", self.clients_by_identifier.looks()),
            ("users", self.users.looks()),
            ("names", self.names.looks()),
            ("organizations", self.organizations.looks()),
            ("roles", self.roles.looks()),
            ("approvals", self.approvals.looks()),
            ("customers", self.customers.looks()),
            ("second_factors", self.second_factors.looks()),
            ("consents", self.consents.looks()),
            ("verdicts", self.verdicts.looks()),
        ]
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

    /// The client that a request names, if it is a name and somebody's; also if it is disabled.
    ///
    /// # Errors
    /// `temporarily_unavailable` or `server_error` if the database fails.
    pub(crate) async fn client_named(&self, name: &str) -> Result<Option<Arc<Client>>, Refusal> {
        match ClientIdentifier::parse(name) {
            Some(identifier) => self.client(&identifier).await,
            None => Ok(None),
        }
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

    /// The account with this id, also if it is disabled.
    ///
    /// # Errors
    /// `temporarily_unavailable` or `server_error` if the database fails.
    pub async fn user(&self, id: UserId) -> Result<Option<Arc<User>>, Refusal> {
        if let Some(user) = self.live.users.get(self.db.epochs(), &id) {
            return Ok(Some(user));
        }
        let since = self.db.epochs().now();
        let Some(user) = users::find(&self.db, id).await?.map(Arc::new) else { return Ok(None) };
        self.live.users.insert(id, Arc::clone(&user), since, &[id.0]);
        Ok(Some(user))
    }

    /// The account with this user name, or with this e-mail address if that is verified: one that is not identifies nobody.
    ///
    /// # Errors
    /// `temporarily_unavailable` or `server_error` if the database fails.
    pub async fn user_named(&self, name: &str) -> Result<Option<Arc<User>>, Refusal> {
        let key = name.to_lowercase();
        if let Some(id) = self.live.names.get(self.db.epochs(), &key) {
            return self.user(id).await;
        }
        let since = self.db.epochs().now();
        let Some(user) = users::find_by_identifier(&self.db, name).await? else { return Ok(None) };
        if user.username.key() != key && !user.email_verified {
            return Ok(None);
        }
        self.live.names.insert(key, user.id, since, &[user.id.0]);
        Ok(Some(Arc::new(user)))
    }

    /// The organization with this id.
    ///
    /// # Errors
    /// `temporarily_unavailable` or `server_error` if the database fails.
    pub async fn organization(&self, id: OrganizationId) -> Result<Option<Arc<Organization>>, Refusal> {
        if let Some(organization) = self.live.organizations.get(self.db.epochs(), &id) {
            return Ok(Some(organization));
        }
        let since = self.db.epochs().now();
        let Some(found) = organizations::find(&self.db, id).await?.map(Arc::new) else { return Ok(None) };
        self.live.organizations.insert(id, Arc::clone(&found), since, &[id.0]);
        Ok(Some(found))
    }

    /// What a person is in an organization; `None` if they do not belong to it.
    ///
    /// # Errors
    /// `temporarily_unavailable` or `server_error` if the database fails.
    pub async fn role(&self, organization: OrganizationId, user: UserId) -> Result<Option<Role>, Refusal> {
        let key = (organization, user);
        if let Some(role) = self.live.roles.get(self.db.epochs(), &key) {
            return Ok(role);
        }
        let since = self.db.epochs().now();
        let role = organizations::role(&self.db, organization, user).await?;
        self.live.roles.insert(key, role, since, &[organization.0, user.0]);
        Ok(role)
    }

    /// Whether an organization has approved a client. A "no" is never believed from memory: an approval on another node a
    /// moment ago is not in it yet.
    pub(crate) async fn has_approved(
        &self,
        organization: OrganizationId,
        client: ClientId,
    ) -> Result<bool, Refusal> {
        let key = (organization, client);
        if self.live.approvals.get(self.db.epochs(), &key).is_some() {
            return Ok(true);
        }
        let since = self.db.epochs().now();
        let approved = app_approvals::is_approved(&self.db, organization, client).await?;
        if approved {
            self.live.approvals.insert(key, (), since, &[organization.0, client.0]);
        }
        Ok(approved)
    }

    /// Whether somebody has an authenticator app or a passkey. A "no" is never believed from memory: they may have set one
    /// up on another node a moment ago.
    ///
    /// # Errors
    /// `temporarily_unavailable` or `server_error` if the database fails.
    pub(crate) async fn has_second_factor(&self, user: UserId) -> Result<bool, Refusal> {
        if self.live.second_factors.get(self.db.epochs(), &user).is_some() {
            return Ok(true);
        }
        let since = self.db.epochs().now();
        let has = second_factors::are_there(&self.db, user).await?;
        if has {
            self.live.second_factors.insert(user, (), since, &[user.0]);
        }
        Ok(has)
    }

    /// The customer with this id.
    ///
    /// # Errors
    /// `temporarily_unavailable` or `server_error` if the database fails.
    pub async fn customer(&self, id: CustomerId) -> Result<Option<Arc<Customer>>, Refusal> {
        if let Some(customer) = self.live.customers.get(self.db.epochs(), &id) {
            return Ok(Some(customer));
        }
        let since = self.db.epochs().now();
        let Some(found) = customers::find(&self.db, id).await?.map(Arc::new) else { return Ok(None) };
        self.live.customers.insert(id, Arc::clone(&found), since, &[id.0, found.organization_id.0]);
        Ok(Some(found))
    }
}
