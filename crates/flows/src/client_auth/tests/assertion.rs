use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{AssertionAlgorithm, ClientKeySet, WebUrl};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::client_jwt::testing::{OTHERS, PAIRS, message, with_secret};
use crate::{Config, config};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ISSUER: &str = "http://localhost:8080";

async fn party(method: AuthMethod) -> Party {
    Party::with(|metadata| {
        metadata.auth_method = Some(method);
        metadata.jwks = Some(PAIRS.public());
    })
    .await
}

/// The claims of an honest assertion; each has a `jti` of its own.
fn claims(party: &Party) -> Value {
    let now = party.app.clock.now().0;
    let jti: uuid::Uuid = party.app.new_id::<postern_domain::ClientId>().0;
    json!({"iss": ID, "sub": ID, "aud": ISSUER, "jti": jti, "iat": now, "exp": now + 60})
}

fn asserted(assertion: &str) -> Params {
    form(&[("client_assertion_type", TYPE), ("client_assertion", assertion)])
}

async fn code(party: &Party, assertion: &str) -> String {
    code_of(with(party, &[], &asserted(assertion)).await)
}

/// An honest assertion after a change of its claims.
fn changed(party: &Party, change: impl FnOnce(&mut Value)) -> String {
    let mut claims = claims(party);
    change(&mut claims);
    PAIRS.sign(&json!({"alg": "RS256", "kid": "rsa"}), &claims)
}

#[tokio::test]
async fn a_key_of_any_kind_proves_a_client() {
    let party = party(AuthMethod::PrivateKeyJwt).await;
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "EdDSA"] {
        let assertion = PAIRS.sign(&json!({ "alg": algorithm }), &claims(&party));
        assert_eq!(code(&party, &assertion).await, "private_key_jwt", "{algorithm}");
    }
    for header in [
        json!({"alg": "RS256", "kid": "rsa", "typ": "JWT"}),
        json!({"alg": "ES256", "kid": "ec", "typ": "application/client-authentication+jwt"}),
        // A key that is brought along is not looked at.
        json!({"alg": "RS256", "jku": "https://attacker.example/jwks", "jwk": OTHERS.public().as_value()["keys"][0]}),
    ] {
        assert_eq!(code(&party, &PAIRS.sign(&header, &claims(&party))).await, "private_key_jwt", "{header}");
    }
    let named = asserted(&PAIRS.sign(&json!({"alg": "RS256"}), &claims(&party))).with("client_id", ID);
    assert_eq!(code_of(with(&party, &[], &named).await), "private_key_jwt");
}

#[tokio::test]
async fn what_somebody_else_signed_proves_nobody() {
    let party = party(AuthMethod::PrivateKeyJwt).await;
    let claims = || claims(&party);
    let none = |alg: &str| format!("{}.", message(&json!({ "alg": alg }), &claims()));
    let right = PAIRS.sign(&json!({"alg": "RS256"}), &claims());
    let (body, signature) = right.rsplit_once('.').unwrap();
    let rsa = json!({"alg": "RS256"});
    let der = PAIRS.rsa_der();
    let with_header = |header: Value| PAIRS.sign(&header, &claims());
    for (what, assertion) in [
        ("none", none("none")),
        ("None", none("None")),
        ("nOnE", none("nOnE")),
        ("nothing", none("")),
        ("no signature", format!("{body}.")),
        ("two parts", body.to_owned()),
        ("four parts", format!("{right}.{signature}")),
        ("JWE", format!("{right}.a.b")),
        ("padded", format!("{right}==")),
        ("another's key", OTHERS.sign(&rsa, &claims())),
        (
            "another's key and header jwk",
            OTHERS.sign(&json!({"alg": "RS256", "jwk": OTHERS.public().as_value()["keys"][0]}), &claims()),
        ),
        ("jku", OTHERS.sign(&json!({"alg": "RS256", "jku": "http://127.0.0.1:9/jwks"}), &claims())),
        ("x5u", OTHERS.sign(&json!({"alg": "RS256", "x5u": "http://127.0.0.1:9/x"}), &claims())),
        ("a code by the public key", with_secret(&der, &json!({"alg": "HS256"}), &claims())),
        (
            "a code by the public key, and its kid",
            with_secret(&der, &json!({"alg": "HS256", "kid": "rsa"}), &claims()),
        ),
        ("a code by the secret", with_secret(party.secret.as_bytes(), &json!({"alg": "HS256"}), &claims())),
        ("kid of another kind", with_header(json!({"alg": "RS256", "kid": "ec"}))),
        ("kid of nobody", with_header(json!({"alg": "RS256", "kid": "../../dev/null"}))),
        ("kid of SQL", with_header(json!({"alg": "RS256", "kid": "' OR 1=1 --"}))),
        ("crit", with_header(json!({"alg": "RS256", "crit": ["exp"]}))),
        ("b64", with_header(json!({"alg": "RS256", "b64": false}))),
        ("typ of a logout token", with_header(json!({"alg": "RS256", "typ": "logout+jwt"}))),
        ("typ of an access token", with_header(json!({"alg": "RS256", "typ": "at+jwt"}))),
        ("other claims under the signature", {
            let other = message(&rsa, &json!({"iss": "other"}));
            format!("{other}.{signature}")
        }),
        ("long", "a".repeat(40_000)),
    ] {
        assert_eq!(code(&party, &assertion).await, "invalid_client", "{what}");
    }
}

