//! Between the part of a client's form that a usual app does without and what was typed into it.

use postern_domain::{
    AccessTokenFormat, AssertionAlgorithm, ClientMetadata, Params, SigningAlgorithm, SubjectIdentifierType,
};
use postern_flows::FieldErrors;
use postern_flows::clients::ProtocolDraft;
use postern_templating::pages::ClientProtocolForm;
use postern_templating::{Choice, Field, Text, t};

/// What was typed, from the fields of the form.
pub(super) fn draft_of(params: &Params) -> ProtocolDraft {
    let text = |name: &str| params.get(name).unwrap_or_default().trim().to_owned();
    let is_ticked = |name: &str| params.get(name).is_some();
    let lines = params.get("request_uris").unwrap_or_default().lines().map(str::trim);
    ProtocolDraft {
        jwks: text("jwks"),
        jwks_uri: text("jwks_uri"),
        token_endpoint_auth_signing_alg: text("token_endpoint_auth_signing_alg"),
        subject_type: text("subject_type"),
        sector_identifier_uri: text("sector_identifier_uri"),
        userinfo_signed_response_alg: text("userinfo_signed_response_alg"),
        default_max_age: text("default_max_age"),
        initiate_login_uri: text("initiate_login_uri"),
        request_uris: lines.filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        request_object_signing_alg: text("request_object_signing_alg"),
        require_signed_request_object: is_ticked("require_signed_request_object"),
        require_pushed_authorization_requests: is_ticked("require_pushed_authorization_requests"),
        require_issuer_audience: is_ticked("require_issuer_audience"),
        access_token_format: text("access_token_format"),
        backchannel_logout_uri: text("backchannel_logout_uri"),
        backchannel_logout_session_required: is_ticked("backchannel_logout_session_required"),
        frontchannel_logout_uri: text("frontchannel_logout_uri"),
        frontchannel_logout_session_required: is_ticked("frontchannel_logout_session_required"),
        ..ProtocolDraft::default()
    }
}

