use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Lifetime, PersonName, PostLogoutRedirectUri, RedirectUri, Scopes, WebUrl};

use super::{
    AccessTokenFormat, ApplicationType, AssertionAlgorithm, AuthMethod, ClientKeySet, ClientType, GrantName,
    SigningAlgorithm, SubjectIdentifierType,
};

/// What is registered of a client (names as RFC 7591 section 2 where it has them).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientMetadata {
    /// `client_name`: what people are told.
    pub name: PersonName,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// `redirect_uris`.
    pub redirect_uris: Vec<RedirectUri>,
    /// `post_logout_redirect_uris` (OIDC RP-Initiated Logout section 3.1).
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<PostLogoutRedirectUri>,
    /// `scope`: the most it may ask for.
    pub scopes: Scopes,
    /// `client_uri`: its home page.
    pub homepage_url: Option<WebUrl>,
    /// `tos_uri`.
    pub terms_url: Option<WebUrl>,
    /// `policy_uri`.
    pub privacy_url: Option<WebUrl>,
    /// `token_endpoint_auth_method`; `None` on a confidential client leaves it basic or post.
    pub auth_method: Option<AuthMethod>,
    /// `grant_types`.
    pub grants: Vec<GrantName>,
    /// A shorter life for its access tokens than the instance's.
    pub access_token_lifetime: Option<Lifetime>,
    /// A shorter life of disuse for its refresh tokens than the instance's.
    pub refresh_token_lifetime: Option<Lifetime>,
    /// What its access tokens look like; `None` is as their APIs want it.
    #[serde(default)]
    pub access_token_format: Option<AccessTokenFormat>,
    /// `id_token_signed_response_alg`.
    pub id_token_signed_response_alg: SigningAlgorithm,
    /// Whether it must send a PKCE challenge even though it has a secret.
    #[serde(default)]
    pub require_pkce: bool,
    /// First party: people are not asked for consent.
    #[serde(default)]
    pub trusted: bool,
    /// It may introspect tokens that others were issued.
    #[serde(default)]
    pub resource_server: bool,
    /// `application_type`, if it was said.
    #[serde(default)]
    pub application_type: Option<ApplicationType>,
    /// `client_name`, `client_uri`, `logo_uri`, `tos_uri` and `policy_uri` in other languages, by the name with its
    /// tag, such as `client_name#ja-Jpan-JP` (RFC 7591 section 2.2).
    #[serde(default)]
    pub localized: BTreeMap<String, String>,
    /// `logo_uri`: kept for the client and not shown, since a page shows no pictures of other servers.
    #[serde(default)]
    pub logo_uri: Option<WebUrl>,
    /// `contacts`: how to reach its makers, for people to read.
    #[serde(default)]
    pub contacts: Vec<String>,
    /// `software_id`: the same for every copy of an app.
    #[serde(default)]
    pub software_id: Option<String>,
    /// `software_version`.
    #[serde(default)]
    pub software_version: Option<String>,
    /// `jwks`: its public keys, where it has no address for them.
    #[serde(default)]
    pub jwks: Option<ClientKeySet>,
    /// `jwks_uri`: where its public keys are.
    #[serde(default)]
    pub jwks_uri: Option<WebUrl>,
    /// `token_endpoint_auth_signing_alg`: the only one its assertions may have; `None` leaves it open.
    #[serde(default)]
    pub token_endpoint_auth_signing_alg: Option<AssertionAlgorithm>,
    /// `subject_type` (OIDC Core section 8).
    #[serde(default)]
    pub subject_type: SubjectIdentifierType,
    /// `sector_identifier_uri`: its host is the sector, and it lists the redirect URIs (OIDC Core section 8.1).
    #[serde(default)]
    pub sector_identifier_uri: Option<WebUrl>,
    /// `userinfo_signed_response_alg`; `None` answers plain JSON.
    #[serde(default)]
    pub userinfo_signed_response_alg: Option<SigningAlgorithm>,
    /// `default_max_age`, in seconds: holds where a request has no `max_age`.
    #[serde(default)]
    pub default_max_age: Option<u32>,
    /// `require_auth_time`: it relies on `auth_time` in every id_token.
    #[serde(default)]
    pub require_auth_time: bool,
    /// `initiate_login_uri`: where others may send people for a sign-in to begin (OIDC Core section 4).
    #[serde(default)]
    pub initiate_login_uri: Option<WebUrl>,
    /// `request_uris`: where its request objects may be fetched (OIDC Core section 6.2).
    #[serde(default)]
    pub request_uris: Vec<WebUrl>,
    /// `request_object_signing_alg`: the only one its request objects may have; `None` leaves it open.
    #[serde(default)]
    pub request_object_signing_alg: Option<AssertionAlgorithm>,
    /// `require_signed_request_object` (RFC 9101 section 10.5).
    #[serde(default)]
    pub require_signed_request_object: bool,
    /// `require_pushed_authorization_requests` (RFC 9126 section 6).
    #[serde(default)]
    pub require_pushed_authorization_requests: bool,
    /// Whether its assertions must name this server by its issuer, and not by the address of an endpoint as RFC 7523
    /// section 3 lets them. A name of this server: no standard has one.
    #[serde(default)]
    pub require_issuer_audience: bool,
    /// `backchannel_logout_uri` (OIDC Back-Channel Logout section 2.2).
    #[serde(default)]
    pub backchannel_logout_uri: Option<WebUrl>,
    /// `backchannel_logout_session_required`: it wants `sid` in its logout tokens.
    #[serde(default)]
    pub backchannel_logout_session_required: bool,
    /// `frontchannel_logout_uri` (OIDC Front-Channel Logout section 2).
    #[serde(default)]
    pub frontchannel_logout_uri: Option<WebUrl>,
    /// `frontchannel_logout_session_required`: it wants `iss` and `sid` with it.
    #[serde(default)]
    pub frontchannel_logout_session_required: bool,
}

