use postern_domain::{AuthMethod, Client, ClientMetadata, ClientType, GrantName, Plain};
use serde_json::{Map, Value, json};

use crate::{App, endpoints};

/// What a client is told of its registration (RFC 7591 section 3.2.1, RFC 7592 section 3): all that is registered, with a
/// secret only where it is new, since no more than its hash is kept.
pub(super) fn answer(
    app: &App,
    client: &Client,
    registration_token: &str,
    secret: Option<&Plain>,
) -> Map<String, Value> {
    let mut told = described(&client.metadata);
    let mut tell = |name: &str, value: Value| drop(told.insert(name.to_owned(), value));
    tell("client_id", client.identifier.as_str().into());
    tell("client_id_issued_at", client.created_at.0.into());
    if let Some(secret) = secret {
        tell("client_secret", secret.reveal().into());
        // It does not end by itself.
        tell("client_secret_expires_at", 0.into());
    }
    tell("registration_access_token", registration_token.into());
    tell("registration_client_uri", address(app, client).into());
    told
}

/// Where a client manages its registration.
fn address(app: &App, client: &Client) -> String {
    app.config.url(&format!("{}/{}", endpoints::REGISTER, client.identifier))
}

/// What is registered, in the names of RFC 7591 section 2. What is not registered is left out.
fn described(client: &ClientMetadata) -> Map<String, Value> {
    let by_code = client.allows_grant(GrantName::AuthorizationCode);
    let method = client.auth_method.unwrap_or(match client.client_type {
        ClientType::Public => AuthMethod::None,
        ClientType::Confidential => AuthMethod::ClientSecretBasic,
    });
    let told = json!({
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "post_logout_redirect_uris": client.post_logout_redirect_uris,
        "grant_types": client.grants,
        "response_types": if by_code { &["code"][..] } else { &[] },
        "token_endpoint_auth_method": method,
        "token_endpoint_auth_signing_alg": client.token_endpoint_auth_signing_alg,
        "application_type": client.application_type,
        "scope": client.scopes,
        "client_uri": client.homepage_url,
        "logo_uri": client.logo_uri,
        "tos_uri": client.terms_url,
        "policy_uri": client.privacy_url,
        "contacts": client.contacts,
        "software_id": client.software_id,
        "software_version": client.software_version,
        "jwks": client.jwks,
        "jwks_uri": client.jwks_uri,
        "subject_type": client.subject_type,
        "sector_identifier_uri": client.sector_identifier_uri,
        "id_token_signed_response_alg": client.id_token_signed_response_alg,
        "userinfo_signed_response_alg": client.userinfo_signed_response_alg,
        "request_object_signing_alg": client.request_object_signing_alg,
        "request_uris": client.request_uris,
        "require_signed_request_object": client.require_signed_request_object,
        "require_pushed_authorization_requests": client.require_pushed_authorization_requests,
        "require_issuer_audience": client.require_issuer_audience,
        "default_max_age": client.default_max_age,
        "require_auth_time": client.require_auth_time,
        "initiate_login_uri": client.initiate_login_uri,
        "backchannel_logout_uri": client.backchannel_logout_uri,
        "backchannel_logout_session_required": client.backchannel_logout_session_required,
        "frontchannel_logout_uri": client.frontchannel_logout_uri,
        "frontchannel_logout_session_required": client.frontchannel_logout_session_required,
    });
    let is_said = |name: &str, value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty() || name == "response_types",
        _ => true,
    };
    let Value::Object(told) = told else { return Map::new() };
    let localized = client.localized.iter().map(|(name, text)| (name.clone(), Value::from(text.as_str())));
    told.into_iter().filter(|(name, value)| is_said(name, value)).chain(localized).collect()
}
