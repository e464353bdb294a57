//! Who somebody is at an OpenID Provider: a code becomes an id_token, and that is checked (OIDC Core section 3.1.3.7).

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openidconnect::core::{
    CoreErrorResponseType, CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthorizationCode, ClaimsVerificationError, EndUserName, LocalizedClaim,
    OAuth2TokenResponse as _, PkceCodeVerifier, RequestTokenError, SignatureVerificationError,
    StandardErrorResponse, SubjectIdentifier, TokenResponse as _, UserInfoUrl,
};
use postern_domain::{Lifetime, Timestamp};

use super::ceremony::State;
use super::endpoints::{Client, Endpoints, newer};
use super::provider::Provider;
use super::transport::{Asking, transport};
use super::trouble::Trouble;
use super::who::{Profile, Who};
use crate::App;
use crate::outbound::{Outbound, OutboundError};

/// What id_tokens may be signed by: never by the secret that both sides have.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 10] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
    CoreJwsSigningAlgorithm::EcdsaP521Sha512,
];
/// How far the clocks of two servers may be apart.
pub(super) const SKEW: Lifetime = Lifetime::seconds(60);

/// Trades a code for tokens.
pub(super) async fn exchange(
    app: &App,
    provider: &Provider,
    client: &Client,
    code: &str,
    state: &State,
) -> Result<CoreTokenResponse, Trouble> {
    let code = AuthorizationCode::new(code.to_owned());
    let answer = trade(Arc::clone(&app.outbound), client.clone(), code, state.verifier(app));
    let tokens = answer.await.map_err(|error| {
        let (trouble, reason) = match &error {
            RequestTokenError::Request(_) => (Trouble::Unreachable, error.to_string()),
            RequestTokenError::ServerResponse(said) => (Trouble::Refused, said.to_string()),
            RequestTokenError::Parse(why, _) => (Trouble::Unproven, why.to_string()),
            RequestTokenError::Other(_) => (Trouble::Unproven, error.to_string()),
        };
        tracing::warn!(provider = %provider.name, "no tokens for the code: {}", in_short(&reason));
        trouble
    })?;
    // It goes into a header later on.
    let is_token = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    match is_token(tokens.access_token().secret()) {
        true => Ok(tokens),
        false => Err(unproven(provider, "the access token is none")),
    }
}

type NoTokens = RequestTokenError<OutboundError, StandardErrorResponse<CoreErrorResponseType>>;

fn trade(
    outbound: Arc<Outbound>,
    client: Client,
    code: AuthorizationCode,
    verifier: PkceCodeVerifier,
) -> Asking<Result<CoreTokenResponse, NoTokens>> {
    Box::pin(async move {
        let http = transport(outbound);
        client.exchange_code(code).set_pkce_verifier(verifier).request_async(&http).await
    })
}

/// Who a code is about. Where the id_token names a key that is not known, the keys are asked for once more.
pub(super) async fn prove(
    app: &App,
    provider: &Provider,
    endpoints: &Arc<Endpoints>,
    code: &str,
    state: &State,
) -> Result<Who, Trouble> {
    let client = endpoints.client(app, provider)?;
    let tokens = exchange(app, provider, &client, code, state).await?;
    let checked = match check(app, &client, &tokens, state) {
        Err(Wrong::Key) => {
            let newer = newer(app, provider, endpoints).await?;
            check(app, &newer.client(app, provider)?, &tokens, state)
        }
        checked => checked,
    };
    let claims = checked.map_err(|wrong| match wrong {
        Wrong::Key => unproven(provider, "the id_token is signed with a key that the provider does not have"),
        Wrong::Otherwise(reason) => unproven(provider, &reason),
    })?;
    Ok(who(&claims, tokens.access_token().clone()))
}

/// What is wrong with an id_token.
enum Wrong {
    /// The key it names is not known.
    Key,
    /// Anything else.
    Otherwise(String),
}

impl From<ClaimsVerificationError> for Wrong {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
                Self::Key
            }
            ClaimsVerificationError::SignatureVerification(why) => Self::Otherwise(why.to_string()),
            other => Self::Otherwise(other.to_string()),
        }
    }
}