#[tokio::test]
async fn every_claim_counts() {
    let party = party(AuthMethod::PrivateKeyJwt).await;
    let now = party.app.clock.now().0;
    let row = |name: &'static str, value: Value| {
        (format!("{name} = {value}"), changed(&party, |claims| claims[name] = value))
    };
    let without = |name: &'static str| {
        let remove = |claims: &mut Value| drop(claims.as_object_mut().unwrap().remove(name));
        (format!("no {name}"), changed(&party, remove))
    };
    let good = [
        row("aud", json!([ISSUER])),
        row("aud", json!(format!("{ISSUER}/v1/oauth2/token"))),
        row("exp", json!(now + 1)),
        row("exp", json!((now as f64) + 30.5)),
        row("exp", json!(now + 3_600)),
        row("iat", json!(now + 8)),
        row("nbf", json!(now + 8)),
        row("nbf", json!(now - 9_000)),
        without("iat"),
    ];
    for (what, assertion) in good {
        assert_eq!(code(&party, &assertion).await, "private_key_jwt", "{what}");
    }
    let bad = [
        row("iss", json!("other")),
        row("sub", json!("other")),
        row("iss", json!([ID])),
        row("aud", json!("https://other.example")),
        row("aud", json!(format!("{ISSUER}/"))),
        row("aud", json!([ISSUER, "https://other.example"])),
        row("aud", json!([ISSUER, ISSUER])),
        row("aud", json!([])),
        row("aud", json!({"0": ISSUER})),
        row("aud", json!(format!("{ISSUER}/v1/oauth2/par"))),
        row("exp", json!(now)),
        row("exp", json!(now - 1)),
        row("exp", json!(now + 9_000)),
        row("exp", json!((now + 60).to_string())),
        row("exp", json!(1e300)),
        row("exp", json!(true)),
        row("exp", Value::Null),
        row("iat", json!(now + 61)),
        row("iat", json!("now")),
        row("nbf", json!(now + 61)),
        row("jti", json!("")),
        row("jti", json!("a".repeat(300))),
        row("jti", json!(7)),
        without("iss"),
        without("sub"),
        without("aud"),
        without("exp"),
        without("jti"),
    ];
    for (what, assertion) in bad {
        assert_eq!(code(&party, &assertion).await, "invalid_client", "{what}");
    }
    let twice = format!(
        r#"{{"iss":"{ID}","sub":"{ID}","sub":"{ID}","aud":"{ISSUER}","jti":"t","exp":{}}}"#,
        now + 60
    );
    let message =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#), URL_SAFE_NO_PAD.encode(twice));
    assert_eq!(code(&party, &format!("{message}.AAAA")).await, "invalid_client");
}

#[tokio::test]
async fn a_strict_client_names_the_issuer() {
    let mut party = party(AuthMethod::PrivateKeyJwt).await;
    party.reregister(|metadata| metadata.require_issuer_audience = true).await;
    let to_the_endpoint =
        changed(&party, |claims| claims["aud"] = json!(format!("{ISSUER}/v1/oauth2/token")));
    assert_eq!(code(&party, &to_the_endpoint).await, "invalid_client");
    assert_eq!(code(&party, &changed(&party, |_| ())).await, "private_key_jwt");
}

#[tokio::test]
async fn the_form_of_the_request_counts() {
    let party = party(AuthMethod::PrivateKeyJwt).await;
    let right = || PAIRS.sign(&json!({"alg": "RS256"}), &claims(&party));
    let basic = basic(ID, SECRET);
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    let table: [(Params, &[&str], &str); 8] = [
        (form(&[("client_assertion", &right())]), &[], "invalid_client"),
        (form(&[("client_assertion_type", TYPE)]), &[], "invalid_client"),
        (form(&[("client_assertion_type", ""), ("client_assertion", &right())]), &[], "invalid_client"),
        (form(&[("client_assertion_type", saml), ("client_assertion", &right())]), &[], "invalid_client"),
        (asserted(&right()).with("client_secret", &party.secret), &[], "invalid_request"),
        (asserted(&right()).with("client_id", "other"), &[], "invalid_request"),
        (asserted(&right()), &[&basic], "invalid_request"),
        (asserted(&right()).with("client_id", ID), &[], "private_key_jwt"),
    ];
    for (params, headers, expected) in table {
        assert_eq!(code_of(with(&party, headers, &params).await), expected, "{params:?}");
    }
    for method in [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretJwt] {
        let other = super::assertion::party(method).await;
        let assertion = PAIRS.sign(&json!({"alg": "RS256"}), &claims(&other));
        assert_eq!(code(&other, &assertion).await, "invalid_client", "{method}");
    }
}

