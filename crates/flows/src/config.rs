use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use postern_domain::{Catalogue, Lifetime, Rate, ScopeSpec};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::ServiceUrl;

/// Everything an operator can set. Names, defaults and meaning are the README's table of settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The issuer (RFC 8414 section 2). Every URL is built from it and never from a request.
    pub public_url: Url,
    /// Where to listen.
    pub listen: Listen,
    /// `sqlite://path` or `postgres://…`.
    pub database_url: ServiceUrl,
    /// The file of 32 bytes from which keys for sealing and keyed hashes derive.
    pub secret_key_file: PathBuf,
    /// Tokens.
    pub tokens: Tokens,
    /// The token by which signed-in pages call the API.
    pub session_api_token: SessionApiToken,
    /// OAuth clients.
    pub clients: Clients,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// How often the API may be called, and budgets of failed tries and of what anybody may have the server keep.
    pub rate_limits: RateLimits,
    /// HTTPS without a proxy.
    pub tls: Tls,
    /// Networks whose forwarding headers count, such as `127.0.0.1/32`.
    pub trusted_proxies: Vec<String>,
    /// Signing keys.
    pub keys: Keys,
    /// Mails.
    pub mail: Mailing,
    /// Sign-up.
    pub registration: Registration,
    /// Scopes that an API owner adds to the catalogue, by name.
    pub scopes: BTreeMap<String, ScopeSpec>,
    /// Tokens that turn up where others can read them.
    pub leaks: Leaks,
    /// Caps.
    pub limits: Limits,
    /// Looks.
    pub branding: Branding,
}

/// Where the server listens: an address with a port, or `unix:` and a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// A TCP address.
    Tcp(SocketAddr),
    /// A Unix socket.
    Unix(PathBuf),
}

/// Settings of tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tokens {
    /// The first part of every token, by which an instance, or its sandbox, is told at a glance.
    pub prefix: String,
    /// How the API takes personal and organization tokens.
    pub auth_mode: TokenAuthMode,
    /// Whether nothing of a token can be changed but that it is revoked.
    pub secure_mode: bool,
    /// Whether owners may see the value of a personal or organization token again.
    pub reveal: Reveal,
    /// Longest life of a new personal or organization token; without it there is no cap.
    pub max_lifetime: Option<Lifetime>,
    /// How long a renewed token lives from then on.
    pub renewal_lifetime: Lifetime,
}

/// How the API takes personal and organization tokens. What is issued to apps is always sent as Bearer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenAuthMode {
    /// `Authorization: Basic base64(USER:TOKEN)` only.
    Basic,
    /// `Authorization: Bearer TOKEN` only.
    Bearer,
    /// Either.
    #[default]
    Both,
}

/// The token by which signed-in pages call the API.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionApiToken {
    /// Whether there is one. Any script on a page that may obtain it acts as the person who is signed in.
    pub enabled: bool,
    /// The header that it is sent in.
    pub header: String,
    /// Origins of the same site whose pages may obtain one, besides our own.
    pub origins: Vec<String>,
}

/// Whether owners may see the value of a personal or organization token again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reveal {
    /// It is shown when it is made, and nothing of it is kept.
    #[default]
    Once,
    /// A sealed copy is kept, which they see after signing in afresh.
    Again,
}

/// What is done about tokens that turn up where others can read them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Leaks {
    /// The public keys by which scanners of secrets sign their reports, PEM, by the name that reports give them.
    pub keys: BTreeMap<String, String>,
}

/// Settings of OAuth clients.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clients {
    /// Who must send a PKCE challenge.
    pub require_pkce: RequirePkce,
}

/// Who must send a PKCE challenge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequirePkce {
    /// Public clients, and those that ask for it themselves.
    #[default]
    Public,
    /// Every client.
    All,
}

/// How long things live unless a client shortens it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lifetimes {
    /// Access tokens.
    pub access_token: Lifetime,
    /// Refresh tokens that are not used.
    pub refresh_token: Lifetime,
    /// What a person allowed a client, however often it is refreshed; without it only disuse ends that.
    pub grant: Option<Lifetime>,
    /// Authorization codes.
    pub code: Lifetime,
    /// Sessions that are not used.
    pub session_idle: Lifetime,
    /// Sessions however much they are used.
    pub session_absolute: Lifetime,
}

/// How often the API may be called, and budgets: of failed tries, of which success never counts, and of what anybody may
/// have the server keep.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RateLimits {
    /// Whether calls of the API are counted.
    pub enabled: bool,
    /// What organizations of the lowest tier may ask.
    pub restricted: Rate,
    /// What everybody may ask of whom nothing else is said.
    pub default: Rate,
    /// What organizations of the highest tier may ask.
    pub elevated: Rate,
    /// What a page may ask in the name of somebody who is signed in.
    pub web_session: Rate,
    /// What an address may ask without a credential that works.
    pub address: Rate,
    /// `redis://…`, where several nodes count together; without it each counts by itself.
    pub redis_url: Option<ServiceUrl>,
    /// Failed sign-ins a minute for one account.
    pub sign_in_account: u32,
    /// Failed sign-ins a minute from one address.
    pub sign_in_address: u32,
    /// Failed client authentications a minute for one client and address.
    pub client_authentication: u32,
    /// Sign-ups an hour from one address.
    pub registration: u32,
    /// Authorization requests that apps let browsers post, a minute from one address.
    pub posted_request: u32,
    /// Reports of leaked tokens a minute from one address. Those that are signed are not counted.
    pub leak_report: u32,
}

