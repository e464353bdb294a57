//! An app with two clients and a person, and a way to say in one word what a request comes to.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use postern_domain::{
    AuthMethodReference, Client, ClientId, ClientIdentifier, ClientMetadata, ClientOwner, ClientType, Email,
    GrantName, PersonName, RedirectUri, Refusal, Session, SessionId, SigningAlgorithm, Timestamp, User,
    UserId, UserState, Username,
};
use postern_storage::{clients, users};
use uuid::Uuid;

use crate::authorize::{Decision, Delivery, Next, Person, Return, Unreturnable, authorize, decide};
use crate::testing::{TestApp, app_with};
use crate::{App, Config};

/// The redirect URI of every client here.
pub(super) const CALLBACK: &str = "https://app.example/cb";
/// Where requests come from.
pub(super) const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1));
/// The challenge of RFC 7636 appendix B.
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) ada: User,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Config::default()).await
    }

    /// Two clients that declared `openid profile email`: `web` keeps a secret, `spa` does not.
    pub(super) async fn with(config: Config) -> Self {
        let app = app_with(config).await;
        let ada = insert_user(&app, "ada").await;
        let world = Self { app, ada };
        world.client("web", |_| {}).await;
        world.client("spa", |metadata| metadata.client_type = ClientType::Public).await;
        world
    }

    pub(super) async fn client(&self, name: &str, change: impl FnOnce(&mut ClientMetadata)) -> ClientId {
        let mut metadata = ClientMetadata {
            redirect_uris: uris(&[CALLBACK]),
            scopes: "openid profile email".parse().unwrap(),
            grants: vec![GrantName::AuthorizationCode, GrantName::RefreshToken],
            id_token_signed_response_alg: SigningAlgorithm::Es256,
            ..ClientMetadata::new(PersonName::parse(name).unwrap(), ClientType::Confidential)
        };
        change(&mut metadata);
        let identifier = ClientIdentifier::parse(name).unwrap();
        let (owner, now) = (ClientOwner::User(self.ada.id), self.app.clock.now());
        let client = Client::new(self.app.new_id(), identifier, owner, metadata, now);
        let id = client.id;
        let insert = self.app.db.write(client, |tx, client| {
            Box::pin(async move { Ok::<_, Refusal>(clients::insert(tx, client).await?) })
        });
        insert.await.unwrap();
        id
    }

    /// A session of Ada's that is `age` seconds old.
    pub(super) fn session(&self, age: i64) -> Session {
        session_of(&self.app, self.ada.id, age)
    }

    pub(super) fn person<'a>(&'a self, session: &'a Session) -> Person<'a> {
        Person { session, user: &self.ada }
    }

    /// What a request comes to, by a browser with this session.
    pub(super) async fn outcome(&self, query: &str, session: Option<&Session>) -> String {
        said(&self.next(query, session).await)
    }

    pub(super) async fn next(&self, query: &str, session: Option<&Session>) -> Result<Next, Unreturnable> {
        authorize(&self.app, query, session.map(|session| self.person(session))).await
    }

    /// Lets Ada allow what the request of `query` asks for.
    pub(super) async fn allow(&self, query: &str, session: &Session) -> Result<Next, Unreturnable> {
        let request = match self.next(query, Some(session)).await {
            Ok(Next::Consent(ask)) => ask.request,
            other => panic!("{query} asks for no consent: {}", said(&other)),
        };
        decide(&self.app, &request, &Decision::Allow(None), Some(self.person(session))).await
    }
}

pub(super) fn uris(list: &[&str]) -> Vec<RedirectUri> {
    list.iter().map(|uri| RedirectUri::register(uri, ClientType::Public).unwrap()).collect()
}

pub(super) fn session_of(app: &App, user_id: UserId, age: i64) -> Session {
    let now = app.clock.now();
    let began = Timestamp(now.0 - age);
    Session {
        id: app.new_id::<SessionId>(),
        user_id,
        auth_time: began,
        amr: vec![AuthMethodReference::Pwd],
        created_at: began,
        last_seen_at: now,
        expires_at: Timestamp(now.0 + 100_000),
        user_agent: String::new(),
        address: String::new(),
        browser_id: None,
        impersonator: None,
    }
}

pub(super) async fn insert_user(app: &App, name: &str) -> User {
    let now = app.clock.now();
    let user = User {
        id: app.new_id(),
        email: Email::parse(&format!("{name}@example.com")).unwrap(),
        email_verified: true,
        username: Username::parse(name).unwrap(),
        name: PersonName::parse(name).unwrap(),
        claims: postern_domain::StandardClaims::default(),
        rights: BTreeSet::new(),
        state: UserState::Active,
        created_at: now,
        updated_at: now,
        password_changed_at: now,
        deletes_at: None,
    };
    let insert = app.db.write(user.clone(), |tx, user| {
        Box::pin(async move { Ok::<_, Refusal>(users::insert(tx, user, None).await?) })
    });
    insert.await.unwrap();
    user
}

/// A query from pairs.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A request of the confidential client, with `more` behind it.
pub(super) fn web(more: &[(&str, &str)]) -> String {
    let base = [("client_id", "web"), ("redirect_uri", CALLBACK), ("response_type", "code"), ("state", "s1")];
    query(&[base.as_slice(), more].concat())
}

/// What came of a request, in a word.
pub(super) fn said(next: &Result<Next, Unreturnable>) -> String {
    match next {
        Ok(Next::SignIn(_)) => "sign in".to_owned(),
        Ok(Next::Reauthenticate(_)) => "reauthenticate".to_owned(),
        Ok(Next::SelectAccount(_)) => "select account".to_owned(),
        Ok(Next::SignUp(_)) => "sign up".to_owned(),
        Ok(Next::SetUpSecondFactor(_)) => "set up a second factor".to_owned(),
        Ok(Next::ChooseOrganization(_)) => "choose organization".to_owned(),
        Ok(Next::Consent(_)) => "consent".to_owned(),
        Ok(Next::Return(answer)) => field(answer, "error")
            .unwrap_or_else(|| field(answer, "code").map(|_| "code".to_owned()).unwrap()),
        Err(error) => format!("page: {}", error.refusal.code.as_str()),
    }
}

/// A parameter of an answer.
pub(super) fn field(answer: &Return, name: &str) -> Option<String> {
    match answer.delivery() {
        Delivery::Redirect { location } => {
            let (_, query) = location.split_once('?').unwrap();
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
        }
        Delivery::Form { fields, .. } => {
            fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        }
    }
}

/// Where an answer goes, without what it carries.
pub(super) fn target(answer: &Return) -> String {
    match answer.delivery() {
        Delivery::Redirect { location } => location,
        Delivery::Form { action, .. } => action.to_owned(),
    }
}

/// An id that nobody has.
pub(super) fn nobody() -> UserId {
    UserId(Uuid::from_u128(1))
}
