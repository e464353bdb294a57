use postern_domain::{
    AccessTokenFormat, AuthenticationContext, ClientIdentifier, Lifetime, Permit, Plain, Refusal, Resource,
    Scopes, SigningAlgorithm, SubjectType, Timestamp, TokenId, TokenKind, limits::RequestLimit,
};
use serde::Serialize;

use super::Order;
use crate::{App, subject_name};

/// The `typ` of an access token that is a JWT (RFC 9068 section 2.1).
pub(crate) const ACCESS_TOKEN_TYPE: &str = "at+jwt";
/// Longest JWT that is issued and taken, in bytes: what fits into the headers that proxies let pass.
pub(crate) const LONGEST_JWT: usize = 6 * 1024;
/// How long a JWT is good for where its API does not say. An API that verifies it by itself believes it for so long,
/// whatever was revoked.
const LIFETIME: Lifetime = Lifetime::seconds(60 * 60);

/// What an access token says (RFC 9068 section 2.2).
#[derive(Serialize)]
struct AccessToken<'a> {
    iss: &'a str,
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_type: Option<SubjectType>,
    aud: Audience<'a>,
    client_id: &'a ClientIdentifier,
    iat: Timestamp,
    exp: Timestamp,
    jti: TokenId,
    #[serde(skip_serializing_if = "Scopes::is_empty")]
    scope: &'a Scopes,
    auth_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<&'static str>,
    /// What it is limited to (RFC 9396 section 9.1).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_details: Vec<RequestLimit>,
}

/// One is a text, several are an array (RFC 7519 section 4.1.3).
#[derive(Serialize)]
#[serde(untagged)]
enum Audience<'a> {
    One(&'a str),
    Several(Vec<&'a str>),
}

/// What an access token is going to be.
pub(super) struct Plan {
    format: AccessTokenFormat,
    /// What it holds. A JWT always says whom it is for.
    pub(super) permit: Permit,
    /// How long it lives at most.
    pub(super) lifetime: Lifetime,
}

/// Plans the access token of an order: it looks as its client wants it, else as one of its APIs does, and lives as long as
/// instance, client and each of its APIs let it.
pub(super) fn plan(app: &App, order: &Order<'_>) -> Plan {
    let (metadata, permit) = (&order.client.metadata, order.access.clone());
    let named = permit.audience.clone();
    let audience = named.unwrap_or_else(|| app.resources.with_any_of(&permit.scopes));
    let any_wants_jwt =
        app.resources.of(&audience).any(|resource| resource.access_token_format == AccessTokenFormat::Jwt);
    let by_resource = if any_wants_jwt { AccessTokenFormat::Jwt } else { AccessTokenFormat::Opaque };
    let format = metadata.access_token_format.unwrap_or(by_resource);
    let usual = shorter(metadata.access_token_lifetime, app.config.lifetimes.access_token);
    if format == AccessTokenFormat::Jwt {
        let lifetime = app.resources.of(&audience).map(of_jwt).fold(usual, Lifetime::min);
        return Plan { format, permit: Permit { audience: Some(audience), ..permit }, lifetime };
    }
    let named = permit.audience.iter().flat_map(|audience| app.resources.of(audience));
    let lifetime = named.filter_map(|resource| resource.access_token_lifetime).fold(usual, Lifetime::min);
    Plan { format, permit, lifetime }
}

/// The longest life of any JWT that is issued with these settings: for so long the key that signed it stays published.
pub(crate) fn longest_jwt_lifetime(app: &App) -> Lifetime {
    let longest = app.resources.iter().map(of_jwt).max().unwrap_or(LIFETIME);
    longest.min(app.config.lifetimes.access_token)
}

fn of_jwt(resource: &Resource) -> Lifetime {
    resource.access_token_lifetime.unwrap_or(LIFETIME)
}

pub(super) fn shorter(of_client: Option<Lifetime>, of_instance: Lifetime) -> Lifetime {
    of_client.map_or(of_instance, |lifetime| lifetime.min(of_instance))
}

impl Plan {
    /// The token itself.
    ///
    /// # Errors
    /// `invalid_request` if it would be too long for a header; `server_error` or `temporarily_unavailable` if there is no
    /// key to sign with.
    pub(super) async fn make(
        &self,
        app: &App,
        order: &Order<'_>,
        id: TokenId,
        exp: Timestamp,
    ) -> Result<Plain, Refusal> {
        match self.format {
            AccessTokenFormat::Opaque => Ok(Plain::new(app.new_token(TokenKind::Access).reveal().to_owned())),
            AccessTokenFormat::Jwt => self.sign(app, order, id, exp).await,
        }
    }

    async fn sign(
        &self,
        app: &App,
        order: &Order<'_>,
        jti: TokenId,
        exp: Timestamp,
    ) -> Result<Plain, Refusal> {
        let (permit, authentication) = (&self.permit, &order.grant.authentication);
        let audience: Vec<&str> = permit.audience.iter().flatten().map(String::as_str).collect();
        let aud = match audience.as_slice() {
            [one] => Audience::One(one),
            _ => Audience::Several(audience),
        };
        let claims = AccessToken {
            iss: app.config.issuer(),
            sub: subject_name::sub(app, order.client, permit.subject),
            sub_type: permit.subject.subject_type(),
            aud,
            client_id: &order.client.identifier,
            iat: order.now,
            exp,
            jti,
            scope: &permit.scopes,
            auth_time: authentication.auth_time,
            acr: app.config.authentication_context(&authentication.amr).map(AuthenticationContext::as_str),
            amr: authentication.amr.iter().map(|method| method.as_str()).collect(),
            authorization_details: permit.authorization_details(),
        };
        // What every API can verify (RFC 9068 section 2.1).
        let keys = app.signing_keys().await?;
        let key = keys.signer(SigningAlgorithm::Rs256, order.now);
        let key = key.ok_or_else(|| Refusal::server_error("this server has no key to sign with"))?;
        let text = key.sign_typed(ACCESS_TOKEN_TYPE, &claims).map_err(Refusal::because)?;
        if text.len() > LONGEST_JWT {
            return Err(Refusal::invalid_request(format!(
                "the access token would be a JWT of {} bytes, and no header takes more than {LONGEST_JWT}; ask for fewer \
                 scopes, limits or APIs",
                text.len()
            )));
        }
        Ok(Plain::new(text))
    }
}