#[tokio::test]
async fn an_assertion_counts_once() {
    let party = party(AuthMethod::PrivateKeyJwt).await;
    let once = PAIRS.sign(&json!({"alg": "ES256"}), &claims(&party));
    let tries = (0..50).map(|_| {
        let (app, form) = (Arc::clone(&party.app.app), asserted(&once));
        tokio::spawn(async move { authenticate(&app, party::sender(&form)).await.is_ok() })
    });
    let tries: Vec<_> = tries.collect();
    let mut good = 0;
    for one in tries {
        good += usize::from(one.await.unwrap());
    }
    assert_eq!(good, 1);
    assert_eq!(code(&party, &once).await, "invalid_client");
    assert_eq!(
        code(&party, &changed(&party, |claims| claims["jti"] = json!("seven"))).await,
        "private_key_jwt"
    );
    assert_eq!(
        code(&party, &changed(&party, |claims| claims["jti"] = json!("seven"))).await,
        "invalid_client"
    );
}

#[tokio::test]
async fn a_registered_algorithm_is_the_only_one() {
    let mut party = party(AuthMethod::PrivateKeyJwt).await;
    party
        .reregister(|metadata| metadata.token_endpoint_auth_signing_alg = Some(AssertionAlgorithm::Ps256))
        .await;
    for (algorithm, expected) in
        [("PS256", "private_key_jwt"), ("RS256", "invalid_client"), ("ES256", "invalid_client")]
    {
        let assertion = PAIRS.sign(&json!({ "alg": algorithm }), &claims(&party));
        assert_eq!(code(&party, &assertion).await, expected, "{algorithm}");
    }
}

#[tokio::test]
async fn a_code_made_with_the_secret_proves_a_client_that_is_registered_so() {
    let party = party(AuthMethod::ClientSecretJwt).await;
    let secret = party.secret.as_bytes();
    for algorithm in ["HS256", "HS384", "HS512"] {
        let header = json!({ "alg": algorithm });
        assert_eq!(code(&party, &with_secret(secret, &header, &claims(&party))).await, "client_secret_jwt");
        assert_eq!(code(&party, &with_secret(b"guess", &header, &claims(&party))).await, "invalid_client");
        assert_eq!(code(&party, &with_secret(b"", &header, &claims(&party))).await, "invalid_client");
    }
    let plain = form(&[("client_id", ID), ("client_secret", &party.secret)]);
    assert_eq!(code_of(with(&party, &[], &plain).await), "invalid_client");
}

/// A server that answers the public keys that it is given, and how often it was asked.
async fn keys_at(keys: Arc<std::sync::Mutex<ClientKeySet>>) -> (String, Arc<std::sync::atomic::AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap());
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let _the_request = stream.read(&mut [0; 4_096]).await;
            let body = keys.lock().unwrap().as_value().to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, asked)
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_when_the_client_has_a_new_one() {
    let keys = Arc::new(std::sync::Mutex::new(PAIRS.public()));
    let (url, asked) = keys_at(Arc::clone(&keys)).await;
    let times = || asked.load(std::sync::atomic::Ordering::SeqCst);
    let outbound = config::Outbound { allow: vec!["127.0.0.1".to_owned()], ca_file: None };
    let party = Party::configured(Config { outbound, ..Config::default() }, |metadata| {
        metadata.auth_method = Some(AuthMethod::PrivateKeyJwt);
        metadata.jwks_uri = WebUrl::parse(&url).ok();
    })
    .await;
    let by = async |kid: &str| {
        code(&party, &PAIRS.sign(&json!({"alg": "RS256", "kid": kid}), &claims(&party))).await
    };
    for _ in 0..3 {
        assert_eq!(by("rsa").await, "private_key_jwt");
    }
    assert_eq!(times(), 1);
    // Who makes up names of keys does not make the server ask each time.
    for name in ["new", "newer", "newest"] {
        assert_eq!(by(name).await, "invalid_client");
    }
    assert_eq!(times(), 1);
    party.app.advance(Lifetime::seconds(31));
    let renamed = PAIRS.public().as_value().to_string().replace("\"rsa\"", "\"new\"");
    *keys.lock().unwrap() = ClientKeySet::parse(serde_json::from_str(&renamed).unwrap()).unwrap();
    assert_eq!(by("new").await, "private_key_jwt");
    assert_eq!(by("rsa").await, "invalid_client");
    assert_eq!(times(), 2);
    party.app.advance(Lifetime::seconds(601));
    assert_eq!(by("new").await, "private_key_jwt");
    assert_eq!(times(), 3);
}
