use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::{Answer, Authorization, Browser, Instance, Registration, Request, Wire};

const TOKEN: &str = "/v1/oauth2/token";

/// An app that speaks OAuth: a registered client and its way to the server.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    /// The `client_id`.
    pub id: String,
    /// The secret, if it has one.
    pub secret: Option<String>,
    /// The redirect URI its requests name.
    pub redirect_uri: String,
    /// What it asks for.
    pub scope: String,
    /// How it authenticates.
    pub auth: ClientAuth,
    wire: Wire,
}

/// How a client proves who it is (OIDC Core section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// `client_secret_basic`
    Basic,
    /// `client_secret_post`
    Post,
    /// `none`
    None,
}

/// The tokens of an answer of the token endpoint.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token, empty where none came.
    pub refresh: String,
    /// The id_token, empty where none came.
    pub id: String,
    /// The whole answer.
    pub answer: Value,
}

impl Tokens {
    /// Reads the answer.
    ///
    /// # Panics
    /// If it is an error, or may be kept by a cache (RFC 6749 section 5.1).
    #[track_caller]
    pub fn read(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("cache-control"), "no-store", "{answer:?}");
        let json = answer.json();
        let member = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            access: member("access_token"),
            refresh: member("refresh_token"),
            id: member("id_token"),
            answer: json,
        }
    }

    /// What the id_token says; its signature is checked elsewhere.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn claims(&self) -> Value {
        let claims = self.id.split('.').nth(1).expect("an id_token");
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).expect("base64url")).expect("JSON")
    }
}

impl OAuthClient {
    pub(crate) fn register(instance: &Instance, registration: &Registration) -> Self {
        let made = instance.prepare(&registration.arguments(), "");
        instance.secrets().add_from(&made);
        let secret = made.get("client_secret").and_then(Value::as_str).map(str::to_owned);
        Self {
            id: made["client_id"].as_str().expect("a client_id").to_owned(),
            redirect_uri: registration.redirect_uris.first().cloned().unwrap_or_default(),
            scope: registration.scope.clone(),
            auth: if secret.is_some() { ClientAuth::Basic } else { ClientAuth::None },
            secret,
            wire: instance.wire(),
        }
    }

    /// A client that is registered already.
    pub fn known(instance: &Instance, id: &str, secret: Option<&str>, redirect_uri: &str) -> Self {
        secret.iter().for_each(|secret| instance.secrets().add(secret));
        Self {
            id: id.to_owned(),
            secret: secret.map(str::to_owned),
            redirect_uri: redirect_uri.to_owned(),
            scope: "openid profile email".to_owned(),
            auth: if secret.is_some() { ClientAuth::Basic } else { ClientAuth::None },
            wire: instance.wire(),
        }
    }

    /// The same client talking to another node.
    #[must_use]
    pub fn on(&self, node: &Instance) -> Self {
        Self { wire: node.wire(), ..self.clone() }
    }

    /// The same client, authenticating otherwise.
    #[must_use]
    pub fn authenticating(&self, auth: ClientAuth) -> Self {
        Self { auth, ..self.clone() }
    }

    /// The same client asking for something else.
    #[must_use]
    pub fn asking(&self, scope: &str) -> Self {
        Self { scope: scope.to_owned(), ..self.clone() }
    }

    /// The way to the server.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// An authorization request for what the client asks for.
    pub fn authorization(&self) -> Authorization {
        Authorization::new(&self.id, &self.redirect_uri, &self.scope)
    }

    /// A request with the client's authentication.
    pub fn request(&self, path: &str, pairs: &[(&str, &str)]) -> Request {
        let secret = self.secret.as_deref().unwrap_or_default();
        let mut form = pairs.to_vec();
        match self.auth {
            ClientAuth::Basic => return Request::post(path).form(form).basic(&self.id, secret),
            ClientAuth::Post => form.extend([("client_id", self.id.as_str()), ("client_secret", secret)]),
            ClientAuth::None => form.push(("client_id", &self.id)),
        }
        Request::post(path).form(form)
    }

    /// Posts a form with the client's authentication.
    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.wire.send(self.request(path, pairs)).await
    }

    /// Posts to the token endpoint.
    pub async fn token(&self, pairs: &[(&str, &str)]) -> Answer {
        self.post(TOKEN, pairs).await
    }

    /// What redeems a code.
    pub fn redemption(&self, code: &str, verifier: Option<&str>) -> Request {
        let mut pairs =
            vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &self.redirect_uri)];
        pairs.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        self.request(TOKEN, &pairs)
    }

    /// Redeems a code.
    pub async fn redeem(&self, code: &str, verifier: Option<&str>) -> Answer {
        self.wire.send(self.redemption(code, verifier)).await
    }

    /// Has the person of a browser sign in, and redeems the code.
    pub async fn tokens(&self, browser: &Browser) -> Tokens {
        let request = self.authorization();
        let callback = browser.authorize(&request).await;
        Tokens::read(&self.redeem(callback.code(), request.verifier.as_deref()).await)
    }

    /// What refreshes (RFC 6749 section 6).
    pub fn refreshing(&self, token: &str) -> Request {
        self.request(TOKEN, &[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// Refreshes.
    pub async fn refresh(&self, token: &str) -> Answer {
        self.wire.send(self.refreshing(token)).await
    }

    /// Refreshes to narrower scopes.
    pub async fn refresh_to(&self, token: &str, scope: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)]).await
    }

    /// Revokes (RFC 7009).
    pub async fn revoke(&self, token: &str) -> Answer {
        self.post("/v1/oauth2/revoke", &[("token", token)]).await
    }

    /// Introspects (RFC 7662).
    pub async fn introspect(&self, token: &str) -> Answer {
        self.post("/v1/oauth2/introspect", &[("token", token)]).await
    }

    /// Whether introspection calls a token active.
    ///
    /// # Panics
    /// If it does not say, or says more of one that is not (RFC 7662 section 2.2).
    pub async fn is_active(&self, token: &str) -> bool {
        let answer = self.introspect(token).await.expect(200).json();
        let active = answer["active"].as_bool().expect("active");
        assert!(active || answer == serde_json::json!({ "active": false }), "{answer}");
        active
    }

    /// Calls userinfo (OIDC Core section 5.3).
    pub async fn userinfo(&self, token: &str) -> Answer {
        self.wire.send(Request::get("/v1/oauth2/userinfo").bearer(token)).await
    }
}
