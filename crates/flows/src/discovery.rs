//! What the server says of itself (OIDC Discovery section 3, RFC 8414 section 2). Every field is read from what is in
//! force, so that none can be untrue.

use postern_domain::limits::RequestLimit;
use postern_domain::{
    AssertionAlgorithm, AuthMethod, AuthenticationContext, Catalogue, DISPLAY_VALUES, Prompt, ResponseMode,
    SigningAlgorithm, SubjectIdentifierType,
};
use serde_json::json;

use crate::grants::GRANTS;
use crate::{App, ClientRegistration, Config, authorize, claims, endpoints};

/// The claims of id_tokens about the sign-in.
const ID_TOKEN_CLAIMS: [&str; 10] =
    ["iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "amr", "acr", "sid"];

impl App {
    /// The metadata document, which both well-known addresses answer. `ui_locales` are the languages of the pages, which
    /// only those who show them know.
    pub fn discovery(&self, ui_locales: impl FnOnce() -> Vec<&'static str>) -> &str {
        self.discovery.get_or_init(|| document(&self.config, &self.catalogue, &ui_locales()))
    }
}

fn document(config: &Config, catalogue: &Catalogue, ui_locales: &[&str]) -> String {
    let scopes = catalogue.offered().map(|row| &row.name);
    let grants = GRANTS.iter().filter(|grant| grant.enabled(config)).map(|grant| grant.name().as_str());
    let authenticating = AuthMethod::ALL.iter().filter(|method| **method != AuthMethod::None);
    let prompts = Prompt::ALL.iter().filter(|prompt| **prompt != Prompt::Create || config.registration.open);
    let claims_supported: Vec<_> = claims::names().chain(ID_TOKEN_CLAIMS).collect();
    let contexts = AuthenticationContext::reachable(config.is_https()).map(AuthenticationContext::as_str);
    let register = config.clients.registration != ClientRegistration::Off;
    let mut document = json!({
        "issuer": config.issuer(),
        "authorization_endpoint": config.url(authorize::PATH),
        "token_endpoint": config.url(endpoints::TOKEN),
        "userinfo_endpoint": config.url(endpoints::USERINFO),
        "revocation_endpoint": config.url(endpoints::REVOKE),
        "introspection_endpoint": config.url(endpoints::INTROSPECT),
        "end_session_endpoint": config.url(endpoints::LOGOUT),
        "check_session_iframe": config.url(endpoints::CHECK_SESSION),
        "jwks_uri": config.url(endpoints::JWKS),
        "scopes_supported": scopes.collect::<Vec<_>>(),
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::ALL.map(ResponseMode::as_str),
        "grant_types_supported": grants.collect::<Vec<_>>(),
        "subject_types_supported": SubjectIdentifierType::ALL,
        "id_token_signing_alg_values_supported": SigningAlgorithm::ALL,
        "userinfo_signing_alg_values_supported": SigningAlgorithm::ALL,
        "token_endpoint_auth_methods_supported": AuthMethod::ALL,
        "token_endpoint_auth_signing_alg_values_supported": AssertionAlgorithm::ALL,
        "revocation_endpoint_auth_methods_supported": AuthMethod::ALL,
        "revocation_endpoint_auth_signing_alg_values_supported": AssertionAlgorithm::ALL,
        "introspection_endpoint_auth_methods_supported": authenticating.collect::<Vec<_>>(),
        "introspection_endpoint_auth_signing_alg_values_supported": AssertionAlgorithm::ALL,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": prompts.map(|prompt| prompt.as_str()).collect::<Vec<_>>(),
        "display_values_supported": DISPLAY_VALUES,
        "ui_locales_supported": ui_locales,
        "claim_types_supported": ["normal"],
        "claims_supported": claims_supported,
        "acr_values_supported": contexts.collect::<Vec<_>>(),
        "authorization_details_types_supported": [RequestLimit::TYPE],
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_object_signing_alg_values_supported": AssertionAlgorithm::ALL,
        "pushed_authorization_request_endpoint": config.url(endpoints::PAR),
        "request_uri_parameter_supported": false,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "authorization_response_iss_parameter_supported": true,
    });
    if register && let Some(fields) = document.as_object_mut() {
        fields.insert("registration_endpoint".to_owned(), config.url(endpoints::REGISTER).into());
    }
    document.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn it_offers_to_create_accounts_where_strangers_may_sign_up() {
        let mut config = Config::default();
        for open in [false, true] {
            config.registration.open = open;
            let document: Value =
                serde_json::from_str(&document(&config, &config.catalogue(), &["en"])).unwrap();
            let prompts = document["prompt_values_supported"].as_array().unwrap();
            assert_eq!(prompts.contains(&Value::from("create")), open);
        }
    }

    #[test]
    fn it_names_where_clients_register_where_they_may() {
        for (registration, is_named) in [
            (ClientRegistration::Off, false),
            (ClientRegistration::InitialAccessToken, true),
            (ClientRegistration::Open, true),
        ] {
            let mut config = Config::default();
            config.clients.registration = registration;
            let document: Value =
                serde_json::from_str(&document(&config, &config.catalogue(), &["en"])).unwrap();
            assert_eq!(document.get("registration_endpoint").is_some(), is_named, "{registration:?}");
        }
    }

    #[test]
    fn it_names_what_the_tables_hold() {
        let config = Config::default();
        let document: Value = serde_json::from_str(&document(&config, &config.catalogue(), &["en"])).unwrap();
        assert_eq!(document["issuer"], "http://localhost:8080");
        assert_eq!(document["token_endpoint"], "http://localhost:8080/v1/oauth2/token");
        assert_eq!(document["grant_types_supported"].as_array().unwrap().len(), GRANTS.len());
        for scope in ["openid", "profile", "email", "offline_access"] {
            assert!(document["scopes_supported"].as_array().unwrap().contains(&Value::from(scope)));
        }
    }
}
