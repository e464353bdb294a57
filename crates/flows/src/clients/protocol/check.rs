use std::collections::BTreeMap;
use std::str::FromStr;

use postern_domain::{
    ApplicationType, AuthMethod, ClientKeySet, ClientMetadata, ClientType, PersonName, SubjectIdentifierType,
    WebUrl,
};

use super::ProtocolDraft;
use crate::FieldErrors;

/// Most of whatever there may be several of.
const MOST: usize = 50;
/// Longest text that nobody but its makers reads, in characters.
const LONGEST: usize = 200;
/// Longest language tag: what RFC 5646 section 4.4.1 asks programs to have room for.
const LONGEST_TAG: usize = 35;

/// What a draft adds to a client that is usual so far. It is judged after the usual part, on which it rests.
///
/// # Errors
/// [`FieldErrors`] with everything that is wrong.
pub(in super::super) fn check(
    draft: &ProtocolDraft,
    usual: ClientMetadata,
) -> Result<ClientMetadata, FieldErrors> {
    let mut errors = FieldErrors::none();
    let it = &mut errors;
    let metadata = ClientMetadata {
        application_type: named("application_type", &draft.application_type, it),
        localized: localized(&draft.localized, it),
        logo_uri: link("logo_uri", &draft.logo_uri, it),
        contacts: contacts(&draft.contacts, it),
        software_id: short("software_id", &draft.software_id, it),
        software_version: short("software_version", &draft.software_version, it),
        jwks: keys(&draft.jwks, it),
        jwks_uri: endpoint("jwks_uri", &draft.jwks_uri, it),
        token_endpoint_auth_signing_alg: named(
            "token_endpoint_auth_signing_alg",
            &draft.token_endpoint_auth_signing_alg,
            it,
        ),
        subject_type: named("subject_type", &draft.subject_type, it).unwrap_or_default(),
        sector_identifier_uri: endpoint("sector_identifier_uri", &draft.sector_identifier_uri, it),
        userinfo_signed_response_alg: named(
            "userinfo_signed_response_alg",
            &draft.userinfo_signed_response_alg,
            it,
        ),
        default_max_age: seconds("default_max_age", &draft.default_max_age, it),
        require_auth_time: draft.require_auth_time,
        initiate_login_uri: endpoint("initiate_login_uri", &draft.initiate_login_uri, it),
        request_uris: request_uris(&draft.request_uris, it),
        request_object_signing_alg: named(
            "request_object_signing_alg",
            &draft.request_object_signing_alg,
            it,
        ),
        require_signed_request_object: draft.require_signed_request_object,
        require_pushed_authorization_requests: draft.require_pushed_authorization_requests,
        require_issuer_audience: draft.require_issuer_audience,
        access_token_format: named("access_token_format", &draft.access_token_format, it),
        backchannel_logout_uri: endpoint("backchannel_logout_uri", &draft.backchannel_logout_uri, it),
        backchannel_logout_session_required: draft.backchannel_logout_session_required,
        frontchannel_logout_uri: endpoint("frontchannel_logout_uri", &draft.frontchannel_logout_uri, it),
        frontchannel_logout_session_required: draft.frontchannel_logout_session_required,
        ..usual
    };
    if it.is_empty() {
        addresses_agree(&metadata, it);
        keys_agree(&metadata, it);
    }
    errors.into_result().map(|()| metadata)
}

/// What holds between its addresses.
fn addresses_agree(client: &ClientMetadata, errors: &mut FieldErrors) {
    let beside = |url: &WebUrl| client.redirect_uris.iter().any(|uri| url.is_beside(uri.as_str()));
    if client.frontchannel_logout_uri.as_ref().is_some_and(|url| !beside(url)) {
        errors.add(
            "frontchannel_logout_uri",
            "Its scheme, host and port must be those of a redirect URI (OIDC Front-Channel Logout section 2).",
        );
    }
    if client.subject_type == SubjectIdentifierType::Pairwise && client.sector().is_none() {
        errors.add(
            "sector_identifier_uri",
            "Pairwise subjects need one sector: let all redirect URIs have the same host, or name a \
             sector_identifier_uri that lists them (OIDC Core section 8.1).",
        );
    }
    let is_private = |uri: &str| !uri.starts_with("https://") && !uri.starts_with("http://");
    if client.application_type == Some(ApplicationType::Web)
        && client.redirect_uris.iter().any(|uri| is_private(uri.as_str()))
    {
        errors.add(
            "redirect_uris",
            "Private schemes are for apps on devices: register it with the application_type native.",
        );
    }
}

