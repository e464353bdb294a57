//! Apps and APIs that ask how somebody signed in (RFC 9470).

use postern_tests::{
    Browser, Engine, Instance, OAuthClient, Registration, Request, Tokens, on_both_databases,
};
use serde_json::{Value, json};

use crate::second_step::Owner;

const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password";
const MULTI_FACTOR: &str = "https://refeds.org/profile/mfa";

/// What introspection says of the sign-in behind a token.
async fn sign_in_behind(client: &OAuthClient, token: &str) -> (Value, Value) {
    let facts = client.introspect(token).await.expect(200).json();
    assert_eq!(facts["active"], true, "{facts}");
    (facts["acr"].clone(), facts["auth_time"].clone())
}

/// Signs in for an app that would rather have two factors.
async fn wishing(client: &OAuthClient, browser: &Browser) -> Tokens {
    let asked = client.authorization().with("acr_values", MULTI_FACTOR);
    let callback = browser.authorize(&asked).await;
    Tokens::read(&client.redeem(callback.code(), asked.verifier.as_deref()).await)
}

/// What a reverse proxy asks about a request to the API.
fn about(target: &str, token: &str) -> Request {
    Request::get("/v1/guard")
        .header("x-forwarded-method", "GET")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "api.example.com")
        .header("x-forwarded-uri", target)
        .bearer(token)
}

on_both_databases! {
    async fn introspection_says_how_somebody_signed_in(instance: &Instance) {
        let browser = instance.browser_of(&instance.person()).await;
        let client = instance.client(&Registration::confidential());
        let tokens = wishing(&client, &browser).await;
        let said = (json!(PASSWORD), tokens.claims()["auth_time"].clone());
        assert!(said.1.is_i64() && tokens.claims()["acr"] == PASSWORD, "{:?}", tokens.claims());
        assert_eq!(sign_in_behind(&client, &tokens.access).await, said);
        assert_eq!(sign_in_behind(&client, &tokens.refresh).await, said);
        let newer = Tokens::read(&client.refresh(&tokens.refresh).await);
        assert_eq!(sign_in_behind(&client, &newer.access).await, said);
        // Whoever has no second factor is not asked for it, and a client that must have it is told.
        let must = json!({"id_token": {"acr": {"essential": true, "value": MULTI_FACTOR}}});
        let refused = browser.authorize(&client.authorization().with("claims", &must.to_string())).await;
        assert_eq!(refused.get("error"), "unmet_authentication_requirements", "{refused:?}");
    }

    async fn a_session_that_proved_less_is_asked_for_the_second_step(engine: Engine) {
        let instance = Instance::start(engine).await;
        let owner = Owner::of(&instance).await;
        let client = instance.client(&Registration::confidential());
        instance.database().execute("UPDATE sessions SET amr = '[\"pwd\"]'").await;
        instance.restart();
        instance.wait_until_ready().await;
        let (browser, client) = (owner.browser.on(&instance), client.on(&instance));
        let plain = client.tokens(&browser).await;
        assert_eq!(sign_in_behind(&client, &plain.access).await.0, PASSWORD);
        let asked = client.authorization().with("acr_values", MULTI_FACTOR);
        let page = browser.open(&asked.target()).await.expect(200);
        let page = browser.fill_sign_in(&page, &owner.person.username, &owner.person.password).await;
        assert_eq!(page.url.path(), "/login/second-step", "{page:?}");
        let form = page.form("/login/second-step").fill("code", &owner.code(0));
        let back = browser.submit(&page, &form).await;
        let callback = browser.finish(back, "allow").await;
        let tokens = Tokens::read(&client.redeem(callback.code(), asked.verifier.as_deref()).await);
        assert_eq!(sign_in_behind(&client, &tokens.access).await.0, MULTI_FACTOR);
        // What was proved before stays what it was.
        assert_eq!(sign_in_behind(&client, &plain.access).await.0, PASSWORD);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guard_asks_for_a_sign_in_that_is_strong_enough() {
    let instance = Instance::set_up(Engine::Sqlite, &[("trusted_proxies", "127.0.0.0/8")]);
    let settings = format!(
        "[[guard.routes]]\npattern = '.*/money/.*'\nacr_values = ['{MULTI_FACTOR}']\nmax_age = '15m'\n\
         [[guard.routes]]\npattern = '.*'\n"
    );
    std::fs::write(instance.folder().join("postern.toml"), settings).unwrap();
    instance.restart();
    instance.wait_until_ready().await;
    let owner = Owner::of(&instance).await;
    let client = instance.client(&Registration::confidential());
    let strong = client.tokens(&owner.browser).await.access;
    let weak = client.tokens(&instance.browser_of(&instance.person()).await).await.access;
    let made =
        instance.cli(&["token", "create", "--name", "script", "--user", &owner.person.username]).json();
    let script = made["token"].as_str().unwrap();
    instance.secrets().add(script);
    let wire = instance.wire();
    for token in [strong.as_str(), &weak, script] {
        assert_eq!(wire.send(about("/books/1", token)).await.status, 200);
    }
    assert_eq!(wire.send(about("/money/1", &strong)).await.status, 200);
    for token in [weak.as_str(), script] {
        let answer = wire.send(about("/money/1", token)).await;
        assert_eq!(answer.status, 401, "{answer:?}");
        assert_eq!(answer.json()["code"], "insufficient_user_authentication");
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.starts_with("Bearer realm=\"postern\", error=\"insufficient_user_authentication\", "),
            "{challenge}"
        );
        assert!(
            challenge.ends_with(&format!(", acr_values=\"{MULTI_FACTOR}\", max_age=\"900\"")),
            "{challenge}"
        );
    }
}
