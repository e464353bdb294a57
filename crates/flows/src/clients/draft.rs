use postern_domain::{ClientMetadata, GrantName};

use super::ProtocolDraft;

/// A client's registration as somebody typed it into a form, a call or a command. Fields are named as in RFC 7591
/// section 2 where it has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientDraft {
    /// What people are told the app is called.
    pub name: String,
    /// `confidential` or `public`. Not looked at when a client is edited.
    pub client_type: String,
    /// Where people come back to.
    pub redirect_uris: Vec<String>,
    /// Where people may come back to after signing out.
    pub post_logout_redirect_uris: Vec<String>,
    /// The most it may ask for, one scope each.
    pub scopes: Vec<String>,
    /// Its home page.
    pub homepage_url: String,
    /// Its terms of service; may be empty.
    pub terms_url: String,
    /// Its privacy policy; may be empty.
    pub privacy_url: String,
    /// How it authenticates; empty leaves it open.
    pub auth_method: String,
    /// Its grants.
    pub grants: Vec<String>,
    /// Such as `1h`; empty means the instance's.
    pub access_token_lifetime: String,
    /// Such as `30d`; empty means the instance's.
    pub refresh_token_lifetime: String,
    /// Empty means RS256.
    pub id_token_signed_response_alg: String,
    /// Whether a request without PKCE is refused.
    pub require_pkce: bool,
    /// Whether people are not asked for consent; `None` leaves it as it is.
    pub trusted: Option<bool>,
    /// Whether it may introspect others' tokens; `None` leaves it as it is.
    pub resource_server: Option<bool>,
    /// What a usual app does without.
    pub protocol: ProtocolDraft,
}

impl ClientDraft {
    /// What a form for a new client begins with.
    pub fn blank() -> Self {
        Self {
            client_type: "confidential".to_owned(),
            scopes: ["openid", "profile", "email"].map(str::to_owned).to_vec(),
            grants: GrantName::ALL.iter().map(ToString::to_string).collect(),
            ..Self::default()
        }
    }

    /// What a form for an existing client begins with.
    pub fn of(metadata: &ClientMetadata) -> Self {
        let text = |value: &Option<postern_domain::WebUrl>| value.as_ref().map(ToString::to_string);
        let span = |value: Option<postern_domain::Lifetime>| value.map(|value| value.to_string());
        Self {
            name: metadata.name.to_string(),
            client_type: metadata.client_type.to_string(),
            redirect_uris: metadata.redirect_uris.iter().map(ToString::to_string).collect(),
            post_logout_redirect_uris: metadata
                .post_logout_redirect_uris
                .iter()
                .map(ToString::to_string)
                .collect(),
            scopes: metadata.scopes.iter().map(str::to_owned).collect(),
            homepage_url: text(&metadata.homepage_url).unwrap_or_default(),
            terms_url: text(&metadata.terms_url).unwrap_or_default(),
            privacy_url: text(&metadata.privacy_url).unwrap_or_default(),
            auth_method: metadata.auth_method.map(|method| method.to_string()).unwrap_or_default(),
            grants: metadata.grants.iter().map(ToString::to_string).collect(),
            access_token_lifetime: span(metadata.access_token_lifetime).unwrap_or_default(),
            refresh_token_lifetime: span(metadata.refresh_token_lifetime).unwrap_or_default(),
            id_token_signed_response_alg: metadata.id_token_signed_response_alg.to_string(),
            require_pkce: metadata.require_pkce,
            trusted: None,
            resource_server: None,
            protocol: ProtocolDraft::of(metadata),
        }
    }
}
