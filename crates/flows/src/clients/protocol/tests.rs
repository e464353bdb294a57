use postern_domain::RedirectUri;
use postern_domain::{AuthMethod, ClientMetadata, ClientType, PersonName};

use super::{ProtocolDraft, check};

fn usual(redirect_uris: &[&str]) -> ClientMetadata {
    let uri = |text: &&str| RedirectUri::register(text, ClientType::Public).unwrap();
    ClientMetadata {
        redirect_uris: redirect_uris.iter().map(uri).collect(),
        ..ClientMetadata::new(PersonName::parse("Notes").unwrap(), ClientType::Confidential)
    }
}

fn web() -> ClientMetadata {
    usual(&["https://notes.example/cb"])
}

const KEYS: &str = r#"{"keys":[{"crv":"Ed25519","kty":"OKP","x":"AQ"}]}"#;

/// All that there can be, rightly filled in.
fn full() -> ProtocolDraft {
    let link = |path: &str| format!("https://notes.example/{path}");
    ProtocolDraft {
        application_type: "web".into(),
        localized: [("client_name#ja-Jpan-JP".into(), "ノート".into()), ("tos_uri#de".into(), link("agb"))]
            .into(),
        logo_uri: link("logo.png"),
        contacts: vec!["ops@notes.example".into()],
        software_id: "notes".into(),
        software_version: "7.1".into(),
        jwks: KEYS.into(),
        jwks_uri: String::new(),
        token_endpoint_auth_signing_alg: "EdDSA".into(),
        subject_type: "pairwise".into(),
        sector_identifier_uri: link("sector.json"),
        userinfo_signed_response_alg: "ES256".into(),
        default_max_age: "3600".into(),
        require_auth_time: true,
        initiate_login_uri: link("login"),
        request_uris: vec![link("request#1")],
        request_object_signing_alg: "EdDSA".into(),
        require_signed_request_object: true,
        require_pushed_authorization_requests: true,
        require_issuer_audience: true,
        access_token_format: "jwt".into(),
        backchannel_logout_uri: link("back"),
        backchannel_logout_session_required: true,
        frontchannel_logout_uri: link("front"),
        frontchannel_logout_session_required: true,
    }
}

fn fields(draft: &ProtocolDraft, usual: ClientMetadata) -> Vec<&'static str> {
    let errors = check(draft, usual).map_or_else(|errors| errors.0, |_| Vec::new());
    errors.into_iter().map(|error| error.field).collect()
}

#[test]
fn what_is_right_is_kept_as_it_was_typed() {
    let kept = check(&full(), web()).unwrap();
    assert_eq!(ProtocolDraft::of(&kept), full());
    assert_eq!(check(&ProtocolDraft::default(), web()).unwrap(), web(), "nothing is nothing unusual");
    assert_eq!(check(&ProtocolDraft::of(&web()), web()).unwrap(), web());
}