impl ClientMetadata {
    /// A client that may do nothing yet: without redirect URIs, scopes and grants, and with nothing unusual.
    pub const fn new(name: PersonName, client_type: ClientType) -> Self {
        Self {
            name,
            client_type,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            scopes: Scopes::none(),
            homepage_url: None,
            terms_url: None,
            privacy_url: None,
            auth_method: None,
            grants: Vec::new(),
            access_token_lifetime: None,
            refresh_token_lifetime: None,
            access_token_format: None,
            id_token_signed_response_alg: SigningAlgorithm::Rs256,
            require_pkce: false,
            trusted: false,
            resource_server: false,
            application_type: None,
            localized: BTreeMap::new(),
            logo_uri: None,
            contacts: Vec::new(),
            software_id: None,
            software_version: None,
            jwks: None,
            jwks_uri: None,
            token_endpoint_auth_signing_alg: None,
            subject_type: SubjectIdentifierType::Public,
            sector_identifier_uri: None,
            userinfo_signed_response_alg: None,
            default_max_age: None,
            require_auth_time: false,
            initiate_login_uri: None,
            request_uris: Vec::new(),
            request_object_signing_alg: None,
            require_signed_request_object: false,
            require_pushed_authorization_requests: false,
            require_issuer_audience: false,
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
        }
    }

    /// Whether the client may use a grant.
    pub fn allows_grant(&self, grant: GrantName) -> bool {
        self.grants.contains(&grant)
    }

    /// Whether it proves itself by a secret: a public client has none, and private_key_jwt takes none.
    pub fn uses_secret(&self) -> bool {
        self.client_type == ClientType::Confidential && self.auth_method != Some(AuthMethod::PrivateKeyJwt)
    }

    /// Whose other clients know people by the same `sub` (OIDC Core section 8.1): the host of its sector identifier, or
    /// the one host that all its redirect URIs have. Without either there is no sector.
    pub fn sector(&self) -> Option<String> {
        let host = |uri: &str| url::Url::parse(uri).ok()?.host_str().map(str::to_owned);
        if let Some(uri) = &self.sector_identifier_uri {
            return host(uri.as_str());
        }
        let mut hosts = self.redirect_uris.iter().map(|uri| host(uri.as_str()));
        let first = hosts.next()??;
        hosts.all(|other| other.as_ref() == Some(&first)).then_some(first)
    }

    /// Whether codes are made with the client's secret, for which it must be had again.
    pub fn makes_codes_with_its_secret(&self) -> bool {
        self.auth_method == Some(AuthMethod::ClientSecretJwt)
            || self.request_object_signing_alg.is_some_and(AssertionAlgorithm::uses_the_secret)
    }

