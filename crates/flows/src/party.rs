//! The parties of an exchange for tests: an instance, a person signed in, and a client they have allowed something.

use std::net::{IpAddr, Ipv4Addr};

use postern_domain::{
    AuthMethodReference, Authentication, Client, ClientIdentifier, ClientMetadata, ClientOwner, ClientSecret,
    ClientType, CodeBinding, CodeChallenge, Consent, GrantName, Organizations, Params, Permit, PersonName,
    RedirectUri, Refusal, Scopes, Session, Subject, TokenHash, User,
};
use postern_storage::signing_keys::{self, StoredKey};
use postern_storage::{clients, consents, sessions};
use tokio::sync::OnceCell;

use crate::client_auth::Sender;
use crate::issue::{NewCode, TokenAnswer};
use crate::testing::{TestApp, app_with, user};
use crate::{App, Config, client_jwt, grants, issue};

pub(crate) const REDIRECT_URI: &str = "https://app.example/callback";
/// The example of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) struct Party {
    pub(crate) app: TestApp,
    pub(crate) user: User,
    pub(crate) session: Session,
    pub(crate) client: Client,
    pub(crate) secret: String,
}

impl Party {
    /// A confidential client with every built-in scope, and Ada, who has allowed it all.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with a client that is registered otherwise.
    pub(crate) async fn with(change: impl FnOnce(&mut ClientMetadata)) -> Self {
        Self::configured(Config::default(), change).await
    }

    /// The same on an instance with other settings.
    pub(crate) async fn configured(mut config: Config, change: impl FnOnce(&mut ClientMetadata)) -> Self {
        config.keys.rsa_bits = 2048;
        let app = app_with(config).await;
        give_keys(&app).await;
        let user = user(&app, "ada").await;
        let session = session(&app, &user).await;
        let (client, secret) = client(&app, "web", change).await;
        consent(&app, &user, &client).await;
        Self { app, user, session, client, secret }
    }

    /// A code for this client, bound as `change` wants it.
    pub(crate) async fn code_with(&self, change: impl FnOnce(&mut NewCode)) -> String {
        let mut new = NewCode {
            client: self.client.id,
            user: self.user.id,
            permit: Permit::of_user(self.user.id, "openid profile email".parse().unwrap()),
            binding: CodeBinding {
                grant_id: self.app.new_id(),
                redirect_uri: Some(REDIRECT_URI.to_owned()),
                code_challenge: Some(CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap()),
                nonce: Some("n-0S6_WzA2Mj".to_owned()),
                authentication: Authentication {
                    session_id: self.session.id,
                    auth_time: self.session.auth_time,
                    amr: self.session.amr.clone(),
                },
            },
        };
        change(&mut new);
        issue::code(&self.app, new).await.unwrap().reveal().to_owned()
    }

    pub(crate) async fn code(&self) -> String {
        self.code_with(|_| {}).await
    }

    /// The form of an honest redemption.
    pub(crate) fn redemption(&self, code: &str) -> Params {
        form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ])
    }

    /// The same with this client's credentials, by form.
    pub(crate) fn signed(&self, form: Params) -> Params {
        let form = form.with("client_id", self.client.identifier.as_str());
        if self.secret.is_empty() { form } else { form.with("client_secret", &self.secret) }
    }

    /// Sends a form to the token endpoint as this client.
    pub(crate) async fn token(&self, form: Params) -> Result<TokenAnswer, Refusal> {
        token(&self.app, &self.signed(form)).await
    }

    /// Tokens from a fresh code.
    pub(crate) async fn tokens(&self) -> TokenAnswer {
        let code = self.code().await;
        self.token(self.redemption(&code)).await.unwrap()
    }

    pub(crate) async fn refresh(&self, token: &str) -> Result<TokenAnswer, Refusal> {
        self.token(form(&[("grant_type", "refresh_token"), ("refresh_token", token)])).await
    }

    pub(crate) async fn refresh_to(&self, token: &str, scope: &str) -> Result<TokenAnswer, Refusal> {
        let form = form(&[("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)]);
        self.token(form).await
    }

    /// Registers the client anew.
    pub(crate) async fn reregister(&mut self, change: impl FnOnce(&mut ClientMetadata)) {
        change(&mut self.client.metadata);
        let (id, metadata, now) = (self.client.id, self.client.metadata.clone(), self.app.clock.now());
        let write = self.app.db.write((id, metadata), move |tx, (id, metadata)| {
            Box::pin(async move {
                clients::update_metadata(tx, *id, metadata, now).await?;
                Ok::<_, Refusal>(())
            })
        });
        write.await.unwrap();
    }
}

pub(crate) fn refresh_token(answer: &TokenAnswer) -> &str {
    answer.refresh_token.as_ref().unwrap().reveal()
}

pub(crate) fn form(pairs: &[(&str, &str)]) -> Params {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub(crate) fn sender(params: &Params) -> Sender<'_> {
    let address = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1));
    Sender { authorization: &[], params, address, endpoint: "token" }
}

