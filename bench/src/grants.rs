//! The client's side of the flows: authorize with PKCE, trade the code, refresh, introspect, userinfo.

use anyhow::{Context as _, bail, ensure};
use aws_lc_rs::{digest, rand};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::Deserialize;
use url::{
    Url,
    form_urlencoded::{Serializer, byte_serialize},
};

use crate::{
    browser::{Arrival, Browser},
    connection::{Answer, Connection},
    server::Client,
};

/// Nothing listens there: the browser stops at it. It is an https address of nobody's own machine, so that the
/// server can take the consent for good.
pub(crate) const REDIRECT_URI: &str = "https://bench.example/callback";

/// What a token answer holds that the load needs.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    id_token: Option<String>,
}

/// One virtual user: a signed-in browser, the app's own connection, and the tokens it got.
pub(crate) struct User {
    pub(crate) name: String,
    browser: Browser,
    app: Connection,
    issuer: String,
    client: Client,
    authorization: String,
    scope: String,
    pub(crate) tokens: Tokens,
}

impl User {
    /// A user who has not signed in yet.
    pub(crate) fn new(name: String, port: u16, client: &Client, scope: &str) -> anyhow::Result<Self> {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(&client.client_id), encoded(&client.client_secret));
        Ok(Self {
            name,
            browser: Browser::new(port)?,
            app: Connection::new(port),
            issuer: format!("http://127.0.0.1:{port}"),
            client: client.clone(),
            authorization: format!("Basic {}", STANDARD.encode(pair)),
            scope: scope.to_owned(),
            tokens: Tokens::default(),
        })
    }

    /// Signs in through the pages, allows the app once, and takes the first tokens.
    pub(crate) async fn sign_in(&mut self, password: &str) -> anyhow::Result<()> {
        let attempt = Attempt::new();
        let url = Url::parse(&self.issuer)?.join(&attempt.path(&self.client, &self.scope))?;
        let mut arrival = self.browser.open(url).await?;
        for _ in 0..6 {
            let page = match arrival {
                Arrival::Away(url) => return self.take_answer(&attempt, &url).await,
                Arrival::At(page) => page,
            };
            arrival = if page.has("password") {
                let fields = [("identifier", self.name.as_str()), ("password", password)];
                self.browser.submit(&page, "password", &fields).await?
            } else if page.has("decision") {
                self.browser.submit(&page, "decision", &[("decision", "allow")]).await?
            } else {
                bail!("neither a sign-in nor a consent page at {}", page.describe());
            };
        }
        bail!("the way back to the app was not found")
    }

    /// A whole code flow: the signed-in browser's request, the code, the tokens.
    pub(crate) async fn flow(&mut self) -> anyhow::Result<()> {
        let attempt = Attempt::new();
        let answer = self.browser.get(&attempt.path(&self.client, &self.scope)).await?;
        let location = answer.header("location");
        ensure!(
            answer.status.is_redirection() && location.starts_with(REDIRECT_URI),
            "authorize sent to {location:?}: {}",
            answer.text()
        );
        let url = Url::parse(location)?;
        self.take_answer(&attempt, &url).await
    }

    /// A refresh; the next one uses what this one brought.
    pub(crate) async fn refresh(&mut self) -> anyhow::Result<()> {
        let form = form(&[("grant_type", "refresh_token"), ("refresh_token", &self.tokens.refresh_token)]);
        let tokens: Tokens = self.token(form).await?;
        ensure!(tokens.refresh_token != self.tokens.refresh_token, "the refresh token was not rotated");
        self.tokens = tokens;
        Ok(())
    }

    /// An introspection of the user's access token by the client it was issued to.
    pub(crate) async fn introspect(&mut self) -> anyhow::Result<()> {
        let form = form(&[("token", &self.tokens.access_token)]);
        let answer =
            self.app.post("/v1/oauth2/introspect", &[("authorization", &self.authorization)], form).await?;
        let active = find(&answer.body, b"\"active\":true");
        ensure!(answer.status == 200 && active, "introspection answered {}", answer.text());
        Ok(())
    }

    /// A call of userinfo with the user's access token.
    pub(crate) async fn userinfo(&mut self) -> anyhow::Result<()> {
        let bearer = format!("Bearer {}", self.tokens.access_token);
        let answer = self.app.get("/v1/oauth2/userinfo", &[("authorization", &bearer)]).await?;
        ensure!(
            answer.status == 200 && find(&answer.body, b"\"sub\":"),
            "userinfo answered {}",
            answer.text()
        );
        Ok(())
    }

    async fn take_answer(&mut self, attempt: &Attempt, url: &Url) -> anyhow::Result<()> {
        let parameter =
            |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        ensure!(parameter("state").as_ref() == Some(&attempt.state), "another state came back: {url}");
        ensure!(parameter("iss").as_ref() == Some(&self.issuer), "another issuer answered: {url}");
        let code = parameter("code").with_context(|| format!("no code came back: {url}"))?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", &attempt.verifier),
        ];
        let tokens: Tokens = self.token(form(&fields)).await?;
        if self.scope.split(' ').any(|scope| scope == "openid") {
            attempt.check_id_token(tokens.id_token.as_deref().context("no id_token")?)?;
        }
        self.tokens = tokens;
        Ok(())
    }

    async fn token(&mut self, form: String) -> anyhow::Result<Tokens> {
        let answer: Answer =
            self.app.post("/v1/oauth2/token", &[("authorization", &self.authorization)], form).await?;
        ensure!(answer.status == 200, "the token endpoint answered {}", answer.text());
        serde_json::from_slice(&answer.body).with_context(|| format!("read {}", answer.text()))
    }
}

/// What one authorization request has to remember.
struct Attempt {
    state: String,
    nonce: String,
    verifier: String,
}

impl Attempt {
    fn new() -> Self {
        Self { state: random(), nonce: random(), verifier: random() }
    }

    fn path(&self, client: &Client, scope: &str) -> String {
        let challenge = digest::digest(&digest::SHA256, self.verifier.as_bytes());
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &client.client_id),
            ("redirect_uri", REDIRECT_URI),
            ("scope", scope),
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("code_challenge", &URL_SAFE_NO_PAD.encode(challenge)),
            ("code_challenge_method", "S256"),
        ]);
        format!("/v1/oauth2/authorize?{query}")
    }

    /// That it is signed as promised and for this request. Its signature is the tests' concern: verifying it here
    /// would measure the load.
    fn check_id_token(&self, id_token: &str) -> anyhow::Result<()> {
        let mut parts = id_token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part));
        let header = parts.next().context("an empty id_token")??;
        let claims = parts.next().context("no claims")??;
        ensure!(find(&header, b"\"RS256\""), "the id_token is not signed by RS256");
        ensure!(find(&claims, self.nonce.as_bytes()), "the id_token lacks the nonce");
        Ok(())
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// 256 bits of chance in base64url; were there none, the server would refuse what is left.
fn random() -> String {
    let mut bytes = [0; 32];
    let _ = rand::fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn find(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