/// What holds between its keys and what it signs.
fn keys_agree(client: &ClientMetadata, errors: &mut FieldErrors) {
    let has_keys = client.jwks.is_some() || client.jwks_uri.is_some();
    if client.jwks.is_some() && client.jwks_uri.is_some() {
        errors.add("jwks_uri", "Give the keys themselves or their address, not both (RFC 7591 section 2).");
    }
    if client.auth_method == Some(AuthMethod::PrivateKeyJwt) && !has_keys {
        errors.add(
            "jwks_uri",
            "private_key_jwt is checked by the client's public keys: give jwks_uri or jwks.",
        );
    }
    if let Some(algorithm) = client.token_endpoint_auth_signing_alg {
        let fits = match client.auth_method {
            Some(AuthMethod::PrivateKeyJwt) => !algorithm.uses_the_secret(),
            Some(AuthMethod::ClientSecretJwt) => algorithm.uses_the_secret(),
            _ => true,
        };
        if !fits {
            errors.add(
                "token_endpoint_auth_signing_alg",
                format!("{algorithm} does not go with the client's token_endpoint_auth_method."),
            );
        }
    }
    let (field, has_secret) = ("request_object_signing_alg", client.client_type == ClientType::Confidential);
    match client.request_object_signing_alg {
        Some(algorithm) if algorithm.uses_the_secret() && !has_secret => {
            errors.add(field, format!("{algorithm} takes a secret, and a public client has none."));
        }
        Some(algorithm) if !algorithm.uses_the_secret() && !has_keys => {
            errors.add(
                field,
                format!("{algorithm} is checked by the client's public keys: give jwks_uri or jwks."),
            );
        }
        None if client.require_signed_request_object && !has_keys => {
            errors
                .add("require_signed_request_object", "It has no keys to sign with: give jwks_uri or jwks.");
        }
        _ => {}
    }
}

/// One of the names of the protocol, if there is one.
fn named<T: FromStr<Err = String>>(field: &'static str, typed: &str, errors: &mut FieldErrors) -> Option<T> {
    if typed.trim().is_empty() { None } else { errors.take(field, typed.trim().parse()) }
}

fn link(field: &'static str, typed: &str, errors: &mut FieldErrors) -> Option<WebUrl> {
    if typed.trim().is_empty() { None } else { errors.take(field, WebUrl::parse(typed)) }
}

/// An address that this server or a browser calls without anybody looking at it.
fn endpoint(field: &'static str, typed: &str, errors: &mut FieldErrors) -> Option<WebUrl> {
    let url = link(field, typed, errors)?;
    if !url.is_secure() {
        errors.add(field, "Write an https address; plain http is for localhost, 127.0.0.1 and [::1] only.");
    } else if url.has_fragment() {
        errors.add(field, "Leave out the # and what follows it.");
    }
    Some(url)
}

fn request_uris(typed: &[String], errors: &mut FieldErrors) -> Vec<WebUrl> {
    const FIELD: &str = "request_uris";
    too_many(FIELD, typed.len(), errors);
    // A fragment is allowed: it changes when what is there does (OIDC Registration section 2).
    let read = |text: &String| errors.take(FIELD, WebUrl::parse(text));
    let uris: Vec<WebUrl> = typed.iter().take(MOST).filter_map(read).collect();
    if uris.iter().any(|uri| !uri.is_secure()) {
        errors.add(FIELD, "Write https addresses; plain http is for localhost, 127.0.0.1 and [::1] only.");
    }
    uris
}

fn contacts(typed: &[String], errors: &mut FieldErrors) -> Vec<String> {
    const FIELD: &str = "contacts";
    too_many(FIELD, typed.len(), errors);
    typed.iter().take(MOST).filter_map(|text| short(FIELD, text, errors)).collect()
}

fn too_many(field: &'static str, count: usize, errors: &mut FieldErrors) {
    if count > MOST {
        errors.add(field, format!("There are {count}; a client has {MOST} at most."));
    }
}

fn short(field: &'static str, typed: &str, errors: &mut FieldErrors) -> Option<String> {
    let typed = typed.trim();
    if typed.chars().count() > LONGEST || typed.chars().any(char::is_control) {
        errors.add(field, format!("Write {LONGEST} characters at most, on one line."));
    }
    (!typed.is_empty()).then(|| typed.to_owned())
}

fn seconds(field: &'static str, typed: &str, errors: &mut FieldErrors) -> Option<u32> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let whole = typed.parse().ok().filter(|_| typed.bytes().all(|byte| byte.is_ascii_digit()));
    errors.take(field, whole.ok_or("write a whole number of seconds, zero or more"))
}

fn keys(typed: &str, errors: &mut FieldErrors) -> Option<ClientKeySet> {
    if typed.trim().is_empty() {
        return None;
    }
    let read = serde_json::from_str(typed).map_err(|error| format!("it is not JSON: {error}"));
    let keys = read.and_then(|value| ClientKeySet::parse(value).map_err(|error| error.to_string()));
    errors.take("jwks", keys)
}

/// What people read in other languages (RFC 7591 section 2.2).
fn localized(typed: &BTreeMap<String, String>, errors: &mut FieldErrors) -> BTreeMap<String, String> {
    const FIELD: &str = "localized";
    too_many(FIELD, typed.len(), errors);
    for (name, value) in typed.iter().take(MOST) {
        let shown: String = name.chars().take(60).collect();
        let (base, tag) = name.split_once('#').unwrap_or((name, ""));
        let wrong = if !is_language_tag(tag) {
            Some("what follows the # is not a language tag (RFC 5646)".to_owned())
        } else if base == "client_name" {
            PersonName::parse(value).err().map(|error| error.to_string())
        } else {
            WebUrl::parse(value).err().map(|error| error.to_string())
        };
        if let Some(wrong) = wrong {
            errors.add(FIELD, format!("{shown}: {wrong}."));
        }
    }
    typed.clone()
}

fn is_language_tag(tag: &str) -> bool {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    tag.len() <= LONGEST_TAG && tag.split('-').all(part)
}
