//! The fields of a client, the same when it is made and when it is changed.

use serde::{Deserialize, Serialize};

use super::ClientProtocolForm;
use crate::{Choice, Field, FieldError, ScopeChoice, ScopeChoices, Text, t};

/// Names of the inputs are those of the fields, except `type` for [`client_type`](Self::client_type), `scope` (once a
/// ticked box) for [`scopes`](Self::scopes) and `grant` (once a ticked box) for [`grants`](Self::grants). Boxes send
/// `on`. The names are those of RFC 7591, section 2, where it has one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClientForm {
    /// What went wrong as a whole.
    pub problem: Option<Text>,
    /// The name people see.
    pub name: Field,
    /// `confidential` or `public`; can't be changed later.
    pub client_type: Field,
    /// One URI a line.
    pub redirect_uris: Field,
    /// The homepage people are led to.
    pub homepage_url: Field,
    /// The scopes the client may ask for, by subject.
    pub scopes: Vec<ScopeChoices>,
    /// What is wrong with the scopes.
    pub scopes_error: Option<Text>,
    /// Terms of service, may be empty.
    pub terms_url: Field,
    /// Privacy policy, may be empty.
    pub privacy_url: Field,
    /// One URI a line, may be empty.
    pub post_logout_redirect_uris: Field,
    /// How the client authenticates at the token endpoint; the first is *any of the server's*.
    pub token_endpoint_auth_method: Vec<Choice>,
    /// What is wrong with that.
    pub token_endpoint_auth_method_error: Option<Text>,
    /// The grants the client may use.
    pub grants: Vec<Choice>,
    /// What is wrong with them.
    pub grants_error: Option<Text>,
    /// Life of an access token such as `1h` or `10d`; empty means the server's.
    pub access_token_lifetime: Field,
    /// Life of an unused refresh token such as `30d`; empty means the server's.
    pub refresh_token_lifetime: Field,
    /// The server's life of an access token, e.g. `10d`.
    pub default_access_token_lifetime: String,
    /// The server's life of an unused refresh token, e.g. `90d`.
    pub default_refresh_token_lifetime: String,
    /// How id_tokens for this client are signed.
    pub id_token_signed_response_alg: Vec<Choice>,
    /// What is wrong with that.
    pub id_token_signed_response_alg_error: Option<Text>,
    /// Whether a request without PKCE is refused. Public clients always need it.
    pub require_pkce: bool,
    /// Whether the instance requires PKCE of all clients, so that the box can't be cleared.
    pub pkce_is_required: bool,
    /// What a usual app does without.
    pub protocol: ClientProtocolForm,
}

impl ClientForm {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        [
            self.name.summary("name"),
            self.client_type.summary("type-confidential"),
            self.redirect_uris.summary("redirect_uris"),
            self.homepage_url.summary("homepage_url"),
            FieldError::plain("scopes", &self.scopes_error),
        ]
        .into_iter()
        .flatten()
        .chain(self.advanced_errors())
        .chain(self.protocol.errors())
        .collect()
    }

    /// What is wrong below the fold, which then is open.
    pub(crate) fn advanced_errors(&self) -> Vec<FieldError<'_>> {
        [
            self.terms_url.summary("terms_url"),
            self.privacy_url.summary("privacy_url"),
            self.post_logout_redirect_uris.summary("post_logout_redirect_uris"),
            FieldError::plain("token_endpoint_auth_method", &self.token_endpoint_auth_method_error),
            FieldError::plain("grants", &self.grants_error),
            self.access_token_lifetime.summary("access_token_lifetime"),
            self.refresh_token_lifetime.summary("refresh_token_lifetime"),
            FieldError::plain("id_token_signed_response_alg", &self.id_token_signed_response_alg_error),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// An empty form, for samples.
    pub(crate) fn sample() -> Self {
        Self {
            problem: None,
            name: Field::empty(),
            client_type: Field::new("confidential"),
            redirect_uris: Field::empty(),
            homepage_url: Field::empty(),
            scopes: sample_scopes(),
            scopes_error: None,
            terms_url: Field::empty(),
            privacy_url: Field::empty(),
            post_logout_redirect_uris: Field::empty(),
            token_endpoint_auth_method: vec![
                Choice::new("", t("Either of the first two")).selected(true),
                Choice::new("client_secret_basic", Text::verbatim("client_secret_basic")),
                Choice::new("client_secret_post", Text::verbatim("client_secret_post")),
            ],
            token_endpoint_auth_method_error: None,
            grants: vec![
                Choice::new("authorization_code", Text::verbatim("authorization_code"))
                    .with_help(t("People sign in and allow access."))
                    .selected(true),
                Choice::new("refresh_token", Text::verbatim("refresh_token"))
                    .with_help(t("The client renews access by itself."))
                    .selected(true),
            ],
            grants_error: None,
            access_token_lifetime: Field::empty(),
            refresh_token_lifetime: Field::empty(),
            default_access_token_lifetime: "10d".into(),
            default_refresh_token_lifetime: "90d".into(),
            id_token_signed_response_alg: ["RS256", "ES256", "EdDSA"]
                .into_iter()
                .map(|alg| Choice::new(alg, Text::verbatim(alg)).selected(alg == "RS256"))
                .collect(),
            id_token_signed_response_alg_error: None,
            require_pkce: false,
            pkce_is_required: false,
            protocol: ClientProtocolForm::sample(),
        }
    }
}

fn sample_scopes() -> Vec<ScopeChoices> {
    vec![
        ScopeChoices {
            name: "Identity".into(),
            scopes: vec![
                ScopeChoice::new("openid", "Know who they are", "Needed for sign-in and id_tokens.", true),
                ScopeChoice::new("profile", "See their profile", "Name and user name.", true),
                ScopeChoice::new("email", "See their e-mail address", "", true),
            ],
        },
        ScopeChoices {
            name: "Staying connected".into(),
            scopes: vec![ScopeChoice::new("offline_access", "Keep access while they are away", "", false)],
        },
    ]
}
