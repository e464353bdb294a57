//! A person, a provider that answers whatever a test wants, and what comes of it.

mod accounts;
mod answers;
mod connections;
mod github;
mod settings;
mod stub;

use std::collections::BTreeMap;
use std::sync::Arc;

use postern_domain::{Params, Session, TokenHash, User};
use serde_json::{Value, json};

use super::*;
use crate::config::{Outbound, Registration};
use crate::sessions::{self, Arrival};
use crate::sign_in::Step;
use crate::testing::{self, PASSWORD, TestApp, visit};
use crate::{App, Config, Preset, UpstreamProvider};

use stub::Stub;

const NAME: &str = "stub";

/// An instance with one provider, which is the stub.
struct World {
    app: TestApp,
    stub: Arc<Stub>,
}

/// A sign-in that was begun: what the provider and the browser got.
struct Away {
    asked: BTreeMap<String, String>,
    browser: String,
}

impl World {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut UpstreamProvider)) -> Self {
        let stub = Stub::start().await;
        let mut provider = UpstreamProvider {
            issuer: Some(stub.issuer()),
            client_id: "us".to_owned(),
            client_secret: Some("the secret".into()),
            label: Some("The stub".to_owned()),
            sign_up: true,
            ..UpstreamProvider::default()
        };
        change(&mut provider);
        let app = testing::app_with(Config {
            upstream: [(NAME.to_owned(), provider)].into(),
            outbound: Outbound { allow: vec!["127.0.0.0/8".to_owned()], ca_file: None },
            registration: Registration { open: true },
            ..Config::default()
        });
        Self { app: app.await, stub }
    }

    fn provider(&self) -> &Provider {
        self.app.upstream.find(NAME).unwrap()
    }

    async fn begin(&self, purpose: Purpose) -> Result<Away, Trouble> {
        let begun = begin(&self.app, self.provider(), purpose, None, visit(1).address).await?;
        let url = url::Url::parse(&begun.url).unwrap();
        let asked = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()));
        Ok(Away { asked: asked.collect(), browser: begun.browser.reveal().to_owned() })
    }

    /// Goes to the provider to sign in.
    async fn away(&self) -> Away {
        self.begin(sign_in()).await.unwrap()
    }

    /// Comes back with an answer.
    async fn back(
        &self,
        away: &Away,
        answer: &Params,
        person: Option<(&User, &Session)>,
    ) -> Result<Done, Trouble> {
        let done = finish(&self.app, self.provider(), answer, Some(&away.browser), person, &visit(1)).await;
        done.map_err(|stopped| stopped.trouble)
    }

    /// Comes back with what the provider says by an id_token of these claims.
    async fn said(&self, away: &Away, claims: &Value) -> Result<Done, Trouble> {
        self.stub.tokens_with(claims);
        self.back(away, &away.answer(), None).await
    }

    /// Goes there and back as somebody with this subject.
    async fn as_somebody(
        &self,
        purpose: Purpose,
        person: Option<(&User, &Session)>,
        subject: &str,
    ) -> Result<Done, Trouble> {
        let away = self.begin(purpose).await?;
        let mut claims = self.claims(&away);
        claims["sub"] = subject.into();
        claims["email"] = format!("{subject}@elsewhere.example").into();
        claims["auth_time"] = self.app.clock.now().0.into();
        self.stub.tokens_with(&claims);
        self.back(&away, &away.answer(), person).await
    }

    /// Somebody with a password who is signed in.
    async fn person(&self, username: &str) -> (User, Session) {
        let user = testing::user(&self.app, username).await;
        let password = postern_domain::Plain::new(PASSWORD.to_owned());
        let arrival = testing::sign_in(&self.app, username, &password, &visit(1)).await.unwrap();
        self.keep(&arrival).await;
        (user, arrival.session)
    }

    async fn keep(&self, arrival: &Arrival) {
        let mut hash = [0; 32];
        self.app.rng.fill(&mut hash);
        let proven = arrival.proven();
        sessions::begin(&self.app, TokenHash(hash), None, proven, String::new()).await.unwrap();
    }

    /// The claims of a right id_token.
    fn claims(&self, away: &Away) -> Value {
        let now = self.app.clock.now().0;
        json!({
            "iss": self.stub.issuer(), "aud": "us", "sub": "subject-1", "iat": now, "exp": now + 300,
            "nonce": away.asked["nonce"], "preferred_username": "ada", "name": "Ada Lovelace",
            "email": "ada@elsewhere.example", "email_verified": true,
        })
    }
}

impl Away {
    /// A right answer.
    fn answer(&self) -> Params {
        Params::default().with("state", &self.asked["state"]).with("code", "the-code")
    }
}

fn sign_in() -> Purpose {
    Purpose::SignIn { return_to: "/settings/tokens".to_owned(), again: false, choose: false }
}

/// Who arrived.
#[track_caller]
fn arrived(done: Result<Done, Trouble>) -> Arrival {
    match done.unwrap() {
        Done::Arrived { step: Step::Arrived(arrival), .. } => *arrival,
        other => panic!("{other:?}"),
    }
}
