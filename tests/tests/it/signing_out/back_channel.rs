//! P14: logout tokens (OIDC Back-Channel Logout 1.0), as an app gets them.

use std::collections::HashSet;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JsonWebKeyId};
use postern_tests::{
    Browser, Engine, Instance, OAuthClient, Registration, Request, Tokens, on_both_databases,
};
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::sign_in_too;

/// A server that may call this machine, and apps that listen there.
struct Place {
    instance: Instance,
    receiver: Receiver,
}

impl Place {
    async fn set(engine: Engine) -> Self {
        let instance = Instance::start_with(engine, &[("outbound.allow", "127.0.0.0/8")]).await;
        Self { instance, receiver: Receiver::start().await }
    }

    fn app(&self, name: &str) -> OAuthClient {
        let uri = self.receiver.uri(name);
        let registration = Registration::confidential().with(&["--backchannel-logout-uri", &uri]);
        self.instance.client(&registration.with(&["--post-logout-redirect-uri", "https://app.example/bye"]))
    }

    /// Header and claims of a token, if its signature is that of a key which the server publishes.
    async fn read(&self, token: &str) -> (Value, Value) {
        let (message, signature) = token.rsplit_once('.').expect("a signature");
        let part = |part: &str| -> Value {
            serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
        };
        let (header, claims) = message.split_once('.').map(|(a, b)| (part(a), part(b))).expect("two parts");
        let wire = self.instance.wire();
        let jwks = wire.send(Request::get("/.well-known/jwks.json")).await.expect(200).json();
        let kid = JsonWebKeyId::new(header["kid"].as_str().expect("a kid").to_owned());
        let keys = jwks["keys"].as_array().expect("keys").iter();
        let mut keys = keys.filter_map(|key| serde_json::from_value::<CoreJsonWebKey>(key.clone()).ok());
        let key = keys.find(|key| key.key_id() == Some(&kid)).expect("a published key");
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        key.verify_signature(&CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, message.as_bytes(), &signature)
            .expect("its signature");
        (header, claims)
    }

    /// Fails unless a token is one that tells `app` of the end of the session in which it got `tokens`; answers its `jti`.
    async fn assert_tells(&self, token: &str, app: &OAuthClient, tokens: &Tokens) -> String {
        let (header, claims) = self.read(token).await;
        assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &json!("RS256")));
        let known = tokens.claims();
        for (name, expected) in [("iss", &json!(app.wire().issuer())), ("aud", &json!(app.id))] {
            assert_eq!(&claims[name], expected);
        }
        assert_eq!((&claims["sub"], &claims["sid"]), (&known["sub"], &known["sid"]));
        assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
        let (from, to) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        assert!(from < to && to - from <= 120 && from >= known["iat"].as_i64().unwrap(), "{claims}");
        let mut names: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["aud", "events", "exp", "iat", "iss", "jti", "sid", "sub"]);
        claims["jti"].as_str().expect("a jti").to_owned()
    }
}

/// Presses *Sign out* in the menu.
async fn sign_out(browser: &Browser) {
    let page = browser.open("/").await.expect(200);
    let _ = browser.submit(&page, &page.form("/logout")).await.expect(200);
}

