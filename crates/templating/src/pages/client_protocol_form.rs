//! The fields of a client that a usual app does without.

use serde::{Deserialize, Serialize};

use crate::{Choice, Field, FieldError, Text, t};

/// Names of the inputs are those of the fields, except `subject_type` (the box sends `pairwise`) for
/// [`pairwise`](Self::pairwise). Other boxes send `on`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ClientProtocolForm {
    /// Its public keys, a JWK Set.
    pub jwks: Field,
    /// Where its public keys are.
    pub jwks_uri: Field,
    /// The only algorithm of its assertions; the first is any.
    pub token_endpoint_auth_signing_alg: Vec<Choice>,
    /// What is wrong with that.
    pub token_endpoint_auth_signing_alg_error: Option<Text>,
    /// Whether only its sector knows people by the `sub` it gets.
    pub pairwise: bool,
    /// What lists the redirect URIs of its sector.
    pub sector_identifier_uri: Field,
    /// How userinfo is signed; the first is not at all.
    pub userinfo_signed_response_alg: Vec<Choice>,
    /// What is wrong with that.
    pub userinfo_signed_response_alg_error: Option<Text>,
    /// Whole seconds, may be empty.
    pub default_max_age: Field,
    /// Where others may send people for a sign-in to begin.
    pub initiate_login_uri: Field,
    /// One address a line, may be empty.
    pub request_uris: Field,
    /// The only algorithm of its request objects; the first is any.
    pub request_object_signing_alg: Vec<Choice>,
    /// What is wrong with that.
    pub request_object_signing_alg_error: Option<Text>,
    /// Whether a request without a signed request object is refused.
    pub require_signed_request_object: bool,
    /// What is wrong with that.
    pub require_signed_request_object_error: Option<Text>,
    /// Whether a request that was not pushed is refused.
    pub require_pushed_authorization_requests: bool,
    /// Whether its assertions must name the issuer, and never the address of an endpoint.
    pub require_issuer_audience: bool,
    /// What its access tokens look like; the first is as their APIs want it.
    pub access_token_format: Vec<Choice>,
    /// What is wrong with that.
    pub access_token_format_error: Option<Text>,
    /// Where it is told that somebody signed out.
    pub backchannel_logout_uri: Field,
    /// Whether it wants `sid` with that.
    pub backchannel_logout_session_required: bool,
    /// Its page that is loaded when somebody signs out.
    pub frontchannel_logout_uri: Field,
    /// Whether it wants `iss` and `sid` with that.
    pub frontchannel_logout_session_required: bool,
}

impl ClientProtocolForm {
    /// What is wrong, for the summary; the fold is open then.
    pub(crate) fn errors(&self) -> Vec<FieldError<'_>> {
        [
            self.jwks_uri.summary("jwks_uri"),
            self.jwks.summary("jwks"),
            FieldError::plain("token_endpoint_auth_signing_alg", &self.token_endpoint_auth_signing_alg_error),
            self.sector_identifier_uri.summary("sector_identifier_uri"),
            self.default_max_age.summary("default_max_age"),
            FieldError::plain("userinfo_signed_response_alg", &self.userinfo_signed_response_alg_error),
            self.initiate_login_uri.summary("initiate_login_uri"),
            FieldError::plain("access_token_format", &self.access_token_format_error),
            self.backchannel_logout_uri.summary("backchannel_logout_uri"),
            self.frontchannel_logout_uri.summary("frontchannel_logout_uri"),
            FieldError::plain("request_object_signing_alg", &self.request_object_signing_alg_error),
            FieldError::plain("require_signed_request_object", &self.require_signed_request_object_error),
            self.request_uris.summary("request_uris"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// An empty form, for samples.
    pub(crate) fn sample() -> Self {
        let choices = |open: Text| {
            vec![Choice::new("", open).selected(true), Choice::new("ES256", Text::verbatim("ES256"))]
        };
        Self {
            token_endpoint_auth_signing_alg: choices(t("Any that fits")),
            userinfo_signed_response_alg: choices(t("Not signed: plain JSON")),
            request_object_signing_alg: choices(t("Any that fits")),
            access_token_format: vec![
                Choice::new("", t("As the API wants it")).selected(true),
                Choice::new("jwt", Text::verbatim("jwt")),
            ],
            ..Self::default()
        }
    }
}