#[test]
fn what_is_wrong_is_said_beside_its_field() {
    type Change = fn(&mut ProtocolDraft);
    let cases: &[(&[&str], Change)] = &[
        (&["application_type"], |it| it.application_type = "desktop".into()),
        (&["localized"], |it| drop(it.localized.insert("client_name#".into(), "x".into()))),
        (&["localized"], |it| drop(it.localized.insert("client_name#de_DE".into(), "x".into()))),
        (&["localized"], |it| drop(it.localized.insert("client_name#de".into(), "a\nb".into()))),
        (&["localized"], |it| drop(it.localized.insert("tos_uri#de".into(), "javascript:x".into()))),
        (&["logo_uri"], |it| it.logo_uri = "data:image/png,x".into()),
        (&["contacts"], |it| it.contacts = vec!["x".repeat(201)]),
        (&["contacts"], |it| it.contacts = vec!["x".into(); 51]),
        (&["software_id"], |it| it.software_id = "a\nb".into()),
        (&["jwks"], |it| it.jwks = "{".into()),
        (&["jwks"], |it| it.jwks = r#"{"keys":[{"kty":"oct","k":"AQ"}]}"#.into()),
        (&["jwks_uri"], |it| it.jwks_uri = "https://notes.example/jwks".into()),
        (&["jwks_uri"], |it| it.jwks_uri = "http://notes.example/jwks".into()),
        (&["token_endpoint_auth_signing_alg"], |it| it.token_endpoint_auth_signing_alg = "none".into()),
        (&["subject_type"], |it| it.subject_type = "secret".into()),
        (&["sector_identifier_uri"], |it| it.sector_identifier_uri = "http://notes.example/x".into()),
        (&["userinfo_signed_response_alg"], |it| it.userinfo_signed_response_alg = "none".into()),
        (&["userinfo_signed_response_alg"], |it| it.userinfo_signed_response_alg = "HS256".into()),
        (&["default_max_age"], |it| it.default_max_age = "-1".into()),
        (&["default_max_age"], |it| it.default_max_age = "+1".into()),
        (&["default_max_age"], |it| it.default_max_age = "1h".into()),
        (&["initiate_login_uri"], |it| it.initiate_login_uri = "http://notes.example/login".into()),
        (&["request_uris"], |it| it.request_uris = vec!["http://notes.example/r".into()]),
        (&["request_uris"], |it| it.request_uris = vec!["r".into()]),
        (&["request_object_signing_alg"], |it| it.request_object_signing_alg = "none".into()),
        (&["backchannel_logout_uri"], |it| it.backchannel_logout_uri = "https://notes.example/x#y".into()),
        (&["frontchannel_logout_uri"], |it| it.frontchannel_logout_uri = "https://other.example/x".into()),
    ];
    for (i, (expected, change)) in cases.iter().enumerate() {
        let mut draft = full();
        change(&mut draft);
        assert_eq!(&fields(&draft, web()), expected, "case {i}");
    }
}

#[test]
fn what_is_signed_can_be_checked() {
    let pinned = |method| ClientMetadata { auth_method: Some(method), ..web() };
    let with_keys = ProtocolDraft { jwks: KEYS.into(), ..ProtocolDraft::default() };
    let none = ProtocolDraft::default();
    assert_eq!(fields(&with_keys, pinned(AuthMethod::PrivateKeyJwt)), [""; 0]);
    assert_eq!(fields(&none, pinned(AuthMethod::PrivateKeyJwt)), ["jwks_uri"]);
    for (method, algorithm, fits) in [
        (AuthMethod::PrivateKeyJwt, "PS256", true),
        (AuthMethod::PrivateKeyJwt, "HS256", false),
        (AuthMethod::ClientSecretJwt, "HS512", true),
        (AuthMethod::ClientSecretJwt, "RS256", false),
    ] {
        let draft = ProtocolDraft { token_endpoint_auth_signing_alg: algorithm.into(), ..with_keys.clone() };
        assert_eq!(fields(&draft, pinned(method)).is_empty(), fits, "{method} {algorithm}");
    }
    let objects =
        |algorithm: &str| ProtocolDraft { request_object_signing_alg: algorithm.into(), ..none.clone() };
    let public = || ClientMetadata { client_type: ClientType::Public, ..web() };
    assert_eq!(fields(&objects("HS256"), web()), [""; 0]);
    assert_eq!(fields(&objects("HS256"), public()), ["request_object_signing_alg"]);
    assert_eq!(fields(&objects("RS256"), web()), ["request_object_signing_alg"]);
    let signed = ProtocolDraft { require_signed_request_object: true, ..none };
    assert_eq!(fields(&signed, web()), ["require_signed_request_object"]);
}

#[test]
fn pairwise_takes_one_sector_and_a_private_scheme_a_native_app() {
    let pairwise = ProtocolDraft { subject_type: "pairwise".into(), ..ProtocolDraft::default() };
    let two = || usual(&["https://a.example/cb", "https://b.example/cb"]);
    assert_eq!(fields(&pairwise, web()), [""; 0]);
    assert_eq!(fields(&pairwise, two()), ["sector_identifier_uri"]);
    let sector_identifier_uri = "https://a.example/sector.json".into();
    assert_eq!(fields(&ProtocolDraft { sector_identifier_uri, ..pairwise }, two()), [""; 0]);

    let native = |kind: &str| ProtocolDraft { application_type: kind.into(), ..ProtocolDraft::default() };
    let private = || usual(&["com.example.notes:/cb"]);
    assert_eq!(fields(&native("native"), private()), [""; 0]);
    assert_eq!(fields(&native("web"), private()), ["redirect_uris"]);
    assert_eq!(fields(&native("native"), web()), [""; 0], "claimed https (RFC 8252 section 7.2)");
}