    /// Whether the client may authenticate in this way. A JWT is never taken unless it is pinned.
    pub fn allows_auth_method(&self, method: AuthMethod) -> bool {
        match self.auth_method {
            Some(pinned) => pinned == method,
            None => match self.client_type {
                ClientType::Public => method == AuthMethod::None,
                ClientType::Confidential => {
                    matches!(method, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost)
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn confidential() -> ClientMetadata {
        ClientMetadata::new(PersonName::parse("Notes").unwrap(), ClientType::Confidential)
    }

    #[test]
    fn what_was_registered_before_a_field_existed_reads_as_without_it() {
        let kept = json!({
            "name": "Notes", "client_type": "confidential", "redirect_uris": [], "scopes": "",
            "homepage_url": null, "terms_url": null, "privacy_url": null, "auth_method": null, "grants": [],
            "access_token_lifetime": null, "refresh_token_lifetime": null, "id_token_signed_response_alg": "RS256",
        });
        assert_eq!(serde_json::from_value::<ClientMetadata>(kept).unwrap(), confidential());
    }

    #[test]
    fn all_that_can_be_registered_survives_being_kept() {
        let uri = |path: &str| Some(WebUrl::parse(&format!("https://notes.example/{path}")).unwrap());
        let jwks = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]});
        let metadata = ClientMetadata {
            access_token_format: Some(AccessTokenFormat::Jwt),
            application_type: Some(ApplicationType::Native),
            localized: [("client_name#de".to_owned(), "Notizen".to_owned())].into(),
            logo_uri: uri("logo"),
            contacts: vec!["ops@notes.example".to_owned()],
            software_id: Some("notes".to_owned()),
            software_version: Some("7".to_owned()),
            jwks: Some(ClientKeySet::parse(jwks).unwrap()),
            jwks_uri: uri("jwks"),
            token_endpoint_auth_signing_alg: Some(AssertionAlgorithm::Ps256),
            subject_type: SubjectIdentifierType::Pairwise,
            sector_identifier_uri: uri("sector"),
            userinfo_signed_response_alg: Some(SigningAlgorithm::Es256),
            default_max_age: Some(3_600),
            require_auth_time: true,
            initiate_login_uri: uri("login"),
            request_uris: uri("request").into_iter().collect(),
            request_object_signing_alg: Some(AssertionAlgorithm::Es384),
            require_signed_request_object: true,
            require_pushed_authorization_requests: true,
            require_issuer_audience: true,
            backchannel_logout_uri: uri("back"),
            backchannel_logout_session_required: true,
            frontchannel_logout_uri: uri("front"),
            frontchannel_logout_session_required: true,
            ..confidential()
        };
        let kept = serde_json::to_string(&metadata).unwrap();
        assert_eq!(serde_json::from_str::<ClientMetadata>(&kept).unwrap(), metadata);
    }

    #[test]
    fn the_sector_is_the_one_host_there_is() {
        let uri = |text| RedirectUri::register(text, ClientType::Public).unwrap();
        let mut metadata = confidential();
        assert_eq!(metadata.sector(), None);
        metadata.redirect_uris =
            vec![uri("https://notes.example/cb"), uri("https://notes.example:8443/other")];
        assert_eq!(metadata.sector().as_deref(), Some("notes.example"));
        for other in ["https://more.example/cb", "com.example.notes:/cb"] {
            let redirect_uris = [metadata.redirect_uris.clone(), vec![uri(other)]].concat();
            let mut several = ClientMetadata { redirect_uris, ..metadata.clone() };
            assert_eq!(several.sector(), None, "{other}");
            several.sector_identifier_uri = WebUrl::parse("https://sector.example/uris.json").ok();
            assert_eq!(several.sector().as_deref(), Some("sector.example"));
        }
    }

    #[test]
    fn a_jwt_proves_only_clients_that_are_pinned_to_it() {
        let mut metadata = confidential();
        let methods = |metadata: &ClientMetadata| {
            AuthMethod::ALL
                .iter()
                .copied()
                .filter(|method| metadata.allows_auth_method(*method))
                .collect::<Vec<_>>()
        };
        assert_eq!(methods(&metadata), [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost]);
        for pinned in AuthMethod::ALL {
            metadata.auth_method = Some(*pinned);
            assert_eq!(methods(&metadata), [*pinned]);
        }
    }
}
