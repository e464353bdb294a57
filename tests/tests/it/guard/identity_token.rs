//! `guard.identity_token`: what an API behind the guard can prove to itself.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JsonWebKeyId};
use postern_tests::Request;
use serde_json::Value;

use super::scene::{Scene, about, guard, send, token};
use super::upstream::upstream;

/// Header and claims, if the signature is that of a key which the instance publishes.
async fn read(scene: &Scene, jwt: &str) -> (Value, Value) {
    let (message, signature) = jwt.rsplit_once('.').expect("a signature");
    let part = |part: &str| -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
    };
    let (header, claims) = message.split_once('.').map(|(a, b)| (part(a), part(b))).expect("two parts");
    let jwks = scene.instance.wire().send(Request::get("/.well-known/jwks.json")).await.expect(200).json();
    let kid = JsonWebKeyId::new(header["kid"].as_str().expect("a kid").to_owned());
    let keys = jwks["keys"].as_array().expect("keys").iter();
    let mut keys = keys.filter_map(|key| serde_json::from_value::<CoreJsonWebKey>(key.clone()).ok());
    let key = keys.find(|key| key.key_id() == Some(&kid)).expect("a published key");
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    key.verify_signature(&CoreJwsSigningAlgorithm::EcdsaP256Sha256, message.as_bytes(), &signature)
        .expect("its signature");
    (header, claims)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_says_who_asks_and_is_good_for_nothing_else() {
    let scene = Scene::new(&[("guard.identity_token", "true"), ("guard.identity_lifetime", "2m")]).await;
    let wire = scene.instance.wire();
    let chief = scene.instance.administrator();
    let for_others = ["--user", chief.username.as_str(), "--scope", "openid users:impersonate"];
    let for_others = token(&scene.instance, &for_others);
    let asked = about("GET", "/books?a=b").bearer(&for_others).header("contextUser", &scene.person.username);
    let jwt = wire.send(asked).await.expect(200).header("x-auth-identity-token").to_owned();
    let (header, claims) = read(&scene, &jwt).await;
    assert_eq!((&header["alg"], &header["typ"]), (&"ES256".into(), &"postern-identity+jwt".into()));
    assert_eq!(claims["iss"], wire.issuer());
    assert_eq!(claims["aud"], "https://api.example.com");
    assert_eq!(claims["sub"], scene.person.id.as_str());
    assert_eq!(claims["act"]["sub"], chief.id.as_str());
    assert_eq!(claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(120));

    for request in [about("GET", "/"), Request::get("/v1/oauth2/userinfo"), Request::get("/v1/users/me")] {
        assert_eq!(wire.send(request.bearer(&jwt)).await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_reaches_the_api_and_none_of_a_client_does() {
    let audience = ("guard.identity_audience", "urn:books");
    let scene = Scene::new(&[("guard.identity_token", "true"), audience]).await;
    let (_program, address) = guard(&scene.instance, upstream().await);
    let token = scene.token(&[]);
    let own = "x-auth-identity-token: own\r\nX_Auth_Identity_Token: own";
    let ask = || {
        let head = format!("GET / HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer {token}\r\n{own}");
        let (status, text) = send(address, &head, b"");
        assert_eq!(status, 200, "{text}");
        assert!(!text.contains("own"), "{text}");
        let line = text.lines().find_map(|line| line.strip_prefix("x-auth-identity-token: "));
        line.expect("an identity token").trim().to_owned()
    };
    let jwt = ask();
    let (_, claims) = read(&scene, &jwt).await;
    assert_eq!((&claims["aud"], &claims["sub"]), (&"urn:books".into(), &scene.person.id.as_str().into()));
    assert_eq!(ask(), jwt, "one signature does for many requests");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_setting_there_is_none() {
    let scene = Scene::new(&[]).await;
    let (_program, address) = guard(&scene.instance, upstream().await);
    let token = scene.token(&[]);
    let answer = scene.instance.wire().send(about("GET", "/").bearer(&token)).await.expect(200);
    assert_eq!(answer.header("x-auth-identity-token"), "", "a reverse proxy that copies it copies nothing");
    let own = format!(
        "GET / HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer {token}\r\nx-auth-identity-token: own"
    );
    let (status, text) = send(address, &own, b"");
    assert!(status == 200 && !text.contains("x-auth-identity-token"), "{text}");
}