/// HTTPS without a proxy.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// The certificate chain, PEM.
    pub cert_file: Option<PathBuf>,
    /// The private key, PEM.
    pub key_file: Option<PathBuf>,
}

/// Signing keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// Size of new RSA keys: 2048, 3072 or 4096.
    pub rsa_bits: u32,
}

/// Where mails go and come from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mailing {
    /// The folder that takes them as `.eml` files while there is no mail server.
    pub directory: PathBuf,
    /// The mail server: `smtps://USER:PASSWORD@HOST`, or `smtp://HOST` for STARTTLS.
    pub smtp_url: Option<ServiceUrl>,
    /// The sender, as `Acme <no-reply@example.com>`; without one it is `no-reply` at the host of `public_url`.
    pub from: Option<String>,
}

/// Sign-up.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Registration {
    /// Whether strangers may sign up.
    pub open: bool,
}

/// Caps of what one may have.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Most clients of one account. Those of the instance itself are not counted.
    pub clients_per_owner: u32,
    /// Most personal tokens of one person, and most tokens of one organization. Those that ended are not counted.
    pub tokens_per_owner: u32,
}

/// Looks.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Branding {
    /// What the instance calls itself.
    pub name: String,
    /// The accent colour, as `#rrggbb`.
    pub accent: Option<String>,
}

impl Config {
    /// The scope catalogue: the built-in rows and those of `scopes`.
    pub fn catalogue(&self) -> Catalogue {
        let named = |(name, row): (&String, &ScopeSpec)| ScopeSpec { name: name.clone(), ..row.clone() };
        Catalogue::with(self.scopes.iter().map(named))
    }

    /// The issuer identifier (RFC 8414 section 2): the public URL without a slash at its end.
    pub fn issuer(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }

    /// The absolute URL of a path of ours, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer())
    }

    /// Whether people reach the server by https, so that cookies can be `Secure`.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

impl Default for Config {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "a constant")]
        let public_url = Url::parse("http://localhost:8080").expect("the default is a URL");
        Self {
            public_url,
            listen: Listen::Tcp(SocketAddr::from(([127, 0, 0, 1], 8080))),
            database_url: "sqlite://postern-data/postern.db".into(),
            secret_key_file: PathBuf::from("postern-data/secret.key"),
            tokens: Tokens::default(),
            session_api_token: SessionApiToken::default(),
            clients: Clients::default(),
            lifetimes: Lifetimes::default(),
            rate_limits: RateLimits::default(),
            tls: Tls::default(),
            trusted_proxies: Vec::new(),
            keys: Keys::default(),
            mail: Mailing::default(),
            registration: Registration::default(),
            scopes: BTreeMap::new(),
            leaks: Leaks::default(),
            limits: Limits::default(),
            branding: Branding::default(),
        }
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            prefix: "postern".to_owned(),
            auth_mode: TokenAuthMode::default(),
            secure_mode: false,
            reveal: Reveal::Once,
            max_lifetime: None,
            renewal_lifetime: Lifetime::days(90),
        }
    }
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            access_token: Lifetime::days(10),
            refresh_token: Lifetime::days(90),
            grant: None,
            code: Lifetime::seconds(60),
            session_idle: Lifetime::days(14),
            session_absolute: Lifetime::days(90),
        }
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        const fn at(requests: u32) -> NonZeroU32 {
            match NonZeroU32::new(requests) {
                Some(requests) => requests,
                None => NonZeroU32::MIN,
            }
        }
        Self {
            enabled: true,
            restricted: Rate::per_minute(at(60)),
            default: Rate::per_minute(at(500)),
            elevated: Rate::per_second(at(100)),
            web_session: Rate::per_second(at(100)),
            address: Rate::per_minute(at(500)),
            redis_url: None,
            sign_in_account: 10,
            sign_in_address: 30,
            client_authentication: 60,
            registration: 20,
            posted_request: 60,
            leak_report: 30,
        }
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self { rsa_bits: 3072 }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { clients_per_owner: 100, tokens_per_owner: 500 }
    }
}

impl Default for SessionApiToken {
    fn default() -> Self {
        Self { enabled: false, header: "X-Postern-REST-Token".to_owned(), origins: Vec::new() }
    }
}

impl Default for Mailing {
    fn default() -> Self {
        Self { directory: PathBuf::from("postern-data/mail"), smtp_url: None, from: None }
    }
}

impl Default for Branding {
    fn default() -> Self {
        Self { name: "Postern".to_owned(), accent: None }
    }
}

impl Serialize for Listen {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Tcp(address) => serializer.collect_str(address),
            Self::Unix(path) => serializer.collect_str(&format_args!("unix:{}", path.display())),
        }
    }
}

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.strip_prefix("unix:") {
            Some(path) => Ok(Self::Unix(PathBuf::from(path))),
            None => text.parse().map(Self::Tcp).map_err(|_| {
                serde::de::Error::custom(format!(
                    "“{text}” is not an address to listen on; write 127.0.0.1:8080, [::]:443 or unix:/run/postern.sock"
                ))
            }),
        }
    }
}
