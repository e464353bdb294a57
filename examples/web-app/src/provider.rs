//! The server, as its discovery document describes it, and how the app talks to it.

use std::{
    future::Future,
    io,
    pin::Pin,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use http::Response;
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalProviderMetadata, AuthorizationCode, ClaimsVerificationError,
    ClientId, ClientSecret, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeVerifier, ProviderMetadata, RedirectUrl,
    RefreshToken, SignatureVerificationError, SubjectIdentifier, TokenResponse as _,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
        CoreIdTokenClaims, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
        CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType, CoreTokenResponse, CoreUserInfoClaims,
    },
};
use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded::byte_serialize};

use crate::settings::Settings;

/// The most the app reads of one answer; documents of this kind have a few kilobytes.
const MOST_BYTES: usize = 1024 * 1024;
/// How long one request to the server may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How old a discovery document and key set may grow before they are fetched again.
const FRESH: Duration = Duration::from_hours(1);

/// What the discovery document says beyond the fields the crate reads by itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Further {
    /// RFC 8414, section 2.
    revocation_endpoint: Option<Url>,
    /// RFC 9207, section 3.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Further {}

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

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What an id_token has to match beside its signature, issuer, audience and times.
#[derive(Clone, Copy)]
pub(crate) enum Expected<'a> {
    /// One from a sign-in carries the nonce that was sent (OpenID Connect Core 3.1.3.7).
    Nonce(&'a Nonce),
    /// One from a refresh is about the same person as before (OpenID Connect Core 12.2).
    Subject(&'a SubjectIdentifier),
}

/// A discovered server.
pub(crate) struct Provider {
    pub(crate) client: Client,
    http: reqwest::Client,
    issuer: String,
    answers_name_issuer: bool,
    revocation_endpoint: Option<Url>,
    discovered: Instant,
}

impl Provider {
    /// Reads the discovery document and the key set it points to (OpenID Connect Discovery 4).
    pub(crate) async fn discover(http: reqwest::Client, settings: &Settings) -> anyhow::Result<Self> {
        let issuer = IssuerUrl::new(settings.issuer.clone())?;
        let metadata = Metadata::discover_async(issuer, &transport(&http))
            .await
            .with_context(|| format!("read the discovery document of {}", settings.issuer))?;
        let further = metadata.additional_metadata().clone();
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(settings.client_id.clone()),
            settings.client_secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(RedirectUrl::new(settings.redirect_uri())?);
        Ok(Self {
            client,
            http,
            issuer: settings.issuer.clone(),
            answers_name_issuer: further.authorization_response_iss_parameter_supported,
            revocation_endpoint: further.revocation_endpoint,
            discovered: Instant::now(),
        })
    }

    /// Whether the documents are young enough to go by.
    pub(crate) fn is_fresh(&self) -> bool {
        self.discovered.elapsed() < FRESH
    }

    /// Checks that an answer at the redirect URI came from this server and no other (RFC 9207, section 2.4).
    pub(crate) fn check_issuer(&self, iss: Option<&str>) -> anyhow::Result<()> {
        match iss {
            Some(iss) => ensure!(iss == self.issuer, "the answer came from {iss} instead of {}", self.issuer),
            None => ensure!(!self.answers_name_issuer, "the answer does not say which server it came from"),
        }
        Ok(())
    }

    /// Trades a code for tokens (OpenID Connect Core 3.1.3).
    pub(crate) async fn exchange(
        &self,
        code: String,
        verifier: PkceCodeVerifier,
    ) -> anyhow::Result<CoreTokenResponse> {
        let request = self.client.exchange_code(AuthorizationCode::new(code))?.set_pkce_verifier(verifier);
        request.request_async(&transport(&self.http)).await.context("trade the code for tokens")
    }

    /// Trades a refresh token for new tokens (RFC 6749, section 6).
    pub(crate) async fn refresh(&self, token: &RefreshToken) -> anyhow::Result<CoreTokenResponse> {
        let request = self.client.exchange_refresh_token(token)?;
        request.request_async(&transport(&self.http)).await.context("refresh the tokens")
    }

    /// Asks who the access token stands for (OpenID Connect Core 5.3); an answer about somebody else is an error.
    pub(crate) async fn profile(
        &self,
        token: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> anyhow::Result<CoreUserInfoClaims> {
        let request = self.client.user_info(token.clone(), Some(subject.clone()))?;
        request.request_async(&transport(&self.http)).await.context("call userinfo")
    }

    /// Tells the server that a token is no longer wanted (RFC 7009). Sent without the crate's help, which insists
    /// on https and so can't be tried on one's own machine.
    pub(crate) async fn revoke(&self, token: &str, hint: &str, settings: &Settings) -> anyhow::Result<()> {
        let Some(endpoint) = self.revocation_endpoint.clone() else { return Ok(()) };
        let mut form = vec![("token", token), ("token_type_hint", hint)];
        let request = self.http.post(endpoint);
        let request = if let Some(secret) = &settings.client_secret {
            request.basic_auth(encoded(&settings.client_id), Some(encoded(secret)))
        } else {
            form.push(("client_id", &settings.client_id));
            request
        };
        let response = request.form(&form).send().await.context("revoke a token")?;
        ensure!(response.status().is_success(), "the revocation was answered {}", response.status());
        Ok(())
    }

    /// Checks an id_token: signature, issuer, audience, times, the access token it belongs to, and `expected`.
    pub(crate) fn verify(
        &self,
        tokens: &CoreTokenResponse,
        expected: Expected<'_>,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let other = |text: &str| ClaimsVerificationError::Other(text.to_owned());
        let id_token = tokens.id_token().ok_or_else(|| other("the answer carries no id_token"))?;
        let verifier = self.client.id_token_verifier();
        let claims = match expected {
            Expected::Nonce(nonce) => id_token.claims(&verifier, nonce)?,
            Expected::Subject(subject) => {
                let claims = id_token.claims(&verifier, |_: Option<&Nonce>| Ok(()))?;
                if claims.subject() != subject {
                    return Err(other("the new id_token is about somebody else"));
                }
                claims
            }
        };
        if let Some(stated) = claims.access_token_hash() {
            let algorithm = id_token.signing_alg().map_err(|error| other(&error.to_string()))?;
            let key =
                id_token.signing_key(&verifier).map_err(ClaimsVerificationError::SignatureVerification)?;
            let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)
                .map_err(|error| other(&error.to_string()))?;
            if actual != *stated {
                return Err(other("the id_token belongs to another access token"));
            }
        }
        Ok(claims.clone())
    }
}

/// Whether a verification failed only because the key set is older than the signing key.
pub(crate) fn key_is_unknown(error: &ClaimsVerificationError) -> bool {
    matches!(error, ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey))
}

/// Client id and secret travel form-encoded inside Basic (RFC 6749, section 2.3.1).
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// The HTTP client the app uses: no redirects, so that no answer can send it elsewhere, and an end to patience.
pub(crate) fn http_client() -> anyhow::Result<reqwest::Client> {
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
    builder.build().context("set up the HTTP client")
}

type Answer = Pin<Box<dyn Future<Output = io::Result<HttpResponse>> + Send>>;

/// Lends the HTTP client to the `openidconnect` crate.
fn transport(http: &reqwest::Client) -> impl Fn(HttpRequest) -> Answer + Sync + use<> {
    let http = http.clone();
    move |request| Box::pin(send(http.clone(), request))
}

async fn send(http: reqwest::Client, request: HttpRequest) -> io::Result<HttpResponse> {
    let request = reqwest::Request::try_from(request).map_err(io::Error::other)?;
    let mut response = http.execute(request).await.map_err(io::Error::other)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(io::Error::other)? {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_BYTES {
            return Err(io::Error::other("the answer is too long"));
        }
    }
    let mut answer = Response::new(body);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = std::mem::take(response.headers_mut());
    Ok(answer)
}