/// The same as fields, from which [`draft_of`] reads it again.
pub(super) fn fields_of(draft: &ProtocolDraft) -> [(&'static str, String); 18] {
    let tick = |flag: bool| if flag { "on".to_owned() } else { String::new() };
    [
        ("jwks", draft.jwks.clone()),
        ("jwks_uri", draft.jwks_uri.clone()),
        ("token_endpoint_auth_signing_alg", draft.token_endpoint_auth_signing_alg.clone()),
        ("subject_type", draft.subject_type.clone()),
        ("sector_identifier_uri", draft.sector_identifier_uri.clone()),
        ("userinfo_signed_response_alg", draft.userinfo_signed_response_alg.clone()),
        ("default_max_age", draft.default_max_age.clone()),
        ("initiate_login_uri", draft.initiate_login_uri.clone()),
        ("request_uris", draft.request_uris.join("\n")),
        ("request_object_signing_alg", draft.request_object_signing_alg.clone()),
        ("require_signed_request_object", tick(draft.require_signed_request_object)),
        ("require_pushed_authorization_requests", tick(draft.require_pushed_authorization_requests)),
        ("require_issuer_audience", tick(draft.require_issuer_audience)),
        ("access_token_format", draft.access_token_format.clone()),
        ("backchannel_logout_uri", draft.backchannel_logout_uri.clone()),
        ("backchannel_logout_session_required", tick(draft.backchannel_logout_session_required)),
        ("frontchannel_logout_uri", draft.frontchannel_logout_uri.clone()),
        ("frontchannel_logout_session_required", tick(draft.frontchannel_logout_session_required)),
    ]
}

/// That part of the form, with what is wrong beside each field.
pub(super) fn shown(draft: &ProtocolDraft, errors: &FieldErrors) -> ClientProtocolForm {
    let error = |name: &str| errors.of(name).map(Text::sentence);
    let field = |name: &str, value: &str| Field { value: value.to_owned(), error: error(name) };
    let assertions: Vec<&str> = AssertionAlgorithm::ALL.iter().map(|name| name.as_str()).collect();
    let signatures: Vec<&str> = SigningAlgorithm::ALL.iter().map(|name| name.as_str()).collect();
    let formats: Vec<&str> = AccessTokenFormat::ALL.iter().map(|name| name.as_str()).collect();
    ClientProtocolForm {
        jwks: field("jwks", &draft.jwks),
        jwks_uri: field("jwks_uri", &draft.jwks_uri),
        token_endpoint_auth_signing_alg: choices(
            t("Any that fits"),
            &assertions,
            &draft.token_endpoint_auth_signing_alg,
        ),
        token_endpoint_auth_signing_alg_error: error("token_endpoint_auth_signing_alg"),
        pairwise: draft.subject_type == SubjectIdentifierType::Pairwise.as_str(),
        sector_identifier_uri: field("sector_identifier_uri", &draft.sector_identifier_uri),
        userinfo_signed_response_alg: choices(
            t("Not signed: plain JSON"),
            &signatures,
            &draft.userinfo_signed_response_alg,
        ),
        userinfo_signed_response_alg_error: error("userinfo_signed_response_alg"),
        default_max_age: field("default_max_age", &draft.default_max_age),
        initiate_login_uri: field("initiate_login_uri", &draft.initiate_login_uri),
        request_uris: field("request_uris", &draft.request_uris.join("\n")),
        request_object_signing_alg: choices(
            t("Any that fits"),
            &assertions,
            &draft.request_object_signing_alg,
        ),
        request_object_signing_alg_error: error("request_object_signing_alg"),
        require_signed_request_object: draft.require_signed_request_object,
        require_signed_request_object_error: error("require_signed_request_object"),
        require_pushed_authorization_requests: draft.require_pushed_authorization_requests,
        require_issuer_audience: draft.require_issuer_audience,
        access_token_format: choices(t("As the API wants it"), &formats, &draft.access_token_format),
        access_token_format_error: error("access_token_format"),
        backchannel_logout_uri: field("backchannel_logout_uri", &draft.backchannel_logout_uri),
        backchannel_logout_session_required: draft.backchannel_logout_session_required,
        frontchannel_logout_uri: field("frontchannel_logout_uri", &draft.frontchannel_logout_uri),
        frontchannel_logout_session_required: draft.frontchannel_logout_session_required,
    }
}

/// What of it is registered, for the page of the client.
pub(super) fn rows(client: &ClientMetadata) -> Vec<(Text, Text)> {
    let mut rows = Vec::new();
    if let Some(keys) = &client.jwks {
        rows.push((t("Keys"), t("{count} registered here").with("count", keys.keys().count())));
    }
    if let Some(format) = client.access_token_format {
        rows.push((t("Access tokens"), Text::verbatim(format.to_string())));
    }
    if client.subject_type == SubjectIdentifierType::Pairwise {
        let told = t("pairwise, for {sector}").with("sector", client.sector().unwrap_or_default());
        rows.push((t("Subjects"), told));
    }
    if let Some(algorithm) = client.userinfo_signed_response_alg {
        rows.push((t("userinfo signature"), Text::verbatim(algorithm.to_string())));
    }
    if let Some(seconds) = client.default_max_age {
        let told = t("{seconds} s, where a request does not say").with("seconds", seconds);
        rows.push((t("Oldest sign-in"), told));
    }
    if client.require_issuer_audience {
        rows.push((t("Audience of assertions"), t("the issuer alone")));
    }
    if client.require_signed_request_object {
        rows.push((t("Unsigned requests"), t("refused")));
    }
    if client.require_pushed_authorization_requests {
        rows.push((t("Requests that were not pushed"), t("refused")));
    }
    for (label, url) in [
        (t("Keys"), &client.jwks_uri),
        (t("Begins a sign-in"), &client.initiate_login_uri),
        (t("Told of sign-out"), &client.backchannel_logout_uri),
        (t("Loaded on sign-out"), &client.frontchannel_logout_uri),
    ] {
        rows.extend(url.as_ref().map(|url| (label, Text::verbatim(url.to_string()))));
    }
    rows
}

/// The first is none of the others.
fn choices(open: Text, names: &[&str], chosen: &str) -> Vec<Choice> {
    let open = Choice::new("", open).selected(chosen.is_empty());
    let name = |name: &&str| Choice::new(*name, (*name).to_owned()).selected(*name == chosen);
    std::iter::once(open).chain(names.iter().map(name)).collect()
}