pub(crate) async fn token(app: &App, params: &Params) -> Result<TokenAnswer, Refusal> {
    grants::token(app, sender(params)).await
}

/// A client with its secret, which is empty for a public one.
pub(crate) async fn client(
    app: &App,
    name: &str,
    change: impl FnOnce(&mut ClientMetadata),
) -> (Client, String) {
    let now = app.clock.now();
    let name_of_it = PersonName::parse(name).unwrap();
    let mut metadata = ClientMetadata {
        redirect_uris: vec![RedirectUri::register(REDIRECT_URI, ClientType::Confidential).unwrap()],
        scopes: scopes("openid profile email offline_access user:read"),
        grants: vec![GrantName::AuthorizationCode, GrantName::RefreshToken],
        ..ClientMetadata::new(name_of_it, ClientType::Confidential)
    };
    change(&mut metadata);
    let identifier = ClientIdentifier::parse(&format!("{name}-app")).unwrap();
    let mut client = Client::new(app.new_id(), identifier, ClientOwner::Instance, metadata, now);
    let mut secret = String::new();
    if client.metadata.client_type == ClientType::Confidential {
        // Brought along from elsewhere: with what form-encoding changes.
        secret = format!("{name}: 100 % secret + more / = ?");
        let id = app.new_id();
        let seal = || app.secret_key.seal(&client_jwt::place(id), secret.as_bytes()).unwrap();
        client.secrets.push(ClientSecret {
            id,
            hash: app.secret_key.hash_text(&secret),
            sealed: client.metadata.makes_codes_with_its_secret().then(seal),
            hint: String::new(),
            created_at: now,
            expires_at: None,
            last_used_at: None,
        });
    }
    let write = app.db.write(client.clone(), |tx, client| {
        Box::pin(async move {
            clients::insert(tx, client).await?;
            for secret in &client.secrets {
                clients::insert_secret(tx, client.id, secret).await?;
            }
            Ok::<_, Refusal>(())
        })
    });
    write.await.unwrap();
    (client, secret)
}

/// Lets a person allow a client all it is registered for.
pub(crate) async fn consent(app: &App, user: &User, client: &Client) {
    let now = app.clock.now();
    let consent = Consent {
        id: app.new_id(),
        user_id: user.id,
        client_id: client.id,
        subject: Subject::User(user.id),
        scopes: client.metadata.scopes.clone(),
        claims: std::collections::BTreeSet::new(),
        organizations: Organizations::All,
        limits: Vec::new(),
        redirect_host: "app.example".to_owned(),
        granted_at: now,
        updated_at: now,
    };
    let write = app.db.write(consent, |tx, consent| {
        Box::pin(async move { Ok::<_, Refusal>(consents::upsert(tx, consent).await?) })
    });
    write.await.unwrap();
}

pub(crate) async fn session(app: &App, user: &User) -> Session {
    let now = app.clock.now();
    let session = Session {
        id: app.new_id(),
        user_id: user.id,
        auth_time: now,
        amr: vec![AuthMethodReference::Pwd],
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus(app.config.lifetimes.session_absolute),
        user_agent: "Firefox".to_owned(),
        address: "203.0.113.1".to_owned(),
        browser_id: None,
        impersonator: None,
    };
    let hash = cookie_of(&session);
    let write = app.db.write((hash, session.clone()), |tx, (hash, session)| {
        Box::pin(async move { Ok::<_, Refusal>(sessions::insert(tx, *hash, session, "{}").await?) })
    });
    write.await.unwrap();
    session
}

/// The hash by which the tests keep a session.
pub(crate) fn cookie_of(session: &Session) -> TokenHash {
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(session.id.0.as_bytes());
    TokenHash(hash)
}

/// Shorter than `parse().unwrap()`.
pub(crate) fn scopes(text: &str) -> Scopes {
    text.parse().unwrap()
}

/// Making RSA keys takes longer than the tests: all instances, which have the same secret key, share them.
async fn give_keys(app: &App) {
    static MADE: OnceCell<Vec<StoredKey>> = OnceCell::const_new();
    let mut made_here = false;
    let make = async {
        made_here = true;
        app.signing_keys().await.unwrap();
        signing_keys::list(&app.db, app.clock.now()).await.unwrap()
    };
    let keys = MADE.get_or_init(|| make).await.clone();
    if !made_here {
        let write = app.db.write(keys, |tx, keys| {
            Box::pin(async move { Ok::<_, Refusal>(signing_keys::insert_many(tx, keys).await?) })
        });
        write.await.unwrap();
    }
}
