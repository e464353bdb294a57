use std::collections::BTreeMap;

use postern_flows::clients::ProtocolDraft;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What a usual app does without, in the names of RFC 7591, OpenID Connect Registration and their neighbours. What is not
/// registered is `null`, empty or `false`.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ClientProtocol {
    /// `web` or `native`.
    application_type: Option<String>,
    /// Names and addresses in other languages, by names such as `client_name#de`.
    localized: BTreeMap<String, String>,
    logo_uri: Option<String>,
    contacts: Vec<String>,
    software_id: Option<String>,
    software_version: Option<String>,
    /// Its public keys, a JWK Set; not beside `jwks_uri`.
    #[schema(value_type = Option<Object>)]
    jwks: Option<Value>,
    jwks_uri: Option<String>,
    token_endpoint_auth_signing_alg: Option<String>,
    /// `public` or `pairwise`; else public.
    subject_type: Option<String>,
    /// Is fetched, and must list every redirect URI.
    sector_identifier_uri: Option<String>,
    /// Else userinfo is plain JSON.
    userinfo_signed_response_alg: Option<String>,
    /// Seconds.
    default_max_age: Option<u32>,
    require_auth_time: bool,
    initiate_login_uri: Option<String>,
    request_uris: Vec<String>,
    request_object_signing_alg: Option<String>,
    require_signed_request_object: bool,
    require_pushed_authorization_requests: bool,
    require_issuer_audience: bool,
    /// What its access tokens look like: `opaque` or `jwt`; else as their APIs want it.
    access_token_format: Option<String>,
    backchannel_logout_uri: Option<String>,
    backchannel_logout_session_required: bool,
    frontchannel_logout_uri: Option<String>,
    frontchannel_logout_session_required: bool,
}

impl From<ClientProtocol> for ProtocolDraft {
    fn from(body: ClientProtocol) -> Self {
        let text = Option::unwrap_or_default;
        Self {
            application_type: text(body.application_type),
            localized: body.localized,
            logo_uri: text(body.logo_uri),
            contacts: body.contacts,
            software_id: text(body.software_id),
            software_version: text(body.software_version),
            jwks: body.jwks.map(|keys| keys.to_string()).unwrap_or_default(),
            jwks_uri: text(body.jwks_uri),
            token_endpoint_auth_signing_alg: text(body.token_endpoint_auth_signing_alg),
            subject_type: text(body.subject_type),
            sector_identifier_uri: text(body.sector_identifier_uri),
            userinfo_signed_response_alg: text(body.userinfo_signed_response_alg),
            default_max_age: body.default_max_age.map(|seconds| seconds.to_string()).unwrap_or_default(),
            require_auth_time: body.require_auth_time,
            initiate_login_uri: text(body.initiate_login_uri),
            request_uris: body.request_uris,
            request_object_signing_alg: text(body.request_object_signing_alg),
            require_signed_request_object: body.require_signed_request_object,
            require_pushed_authorization_requests: body.require_pushed_authorization_requests,
            require_issuer_audience: body.require_issuer_audience,
            access_token_format: text(body.access_token_format),
            backchannel_logout_uri: text(body.backchannel_logout_uri),
            backchannel_logout_session_required: body.backchannel_logout_session_required,
            frontchannel_logout_uri: text(body.frontchannel_logout_uri),
            frontchannel_logout_session_required: body.frontchannel_logout_session_required,
        }
    }
}

impl From<ProtocolDraft> for ClientProtocol {
    fn from(known: ProtocolDraft) -> Self {
        let said = |text: String| (!text.is_empty()).then_some(text);
        Self {
            application_type: said(known.application_type),
            localized: known.localized,
            logo_uri: said(known.logo_uri),
            contacts: known.contacts,
            software_id: said(known.software_id),
            software_version: said(known.software_version),
            jwks: serde_json::from_str(&known.jwks).ok(),
            jwks_uri: said(known.jwks_uri),
            token_endpoint_auth_signing_alg: said(known.token_endpoint_auth_signing_alg),
            subject_type: said(known.subject_type),
            sector_identifier_uri: said(known.sector_identifier_uri),
            userinfo_signed_response_alg: said(known.userinfo_signed_response_alg),
            default_max_age: known.default_max_age.parse().ok(),
            require_auth_time: known.require_auth_time,
            initiate_login_uri: said(known.initiate_login_uri),
            request_uris: known.request_uris,
            request_object_signing_alg: said(known.request_object_signing_alg),
            require_signed_request_object: known.require_signed_request_object,
            require_pushed_authorization_requests: known.require_pushed_authorization_requests,
            require_issuer_audience: known.require_issuer_audience,
            access_token_format: said(known.access_token_format),
            backchannel_logout_uri: said(known.backchannel_logout_uri),
            backchannel_logout_session_required: known.backchannel_logout_session_required,
            frontchannel_logout_uri: said(known.frontchannel_logout_uri),
            frontchannel_logout_session_required: known.frontchannel_logout_session_required,
        }
    }
}
