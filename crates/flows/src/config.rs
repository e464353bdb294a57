mod guard;
mod lifetimes;
mod listen;
mod metrics;
mod outbound;
mod rate_limits;
mod second_factor;
mod shutdown;
mod tokens;
mod upstream;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use postern_domain::limits::LimitCaps;
use postern_domain::{
    Accent, AuthMethodReference, AuthenticationContext, Catalogue, ResourceSpec, Resources, ScopeSpec,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::ServiceUrl;
use crate::audit::AuditSettings;

pub use guard::{Guard, GuardHeaders, GuardRoute};
pub use lifetimes::Lifetimes;
pub use listen::Listen;
pub use metrics::Metrics;
pub use outbound::Outbound;
pub use rate_limits::RateLimits;
pub use second_factor::{RequiredOf, SecondFactor};
pub use shutdown::Shutdown;
pub use tokens::{Leaks, Reveal, SessionApiToken, TokenAuthMode, Tokens};
pub use upstream::{ClientSecretText, Preset, UpstreamProvider};

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
    /// The server's own requests.
    pub outbound: Outbound,
    /// Signing keys.
    pub keys: Keys,
    /// Mails.
    pub mail: Mailing,
    /// Sign-up.
    pub registration: Registration,
    /// Who else may say who somebody is: sign-in providers by their name.
    pub upstream: BTreeMap<String, UpstreamProvider>,
    /// Second factors.
    pub second_factor: SecondFactor,
    /// Scopes that an API owner adds to the catalogue, by name.
    pub scopes: BTreeMap<String, ScopeSpec>,
    /// The APIs that tokens are for, besides this server's own.
    pub resources: Vec<ResourceSpec>,
    /// Tokens that turn up where others can read them.
    pub leaks: Leaks,
    /// What is written down, and for how long it is kept.
    pub audit: AuditSettings,
    /// Caps.
    pub limits: Limits,
    /// What stands in front of other APIs.
    pub guard: Guard,
    /// Figures for Prometheus.
    pub metrics: Metrics,
    /// How the server ends.
    pub shutdown: Shutdown,
    /// Looks, where the console sets no others.
    pub branding: Branding,
    /// Where settings come from that are not as they are by themselves, by their names with dots.
    #[serde(skip)]
    pub sources: BTreeMap<String, SettingSource>,
}

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingSource {
    /// The file of this name.
    File(PathBuf),
    /// The environment variable of this name.
    Environment(String),
    /// The flag of this name on the command line.
    Flag(String),
    /// The console, or what does the same: it is in the database.
    Console,
}

/// The name alone, be it of a file, a variable or a flag; or `console`.
impl fmt::Display for SettingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Environment(name) | Self::Flag(name) => f.write_str(name),
            Self::Console => f.write_str("console"),
        }
    }
}

/// Settings of OAuth clients.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clients {
    /// Who must send a PKCE challenge.
    pub require_pkce: RequirePkce,
    /// Who may register a client at the registration endpoint.
    pub registration: ClientRegistration,
}

/// Who may register a client at the registration endpoint (RFC 7591 section 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientRegistration {
    /// Nobody.
    #[default]
    Off,
    /// Whoever has an initial access token.
    InitialAccessToken,
    /// Everybody.
    Open,
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
    /// Most limit lines of a token.
    pub lines_per_token: usize,
    /// Most bytes of all limit lines of a token.
    pub bytes_per_token: usize,
    /// Most bytes of a JSON body that limits look into.
    pub json_body: usize,
}

impl Limits {
    /// The caps of what is written as the limits of a token.
    pub const fn caps(&self) -> LimitCaps {
        LimitCaps { lines: self.lines_per_token, bytes: self.bytes_per_token }
    }
}

/// Looks, as far as the settings say. What is in effect is [`Brand`](crate::branding::Brand): the console can set other ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Branding {
    /// What the instance calls itself.
    pub name: String,
    /// The accent colour, as `#rrggbb`.
    pub accent: Option<Accent>,
}

impl Config {
    /// The scope catalogue: the built-in rows and those of `scopes`.
    pub fn catalogue(&self) -> Catalogue {
        let named = |(name, row): (&String, &ScopeSpec)| ScopeSpec { name: name.clone(), ..row.clone() };
        Catalogue::with(self.scopes.iter().map(named))
    }

    /// The APIs that tokens are for: this server's own, which the issuer names, and those of `resources`.
    ///
    /// # Errors
    /// Says which of them cannot be taken, and what to do.
    pub fn resources(&self) -> Result<Resources, String> {
        Resources::new(self.issuer(), &self.resources, &self.catalogue())
    }

    /// The issuer identifier (RFC 8414 section 2): the public URL without a slash at its end.
    pub fn issuer(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }

    /// The absolute URL of a path of ours, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer())
    }

    /// What a sign-in by these methods proves here: `acr`.
    pub fn authentication_context(&self, amr: &[AuthMethodReference]) -> Option<AuthenticationContext> {
        AuthenticationContext::of(amr, self.is_https())
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
            outbound: Outbound::default(),
            keys: Keys::default(),
            mail: Mailing::default(),
            registration: Registration::default(),
            upstream: BTreeMap::new(),
            second_factor: SecondFactor::default(),
            scopes: BTreeMap::new(),
            resources: Vec::new(),
            leaks: Leaks::default(),
            audit: AuditSettings::default(),
            limits: Limits::default(),
            guard: Guard::default(),
            metrics: Metrics::default(),
            shutdown: Shutdown::default(),
            branding: Branding::default(),
            sources: BTreeMap::new(),
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
        Self {
            clients_per_owner: 100,
            tokens_per_owner: 500,
            lines_per_token: 1_000,
            bytes_per_token: 64 * 1024,
            json_body: 64 * 1024,
        }
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
