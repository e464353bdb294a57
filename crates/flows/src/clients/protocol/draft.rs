use std::collections::BTreeMap;

use postern_domain::{ClientMetadata, WebUrl};

/// The part of a registration that a usual app does without, as somebody typed it. Every field is named as its standard
/// names it, and may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtocolDraft {
    /// `web` or `native`; empty leaves it open.
    pub application_type: String,
    /// Names and addresses in other languages, such as `client_name#de`.
    pub localized: BTreeMap<String, String>,
    /// A picture of its own.
    pub logo_uri: String,
    /// How to reach its makers.
    pub contacts: Vec<String>,
    /// The same for every copy of an app.
    pub software_id: String,
    /// Which version of it.
    pub software_version: String,
    /// Its public keys, as JSON.
    pub jwks: String,
    /// Where its public keys are.
    pub jwks_uri: String,
    /// The only algorithm of its assertions.
    pub token_endpoint_auth_signing_alg: String,
    /// `public` or `pairwise`; empty means public.
    pub subject_type: String,
    /// What lists the redirect URIs of its sector.
    pub sector_identifier_uri: String,
    /// How userinfo is signed; empty answers plain JSON.
    pub userinfo_signed_response_alg: String,
    /// Whole seconds.
    pub default_max_age: String,
    /// Whether it relies on `auth_time`.
    pub require_auth_time: bool,
    /// Where others may send people for a sign-in to begin.
    pub initiate_login_uri: String,
    /// Where its request objects may be fetched.
    pub request_uris: Vec<String>,
    /// The only algorithm of its request objects.
    pub request_object_signing_alg: String,
    /// Whether a request without a signed request object is refused.
    pub require_signed_request_object: bool,
    /// Whether a request that was not pushed is refused.
    pub require_pushed_authorization_requests: bool,
    /// Whether its assertions must name the issuer, and never the address of an endpoint.
    pub require_issuer_audience: bool,
    /// `opaque` or `jwt`; empty is as its APIs want it.
    pub access_token_format: String,
    /// Where it is told that somebody signed out.
    pub backchannel_logout_uri: String,
    /// Whether it wants `sid` with that.
    pub backchannel_logout_session_required: bool,
    /// The page of it that is loaded when somebody signs out.
    pub frontchannel_logout_uri: String,
    /// Whether it wants `iss` and `sid` with that.
    pub frontchannel_logout_session_required: bool,
}

impl ProtocolDraft {
    /// What a form for an existing client begins with.
    pub fn of(metadata: &ClientMetadata) -> Self {
        let link = |url: &Option<WebUrl>| url.as_ref().map(ToString::to_string).unwrap_or_default();
        fn text(value: Option<impl ToString>) -> String {
            value.map(|value| value.to_string()).unwrap_or_default()
        }
        Self {
            application_type: text(metadata.application_type),
            localized: metadata.localized.clone(),
            logo_uri: link(&metadata.logo_uri),
            contacts: metadata.contacts.clone(),
            software_id: metadata.software_id.clone().unwrap_or_default(),
            software_version: metadata.software_version.clone().unwrap_or_default(),
            jwks: text(metadata.jwks.as_ref().map(|keys| keys.as_value())),
            jwks_uri: link(&metadata.jwks_uri),
            token_endpoint_auth_signing_alg: text(metadata.token_endpoint_auth_signing_alg),
            subject_type: metadata.subject_type.to_string(),
            sector_identifier_uri: link(&metadata.sector_identifier_uri),
            userinfo_signed_response_alg: text(metadata.userinfo_signed_response_alg),
            default_max_age: text(metadata.default_max_age),
            require_auth_time: metadata.require_auth_time,
            initiate_login_uri: link(&metadata.initiate_login_uri),
            request_uris: metadata.request_uris.iter().map(ToString::to_string).collect(),
            request_object_signing_alg: text(metadata.request_object_signing_alg),
            require_signed_request_object: metadata.require_signed_request_object,
            require_pushed_authorization_requests: metadata.require_pushed_authorization_requests,
            require_issuer_audience: metadata.require_issuer_audience,
            access_token_format: text(metadata.access_token_format),
            backchannel_logout_uri: link(&metadata.backchannel_logout_uri),
            backchannel_logout_session_required: metadata.backchannel_logout_session_required,
            frontchannel_logout_uri: link(&metadata.frontchannel_logout_uri),
            frontchannel_logout_session_required: metadata.frontchannel_logout_session_required,
        }
    }
}
