use std::collections::BTreeMap;

use postern_domain::{Catalogue, ClientIdentifier, Refusal};
use serde_json::{Map, Value};

use crate::clients::{ClientDraft, ProtocolDraft};
use crate::{FieldErrors, FormRefusal};

/// Metadata that people read, which may be there in several languages (RFC 7591 section 2.2).
const LOCALIZED: [&str; 5] = ["client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri"];

/// What asks for encrypted answers, which there are none of here.
const ENCRYPTION: [&str; 6] = [
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
];

/// What a client sent of itself. What is `null` is not there; what nobody here knows is not looked at (RFC 7591 section 2).
pub(super) struct Sent<'a>(pub(super) &'a Map<String, Value>);

impl Sent<'_> {
    /// The draft of a client that is called `identifier` unless it has a name.
    pub(super) fn draft(
        &self,
        identifier: &ClientIdentifier,
        catalogue: &Catalogue,
    ) -> Result<ClientDraft, Refusal> {
        if let Some(name) = ENCRYPTION.iter().find(|name| self.get(name).is_some()) {
            return Err(invalid(
                name,
                "this server does not encrypt, and takes nothing encrypted; leave it out",
            ));
        }
        let grants = self.grants()?;
        let method = self.text("token_endpoint_auth_method")?;
        let method = if method.is_empty() { "client_secret_basic".to_owned() } else { method };
        let name = self.text("client_name")?;
        Ok(ClientDraft {
            name: if name.trim().is_empty() { identifier.to_string() } else { name },
            client_type: if method == "none" { "public" } else { "confidential" }.to_owned(),
            redirect_uris: self.texts("redirect_uris")?.unwrap_or_default(),
            post_logout_redirect_uris: self.texts("post_logout_redirect_uris")?.unwrap_or_default(),
            scopes: self.scopes(catalogue)?,
            homepage_url: self.text("client_uri")?,
            terms_url: self.text("tos_uri")?,
            privacy_url: self.text("policy_uri")?,
            auth_method: method,
            grants,
            id_token_signed_response_alg: self.text("id_token_signed_response_alg")?,
            protocol: self.protocol()?,
            ..ClientDraft::default()
        })
    }

    fn protocol(&self) -> Result<ProtocolDraft, Refusal> {
        Ok(ProtocolDraft {
            application_type: self.text("application_type")?,
            localized: self.localized()?,
            logo_uri: self.text("logo_uri")?,
            contacts: self.texts("contacts")?.unwrap_or_default(),
            software_id: self.text("software_id")?,
            software_version: self.text("software_version")?,
            jwks: self.get("jwks").map(ToString::to_string).unwrap_or_default(),
            jwks_uri: self.text("jwks_uri")?,
            token_endpoint_auth_signing_alg: self.text("token_endpoint_auth_signing_alg")?,
            subject_type: self.text("subject_type")?,
            sector_identifier_uri: self.text("sector_identifier_uri")?,
            userinfo_signed_response_alg: self.text("userinfo_signed_response_alg")?,
            default_max_age: self.number("default_max_age")?,
            require_auth_time: self.flag("require_auth_time")?,
            initiate_login_uri: self.text("initiate_login_uri")?,
            request_uris: self.texts("request_uris")?.unwrap_or_default(),
            request_object_signing_alg: self.text("request_object_signing_alg")?,
            require_signed_request_object: self.flag("require_signed_request_object")?,
            require_pushed_authorization_requests: self.flag("require_pushed_authorization_requests")?,
            require_issuer_audience: self.flag("require_issuer_audience")?,
            backchannel_logout_uri: self.text("backchannel_logout_uri")?,
            backchannel_logout_session_required: self.flag("backchannel_logout_session_required")?,
            frontchannel_logout_uri: self.text("frontchannel_logout_uri")?,
            frontchannel_logout_session_required: self.flag("frontchannel_logout_session_required")?,
            ..ProtocolDraft::default()
        })
    }

    /// The grants, which go with the response types as the table of RFC 7591 section 2.1 says.
    fn grants(&self) -> Result<Vec<String>, Refusal> {
        let grants = self.texts("grant_types")?.unwrap_or_else(|| vec!["authorization_code".to_owned()]);
        let by_code = grants.iter().any(|grant| grant == "authorization_code");
        match self.texts("response_types")? {
            None => {}
            Some(types) if types.iter().any(|kind| kind != "code") => {
                return Err(invalid("response_types", "the only response_type here is code"));
            }
            Some(types) if types.is_empty() == by_code => {
                return Err(invalid(
                    "response_types",
                    "code and the grant type authorization_code go together (RFC 7591 section 2.1)",
                ));
            }
            Some(_) => {}
        }
        Ok(grants)
    }

    /// The scopes: where it names none, all that anybody may ask for, since a person is asked each time.
    fn scopes(&self, catalogue: &Catalogue) -> Result<Vec<String>, Refusal> {
        let asked = self.text("scope")?;
        Ok(if asked.is_empty() {
            catalogue.offered().filter(|row| row.right.is_none()).map(|row| row.name.clone()).collect()
        } else {
            asked.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect()
        })
    }

    fn localized(&self) -> Result<BTreeMap<String, String>, Refusal> {
        let is_localized =
            |name: &&String| name.split_once('#').is_some_and(|(base, _)| LOCALIZED.contains(&base));
        let mut found = BTreeMap::new();
        for name in self.0.keys().filter(is_localized) {
            let value = self.text(name)?;
            if !value.is_empty() {
                found.insert(name.clone(), value);
            }
        }
        Ok(found)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A string; empty if there is none.
    pub(super) fn text(&self, name: &str) -> Result<String, Refusal> {
        match self.get(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(invalid(name, "it must be a string")),
        }
    }

    fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let texts = value.as_array().and_then(|items| {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        texts.map(Some).ok_or_else(|| invalid(name, "it must be an array of strings"))
    }

    fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(invalid(name, "it must be true or false")),
        }
    }

    fn number(&self, name: &str) -> Result<String, Refusal> {
        match self.get(name) {
            None => Ok(String::new()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(_) => Err(invalid(name, "it must be a number")),
        }
    }
}

/// The refusal of a draft, in the names that the protocol has for its fields (RFC 7591 section 3.2.2).
pub(super) fn refusal(errors: FormRefusal) -> Refusal {
    match errors {
        FormRefusal::Fields(FieldErrors(errors)) => {
            let told = errors
                .iter()
                .take(3)
                .map(|error| format!("{}: {}", protocol_name(error.field), error.message));
            let told = told.collect::<Vec<_>>().join(" ");
            match errors.first() {
                Some(first) if first.field == "redirect_uris" => Refusal::invalid_redirect_uri(told),
                _ => Refusal::invalid_client_metadata(told),
            }
        }
        FormRefusal::Refused(refusal) => refusal,
    }
}

fn protocol_name(field: &'static str) -> &'static str {
    match field {
        "name" => "client_name",
        "homepage_url" => "client_uri",
        "terms_url" => "tos_uri",
        "privacy_url" => "policy_uri",
        "scopes" => "scope",
        "grants" => "grant_types",
        other => other,
    }
}

/// That one field cannot be taken as it is.
pub(super) fn invalid(name: &str, why: &str) -> Refusal {
    let name: String = name.chars().take(60).collect();
    let told = format!("{name}: {why}");
    if name == "redirect_uris" {
        Refusal::invalid_redirect_uri(told)
    } else {
        Refusal::invalid_client_metadata(told)
    }
}
