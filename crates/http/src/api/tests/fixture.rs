//! An instance with a person, an organization of theirs, an app they allowed both, and tokens for all of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use postern_domain::{
    ApiToken, Authentication, ClientIdentifier, ClientMetadata, ClientOwner, ClientType, Customer, Email,
    GrantId, InstanceRight, Organization, OrganizationPolicy, Permit, PersonName, Scopes, Slug, Tier,
    TokenKind, User,
};
use postern_flows::Config;
use postern_flows::users::Standing;
use postern_storage::tokens::{self, Token, TokenData};
use postern_storage::{clients, customers, grants, organizations};

use crate::testing::{Answer, TestServer};

/// Whom a token speaks for, and by which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    PersonsScript,
    OrganizationsScript,
    AppForPerson,
    AppForOrganization,
    Customer,
}

impl Holder {
    pub(super) const ALL: [Self; 5] = [
        Self::PersonsScript,
        Self::OrganizationsScript,
        Self::AppForPerson,
        Self::AppForOrganization,
        Self::Customer,
    ];

    /// Its subject, as the document calls it.
    pub(super) const fn subject(self) -> &'static str {
        match self {
            Self::PersonsScript | Self::AppForPerson => "user",
            Self::OrganizationsScript | Self::AppForOrganization => "organization",
            Self::Customer => "customer",
        }
    }
}

pub(super) struct World {
    pub(super) server: TestServer,
    pub(super) ada: Arc<User>,
    pub(super) organization: Organization,
    pub(super) customer: Customer,
    client: postern_domain::Client,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let standing = Standing { rights: InstanceRight::ALL.into(), ..Standing::default() };
        let server = TestServer::with_standing(change, standing).await;
        let row = postern_storage::users::find_by_identifier(&server.db, "ada").await.unwrap().unwrap();
        let ada = server.app.user(row.id).await.unwrap().unwrap();
        let now = server.app.clock.now();
        let organization = Organization {
            id: server.app.new_id(),
            slug: Slug::parse("acme").unwrap(),
            name: PersonName::parse("Acme").unwrap(),
            policy: OrganizationPolicy::default(),
            tier: Tier::Restricted,
            created_at: now,
            updated_at: now,
        };
        let customer = Customer {
            id: server.app.new_id(),
            organization_id: organization.id,
            external_id: Some("g-1".into()),
            email: Email::parse("grace@example.com").unwrap(),
            name: None,
            metadata: BTreeMap::new(),
            created_at: now,
            updated_at: now,
        };
        let client = client(&server, now);
        let input = (
            organization.clone(),
            server.app.new_id::<uuid::Uuid>(),
            ada.id,
            client.clone(),
            customer.clone(),
        );
        server
            .db
            .write(input, |tx, (organization, membership, owner, client, customer)| {
                Box::pin(async move {
                    organizations::insert(tx, organization, *membership, *owner).await?;
                    customers::insert(tx, customer).await?;
                    clients::insert(tx, client).await
                })
            })
            .await
            .unwrap();
        Self { server, ada, organization, customer, client }
    }

    /// A token that holds these scopes.
    pub(super) async fn token(&self, holder: Holder, scopes: &str) -> String {
        let scopes: Scopes = scopes.parse().unwrap();
        let permit = match holder.subject() {
            "user" => Permit::of_user(self.ada.id, scopes),
            "customer" => Permit::of_customer(self.customer.id, self.organization.id, scopes),
            _ => Permit::of_organization(self.organization.id, scopes),
        };
        match holder {
            Holder::PersonsScript => self.script(TokenKind::Personal, permit).await,
            Holder::OrganizationsScript => self.script(TokenKind::Organization, permit).await,
            Holder::AppForPerson | Holder::AppForOrganization => self.of_app(permit).await,
            Holder::Customer => self.of_customer(permit).await,
        }
    }

    /// The same of a script of somebody else's.
    pub(super) async fn token_of(&self, user: &User, scopes: &str) -> String {
        let permit = Permit::of_user(user.id, scopes.parse().unwrap());
        self.script_of(user, TokenKind::Personal, permit).await
    }

    async fn script(&self, kind: TokenKind, permit: Permit) -> String {
        self.script_of(&self.ada, kind, permit).await
    }

    async fn script_of(&self, owner: &User, kind: TokenKind, permit: Permit) -> String {
        let app = &self.server.app;
        let text = app.new_token(kind);
        let api = ApiToken::new(PersonName::parse("script").unwrap(), "abcd", Some(owner.id));
        let hash = app.secret_key.hash(&text);
        let token = Token {
            user_id: Some(owner.id),
            organization_id: (kind == TokenKind::Organization).then_some(self.organization.id),
            data: Some(TokenData::Api(api)),
            ..Token::new(app.new_id(), kind, hash, permit, app.clock.now())
        };
        self.insert(token, None).await;
        text.reveal().to_owned()
    }

    async fn of_customer(&self, permit: Permit) -> String {
        let app = &self.server.app;
        let text = app.new_token(TokenKind::CustomerSession);
        let now = app.clock.now();
        let token = Token {
            organization_id: Some(self.organization.id),
            customer_id: Some(self.customer.id),
            ..Token::new(app.new_id(), TokenKind::CustomerSession, app.secret_key.hash(&text), permit, now)
        };
        self.insert(token, None).await;
        text.reveal().to_owned()
    }

    async fn of_app(&self, permit: Permit) -> String {
        let app = &self.server.app;
        let text = app.new_token(TokenKind::Access);
        let now = app.clock.now();
        let grant = postern_domain::Grant {
            id: app.new_id::<GrantId>(),
            client_id: self.client.id,
            user_id: self.ada.id,
            permit: permit.clone(),
            authentication: Authentication { session_id: app.new_id(), auth_time: now, amr: Vec::new() },
            created_at: now,
            expires_at: None,
            revoked_at: None,
        };
        let token = Token {
            user_id: Some(self.ada.id),
            client_id: Some(self.client.id),
            grant_id: Some(grant.id),
            ..Token::new(app.new_id(), TokenKind::Access, app.secret_key.hash(&text), permit, now)
        };
        self.insert(token, Some(grant)).await;
        text.reveal().to_owned()
    }

    async fn insert(&self, token: Token, grant: Option<postern_domain::Grant>) {
        let write = self.server.db.write((token, grant), |tx, (token, grant)| {
            Box::pin(async move {
                if let Some(grant) = grant {
                    grants::insert(tx, grant).await?;
                }
                tokens::insert_many(tx, std::slice::from_ref(token)).await
            })
        });
        write.await.unwrap();
    }

    /// Calls by this method and with this `Authorization`.
    pub(super) async fn call(&self, method: &str, path: &str, authorization: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.server.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends JSON.
    pub(super) async fn send(&self, method: &str, path: &str, token: &str, body: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.server.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }
}

/// A first-party app, which has no need of consents.
fn client(server: &TestServer, now: postern_domain::Timestamp) -> postern_domain::Client {
    let all = server.app.catalogue.rows().iter().map(|row| row.name.clone()).collect();
    let metadata = ClientMetadata {
        scopes: all,
        trusted: true,
        ..ClientMetadata::new(PersonName::parse("Web").unwrap(), ClientType::Public)
    };
    let identifier = ClientIdentifier::parse("web").unwrap();
    postern_domain::Client::new(server.app.new_id(), identifier, ClientOwner::Instance, metadata, now)
}