fn check(
    app: &App,
    client: &Client,
    tokens: &CoreTokenResponse,
    state: &State,
) -> Result<CoreIdTokenClaims, Wrong> {
    let wrong = |reason: &str| Wrong::Otherwise(reason.to_owned());
    let token = tokens.id_token().ok_or_else(|| wrong("there is no id_token"))?;
    let now = app.clock.now();
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || at(now.minus(SKEW)).into())
        .set_issue_time_verifier_fn(move |issued| match issued.timestamp() > now.plus(SKEW).0 {
            true => Err("it was issued in the future".to_owned()),
            false => Ok(()),
        });
    let claims = token.claims(&verifier, &state.nonce(app))?;
    if claims.authorized_party().is_some_and(|party| party != client.client_id()) {
        return Err(wrong("azp is somebody else"));
    }
    if let Some(hash) = claims.access_token_hash() {
        let key = token.signing_key(&verifier).map_err(|error| wrong(&error.to_string()))?;
        let algorithm = token.signing_alg().map_err(|error| wrong(&error.to_string()))?;
        let expected = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
        if expected.ok().as_ref() != Some(hash) {
            return Err(wrong("at_hash is of another access token"));
        }
    }
    Ok(claims.clone())
}

/// A time as the crate takes it.
fn at(time: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(time.0).unwrap_or(0))
}

fn who(claims: &CoreIdTokenClaims, access_token: AccessToken) -> Who {
    Who {
        subject: claims.subject().to_string(),
        auth_time: claims.auth_time().map(|at| Timestamp(at.timestamp())),
        profile: Profile {
            username: claims.preferred_username().map(|name| name.to_string()),
            name: first(claims.name()),
            email: claims.email().map(|email| email.to_string()),
            email_verified: claims.email_verified().unwrap_or(false),
        },
        access_token,
    }
}

/// Asks the provider's userinfo for what the id_token does not tell (OIDC Core section 5.3.2). Without an answer it stays
/// untold: it proves nothing anyway.
pub(super) async fn complete(app: &App, provider: &Provider, endpoints: &Endpoints, who: &mut Who) {
    let Some(userinfo) = &endpoints.userinfo else { return };
    if who.profile.email.is_some() && who.profile.username.is_some() {
        return;
    }
    let Ok(client) = endpoints.client(app, provider) else { return };
    let asked = (client, userinfo.clone(), who.access_token.clone(), who.subject.clone());
    let told = match userinfo_of(Arc::clone(&app.outbound), asked).await {
        Ok(told) => told,
        Err(reason) => {
            tracing::warn!(provider = %provider.name, "userinfo: {}", in_short(&reason));
            return;
        }
    };
    let profile = &mut who.profile;
    profile.username =
        profile.username.take().or_else(|| told.preferred_username().map(|name| name.to_string()));
    profile.name = profile.name.take().or_else(|| first(told.name()));
    if profile.email.is_none() {
        profile.email = told.email().map(|email| email.to_string());
        profile.email_verified = told.email_verified().unwrap_or(false);
    }
}

fn userinfo_of(
    outbound: Arc<Outbound>,
    (client, at, token, subject): (Client, UserInfoUrl, AccessToken, String),
) -> Asking<Result<CoreUserInfoClaims, String>> {
    Box::pin(async move {
        let http = transport(outbound);
        let client = client.set_user_info_url(at);
        let request = client.user_info(token, Some(SubjectIdentifier::new(subject)));
        request.request_async(&http).await.map_err(|error| error.to_string())
    })
}

fn first(name: Option<&LocalizedClaim<EndUserName>>) -> Option<String> {
    name.and_then(|name| name.get(None)).map(|name| name.to_string())
}

/// Says in the log what does not hold.
pub(super) fn unproven(provider: &Provider, reason: &str) -> Trouble {
    tracing::warn!(provider = %provider.name, "a sign-in was not proved: {}", in_short(reason));
    Trouble::Unproven
}

/// The provider's own words, on one line of the log.
fn in_short(reason: &str) -> String {
    reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
