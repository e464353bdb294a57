//! Who has fetched the signing keys is known before they are rotated.

use std::time::Duration;

use postern_tests::{Engine, Instance, Request, on_both_databases};
use serde_json::Value;

const JWKS: &str = "/.well-known/jwks.json";
const PAGE: &str = "/admin/keys";

/// Fetches the keys as `agent` from `address`, as far as the server believes that.
async fn fetch(instance: &Instance, agent: &str, address: &str) {
    let request = Request::get(JWKS).header("user-agent", agent).header("x-forwarded-for", address);
    let answer = instance.wire().send(request).await.expect(200);
    let known = Request::get(JWKS)
        .header("user-agent", agent)
        .header("x-forwarded-for", address)
        .header("if-none-match", answer.header("etag"));
    assert_eq!(instance.wire().send(known).await.status, 304);
}

/// Whoever the command line knows by this program.
fn fetchers(instance: &Instance, program: &str) -> Vec<Value> {
    let all = instance.cli(&["key", "fetches"]).json();
    all["items"].as_array().unwrap().iter().filter(|it| it["program"] == program).cloned().collect()
}

on_both_databases! {
    async fn who_fetched_the_keys_is_known_before_they_are_rotated(engine: Engine) {
        let instance = Instance::start_with(engine, &[("trusted_proxies", "127.0.0.0/8")]).await;
        let administrator = instance.administrator();
        let browser = instance.browser_of(&administrator).await;
        let page = browser.open(PAGE).await.expect(200);
        assert!(page.text().contains("Who has fetched them"), "{}", page.document().text());
        fetch(&instance, "rp/1.0 (first)", "192.0.2.7").await;
        fetch(&instance, "rp/1.0 (again)", "192.0.2.7").await;
        fetch(&instance, "six", "2001:db8:1:2::3").await;
        // By itself, within seconds.
        let mut tries = 0;
        while fetchers(&instance, "six").is_empty() {
            tries += 1;
            assert!(tries < 40, "{:?}", instance.cli(&["key", "fetches"]));
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert_eq!(fetchers(&instance, "six")[0]["address"], "2001:db8:1:2::/64");
        // What is not written down yet is at a stop.
        fetch(&instance, "late", "192.0.2.8").await;
        let status = instance.stop(Duration::from_secs(15)).await;
        assert!(status.expect("an end").success(), "{}", instance.log());
        let rp = &fetchers(&instance, "rp/1.0")[0];
        assert_eq!(
            (&rp["address"], &rp["fetches"], &rp["has_next"]),
            (&"192.0.2.7".into(), &4.into(), &true.into())
        );
        assert_eq!(fetchers(&instance, "late")[0]["fetches"], 2);
        instance.restart();
        instance.wait_until_ready().await;
        let made = ["token", "create", "--user", &administrator.username, "--name", "keys", "--scope", "instance:admin"];
        let token = instance.cli(&made).json()["token"].as_str().unwrap().to_owned();
        instance.secrets().add(&token);
        let listed = Request::get("/v1/admin/keys/fetches").bearer(&token);
        let listed = instance.wire().send(listed).await.expect(200).json();
        assert!(listed["items"].as_array().unwrap().contains(rp), "{listed}");
        let page = browser.open(PAGE).await.expect(200);
        assert!(page.text().contains("192.0.2.7") && !page.text().contains("do not have the next keys yet"));
        let rotated = instance.cli(&["key", "rotate"]);
        assert!(rotated.code == 0 && rotated.stderr.is_empty(), "{rotated:?}");
        assert_eq!(fetchers(&instance, "late")[0]["has_next"], false);
        let again = instance.cli(&["key", "rotate"]);
        assert!(again.code == 0 && again.stderr.contains("3 of the programs"), "{again:?}");
        let page = browser.open(PAGE).await.expect(200);
        assert!(page.text().contains("3 programs that fetched the keys"), "{}", page.document().text());
    }
}