on_both_databases! {
    async fn every_app_of_the_session_gets_a_token_that_holds(engine: Engine) {
        let place = Place::set(engine).await;
        let (notes, maps, unused) = (place.app("notes"), place.app("maps"), place.app("unused"));
        let person = place.instance.person();
        let browser = place.instance.browser_of(&person).await;
        let (of_notes, of_maps) = (notes.tokens(&browser).await, maps.tokens(&browser).await);
        sign_out(&browser).await;
        let mut jtis = HashSet::new();
        for (name, app, tokens) in [("notes", &notes, &of_notes), ("maps", &maps, &of_maps)] {
            let told = place.receiver.told(name, 1).await;
            jtis.insert(place.assert_tells(told[0].token(), app, tokens).await);
        }
        assert_eq!(jtis.len(), 2);
        // It proves nothing here: it is no id_token and no access token.
        let told = place.receiver.in_the_end("notes").await;
        assert_eq!(told.len(), 1, "told again though it had answered");
        let token = told[0].token();
        let hint = Request::get("/v1/oauth2/logout").query([("id_token_hint", token)]);
        assert_eq!(place.instance.wire().send(hint).await.status, 400);
        assert_eq!(notes.userinfo(token).await.status, 401);
        assert!(place.receiver.in_the_end("unused").await.is_empty(), "{} got no id_token there", unused.id);
    }

    async fn an_app_that_answers_500_is_told_again(engine: Engine) {
        let place = Place::set(engine).await;
        let app = place.app("notes");
        let browser = place.instance.browser_of(&place.instance.person()).await;
        let tokens = app.tokens(&browser).await;
        place.receiver.fail("notes", 1);
        sign_out(&browser).await;
        let told = place.receiver.told("notes", 2).await;
        let mut jtis = HashSet::new();
        for one in &told {
            jtis.insert(place.assert_tells(one.token(), &app, &tokens).await);
        }
        assert_eq!(jtis.len(), 2, "a receiver that remembers tokens would not take the second");
        let waited = told[1].at - told[0].at;
        assert!(waited > Duration::from_secs(3), "again after {waited:?}");
        assert_eq!(place.receiver.in_the_end("notes").await.len(), 2);
    }

    async fn a_notice_outlives_the_server(engine: Engine) {
        let place = Place::set(engine).await;
        let app = place.app("notes");
        let browser = place.instance.browser_of(&place.instance.person()).await;
        let tokens = app.tokens(&browser).await;
        place.receiver.fail("notes", 1);
        sign_out(&browser).await;
        let _ = place.receiver.told("notes", 1).await;
        while place.instance.database().number("SELECT count(*) FROM logout_notices WHERE status = 500").await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        place.instance.kill();
        place.instance.restart();
        place.instance.wait_until_ready().await;
        let told = place.receiver.told("notes", 2).await;
        let _ = place.assert_tells(told[1].token(), &app, &tokens).await;
    }

    async fn only_the_session_that_ends_is_told_of(engine: Engine) {
        let place = Place::set(engine).await;
        let (notes, maps, gone) = (place.app("notes"), place.app("maps"), place.app("gone"));
        let (ada, bob) = (place.instance.person(), place.instance.person());
        let browser = place.instance.browser_of(&ada).await;
        let adas = notes.tokens(&browser).await;
        let _ = gone.tokens(&browser).await;
        sign_in_too(&browser, &bob).await;
        let (bobs, bobs_maps) = (notes.tokens(&browser).await, maps.asking("openid").tokens(&browser).await);
        assert_ne!(adas.claims()["sid"], bobs.claims()["sid"]);
        assert_eq!(place.instance.cli(&["client", "delete", &gone.id]).code, 0);
        // The app signs out Ada, who is not the one in use.
        let asked = Request::get("/v1/oauth2/logout").query([("id_token_hint", adas.id.as_str())]);
        let _ = browser.follow(browser.send(asked).await).await.expect(200);
        let told = place.receiver.told("notes", 1).await;
        let _ = place.assert_tells(told[0].token(), &notes, &adas).await;
        assert!(place.receiver.in_the_end("maps").await.is_empty(), "Bob's session goes on");
        assert!(browser.is_signed_in().await);
        sign_out(&browser).await;
        let told = place.receiver.told("notes", 2).await;
        let _ = place.assert_tells(told[1].token(), &notes, &bobs).await;
        let told = place.receiver.told("maps", 1).await;
        let _ = place.assert_tells(told[0].token(), &maps, &bobs_maps).await;
        assert!(place.receiver.in_the_end("gone").await.is_empty(), "a client was told that was deleted");
        for (app, tokens) in [(&notes, &adas), (&notes, &bobs), (&maps, &bobs_maps)] {
            // Signing out ends sessions. Connected apps keep their access, with and without offline_access.
            let _ = Tokens::read(&app.refresh(&tokens.refresh).await);
        }
    }
}
