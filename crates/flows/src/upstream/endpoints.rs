//! Where a provider is asked what, and the keys it signs with: found by discovery, and believed for a while.

use std::sync::Arc;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthUrl, ClientId, ClientSecret, EndpointNotSet, EndpointSet,
    IssuerUrl, ProviderMetadata, RedirectUrl, TokenUrl, UserInfoUrl,
};
use postern_domain::{Lifetime, ProviderName, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use super::github;
use super::provider::{Provider, Providers};
use super::transport::{Asking, transport};
use super::trouble::Trouble;
use crate::outbound::Outbound;
use crate::{App, Config, Preset};

/// How long they are believed without asking again.
const FRESH: Lifetime = Lifetime::seconds(60 * 60);
/// How long they go on when the provider does not answer.
const STALE: Lifetime = Lifetime::days(1);
/// How long at least between two times that they are asked for, whatever an id_token names.
const BETWEEN: Lifetime = Lifetime::seconds(10);

/// A client of a provider whose endpoints are known.
pub(super) type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet, EndpointNotSet>;

type Metadata = ProviderMetadata<
    Further,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Further {
    /// RFC 9207 section 3
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Further {}

/// What is known of a provider.
pub(super) struct Endpoints {
    issuer: IssuerUrl,
    authorization: AuthUrl,
    token: TokenUrl,
    pub(super) userinfo: Option<UserInfoUrl>,
    keys: CoreJsonWebKeySet,
    auth_type: AuthType,
    /// Whether each of its answers to a browser names it (RFC 9207).
    pub(super) names_itself: bool,
}

/// What is remembered of a provider. One asks it at a time.
#[derive(Default)]
pub(super) struct Remembered(tokio::sync::Mutex<Memory>);

#[derive(Default)]
struct Memory {
    found: Option<(Arc<Endpoints>, Timestamp)>,
    tried_at: Option<Timestamp>,
}

/// What is known of a provider, which is asked where that is too long ago.
///
/// # Errors
/// [`Trouble::Unreachable`] if the provider does not answer, or not as OpenID Connect Discovery wants it.
pub(super) async fn endpoints(app: &App, provider: &Provider) -> Result<Arc<Endpoints>, Trouble> {
    look(app, provider, |_| true).await
}

/// The same once its keys turned out to be `old` ones: whoever signs with a new key has published it.
pub(super) async fn newer(
    app: &App,
    provider: &Provider,
    old: &Arc<Endpoints>,
) -> Result<Arc<Endpoints>, Trouble> {
    look(app, provider, |known| !Arc::ptr_eq(known, old)).await
}

async fn look(
    app: &App,
    provider: &Provider,
    fits: impl Fn(&Arc<Endpoints>) -> bool,
) -> Result<Arc<Endpoints>, Trouble> {
    if provider.preset == Preset::GitHub {
        return github::endpoints(provider).map(Arc::new).ok_or(Trouble::Unreachable);
    }
    let mut memory = provider.remembered.0.lock().await;
    let now = app.clock.now();
    let within = |at: Timestamp, span: Lifetime| now.seconds_since(at) < span.as_seconds();
    if let Some((found, at)) = &memory.found
        && within(*at, FRESH)
        && fits(found)
    {
        return Ok(Arc::clone(found));
    }
    if memory.tried_at.is_none_or(|at| !within(at, BETWEEN)) {
        memory.tried_at = Some(now);
        match discover(Arc::clone(&app.outbound), provider).await {
            Ok(found) => memory.found = Some((Arc::new(found), now)),
            Err(reason) => tracing::warn!(provider = %provider.name, "discovery failed: {reason}"),
        }
    }
    match &memory.found {
        Some((found, at)) if within(*at, STALE) => Ok(Arc::clone(found)),
        _ => Err(Trouble::Unreachable),
    }
}

/// Whether a provider answers, and as it has to; `None` for one that is disabled, and for GitHub, which has no discovery.
pub(crate) async fn is_reached(app: &App, provider: &Provider) -> Option<bool> {
    let is_asked = provider.is_enabled && provider.preset != Preset::GitHub;
    if is_asked { Some(endpoints(app, provider).await.is_ok()) } else { None }
}

/// What is wrong with each sign-in provider of these settings that lets people in, or nothing, by name. Each is asked now.
pub async fn findings(config: &Config) -> Vec<(ProviderName, Result<(), String>)> {
    let outbound = Arc::new(Outbound::new(&config.outbound));
    let providers = Providers::new(config);
    let mut findings = Vec::new();
    for provider in providers.enabled().filter(|provider| provider.preset != Preset::GitHub) {
        let found = discover(Arc::clone(&outbound), provider).await.map(drop);
        findings.push((provider.name.clone(), found));
    }
    findings
}

async fn discover(outbound: Arc<Outbound>, provider: &Provider) -> Result<Endpoints, String> {
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(|error| error.to_string())?;
    let metadata = ask(outbound, issuer.clone()).await?;
    let token = metadata.token_endpoint().ok_or("it names no token_endpoint")?;
    let endpoints = Endpoints {
        authorization: metadata.authorization_endpoint().clone(),
        token: token.clone(),
        userinfo: metadata.userinfo_endpoint().cloned(),
        keys: metadata.jwks().clone(),
        auth_type: auth_type(metadata.token_endpoint_auth_methods_supported().map(Vec::as_slice)),
        names_itself: metadata.additional_metadata().authorization_response_iss_parameter_supported,
        issuer,
    };
    endpoints.check()?;
    Ok(endpoints)
}

/// Asks for the metadata and the keys (OIDC Discovery section 4).
fn ask(outbound: Arc<Outbound>, issuer: IssuerUrl) -> Asking<Result<Metadata, String>> {
    Box::pin(async move {
        let http = transport(outbound);
        Metadata::discover_async(issuer, &http).await.map_err(|error| error.to_string())
    })
}

/// `client_secret_basic`, which stands for all where nothing is said (OIDC Discovery section 3), unless only the form field is
/// taken.
fn auth_type(supported: Option<&[CoreClientAuthMethod]>) -> AuthType {
    let takes = |method| supported.is_none_or(|methods| methods.contains(&method));
    match takes(CoreClientAuthMethod::ClientSecretBasic) || !takes(CoreClientAuthMethod::ClientSecretPost) {
        true => AuthType::BasicAuth,
        false => AuthType::RequestBody,
    }
}

impl Endpoints {
    /// Those of a provider that speaks OAuth 2.0 alone.
    pub(super) fn of_oauth(issuer: &str, authorization: String, token: String) -> Option<Self> {
        Some(Self {
            issuer: IssuerUrl::new(issuer.to_owned()).ok()?,
            authorization: AuthUrl::new(authorization).ok()?,
            token: TokenUrl::new(token).ok()?,
            userinfo: None,
            keys: CoreJsonWebKeySet::new(Vec::new()),
            auth_type: AuthType::RequestBody,
            names_itself: false,
        })
    }

    /// A provider that is reached by `https` sends nobody, and no secret, elsewhere than by `https`.
    fn check(&self) -> Result<(), String> {
        let is_plain = self.issuer.url().scheme() == "http";
        let userinfo = self.userinfo.as_ref().map(|url| url.url());
        let all: [Option<&Url>; 3] = [Some(self.authorization.url()), Some(self.token.url()), userinfo];
        for url in all.into_iter().flatten() {
            if url.scheme() != "https" && !(is_plain && url.scheme() == "http") {
                return Err(format!("{url} is no https URL"));
            }
        }
        Ok(())
    }

    /// The client that this server is there.
    pub(super) fn client(&self, app: &App, provider: &Provider) -> Result<Client, Trouble> {
        let callback = RedirectUrl::new(callback_url(app, provider)).map_err(|_| Trouble::Refused)?;
        let id = ClientId::new(provider.client_id.clone());
        let client = CoreClient::new(id, self.issuer.clone(), self.keys.clone())
            .set_auth_uri(self.authorization.clone())
            .set_token_uri(self.token.clone())
            .set_auth_type(self.auth_type.clone())
            .set_redirect_uri(callback);
        Ok(match &provider.secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret.reveal().to_owned())),
            None => client,
        })
    }
}

/// Where a provider sends people back to: an address of each one's own, so that the answer of one is never taken for that of
/// another (RFC 9700 section 4.4).
pub fn callback_url(app: &App, provider: &Provider) -> String {
    app.config.url(&format!("/login/upstream/{}/callback", provider.name))
}
