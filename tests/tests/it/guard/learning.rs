//! What the calls of a token tell: limits are learned from them, they are replayed, and a refusal is explained by its id.

use std::time::{Duration, Instant};

use postern_tests::{Answer, Browser, Engine, Instance, Request, on_both_databases, unique};
use serde_json::json;

use super::scene::{about, token};

/// A page, once it says something: calls are written down a moment after they are answered.
async fn once(browser: &Browser, path: &str, says: &str) -> Answer {
    let begin = Instant::now();
    loop {
        let page = browser.open(path).await;
        if page.status == 200 && page.text().contains(says) {
            return page;
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "{path} never says {says:?}: {}", page.text());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn call(instance: &Instance, token: &str, method: &str, target: &str) -> Answer {
    instance.wire().send(about(method, target).bearer(token)).await
}

on_both_databases! {
    async fn limits_come_from_calls_and_refusals_are_explained(engine: Engine) {
        let instance = Instance::start_with(engine, &[("trusted_proxies", "127.0.0.0/8")]).await;
        let (person, other) = (instance.person(), instance.person());
        let owner = ["token", "create", "--name", &unique("import"), "--user", &person.username];
        let made = instance.cli(&owner).json();
        let (id, import) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
        instance.secrets().add(import);
        let browser = instance.browser_of(&person).await;
        let token_page = format!("/settings/tokens/{id}");
        let page = browser.open(&format!("{token_page}/learn")).await.expect(200);
        assert!(page.text().contains("No calls in the last 7 days"), "{}", page.text());

        // Learned from what it was used for.
        for target in ["/projects/1", "/projects/20", "/projects/20/tasks?state=open"] {
            let _ = call(&instance, import, "GET", target).await.expect(200);
        }
        let _ = call(&instance, import, "POST", "/projects").await.expect(200);
        let learn = format!("{token_page}/learn?days=1");
        let page = once(&browser, &learn, "[post]https://api\\.example\\.com/projects").await;
        for line in ["[get]https://api\\.example\\.com/projects/[0-9]+", "/projects/[0-9]+/tasks", "from 4 calls"] {
            assert!(page.text().contains(line), "{line}: {}", page.text());
        }
        let applied = browser.submit(&page, &page.form("apply").press("apply")).await;
        let applied = browser.follow(applied).await.expect(200);
        assert!(applied.text().contains("The token is saved"), "{}", applied.text());
        let _ = call(&instance, import, "GET", "/projects/7").await.expect(200);
        let refused = call(&instance, import, "DELETE", "/projects/7").await.expect(403);
        let request_id = refused.header("x-request-id").to_owned();
        assert_eq!(refused.json()["request_id"], request_id);

        // Explained by its id, to whom it concerns.
        let explained = format!("/audit/{request_id}");
        let page = once(&browser, &explained, "No limit of the token let it pass").await;
        assert!(page.text().contains("its methods don&#39;t include DELETE"), "{}", page.text());
        let pasted = browser.send(Request::get(format!("/audit?id={request_id}"))).await;
        assert_eq!((pasted.status, pasted.header("location")), (303, explained.as_str()));
        let again = browser.submit(&page, &page.form("again").press("again")).await.expect(200);
        assert!(again.text().contains("refused"), "{}", again.text());
        let stranger = instance.browser_of(&other).await;
        for path in [explained.clone(), format!("{token_page}/learn"), format!("{token_page}/replay")] {
            assert_eq!(stranger.open(&path).await.status, 404, "{path}");
        }
        let chief = instance.browser_of(&instance.administrator()).await;
        for path in [explained, format!("/admin/tokens/{id}/learn"), format!("/admin/tokens/{id}/replay")] {
            let _ = chief.open(&path).await.expect(200);
        }
        let told = instance.cli(&["audit", "explain", &request_id]).json();
        assert_eq!(told["explanation"]["told"][1], "It was refused, with 403.");

        // Replayed with other limits, and saved.
        let page = browser.open(&format!("{token_page}/replay")).await.expect(200);
        assert!(page.text().contains("all calls in the last 7 days come out as they did"), "{}", page.text());
        let edited = page.form("replay").fill("limits", "[get,delete].*/projects/[0-9]+\n[post].*[JsonData::a==1]");
        let replayed = browser.submit(&page, &edited.clone().press("replay")).await.expect(200);
        for words in ["Would be refused now", "Would pass now", "depends on the body", "line 1 lets it pass"] {
            assert!(replayed.text().contains(words), "{words}: {}", replayed.text());
        }
        let wrong = page.form("replay").fill("limits", "[fetch].*").press("replay");
        assert!(browser.submit(&page, &wrong).await.expect(422).text().contains("Line 1, column 2"));
        let saved = browser.submit(&page, &edited.press("save")).await;
        let _ = browser.follow(saved).await.expect(200);
        let _ = call(&instance, import, "DELETE", "/projects/7").await.expect(200);

        // The same by the API.
        let script = token(&instance, &["--user", &person.username, "--scope", "tokens:read audit:read"]);
        let wire = instance.wire();
        let get = |path: String, token: &str| wire.send(Request::get(path).bearer(token));
        let proposed = get(format!("/v1/tokens/{id}/proposed-limits?days=30"), &script).await.expect(200).json();
        assert!(proposed["limits"].as_array().unwrap().len() >= 3 && proposed["recording"] == true, "{proposed}");
        let body = json!({ "limits": ["[get].*"], "days": 1 }).to_string();
        let replay = Request::post(format!("/v1/tokens/{id}/replay")).bearer(&script);
        let replayed = wire.send(replay.body("application/json", body)).await.expect(200).json();
        let would_fail = replayed["would_fail"]["shapes"].to_string();
        assert!(would_fail.contains("line 1: its methods don't include POST"), "{replayed}");
        let told = get(format!("/v1/audit-events/{request_id}"), &script).await.expect(200).json();
        assert!(told["explanation"]["limits_changed"]["now"].as_str().unwrap().contains("line 1 lets"), "{told}");
        let less = token(&instance, &["--user", &person.username, "--scope", "audit:read"]);
        let _ = get(format!("/v1/tokens/{id}/proposed-limits"), &less).await.expect(403);
        let others = token(&instance, &["--user", &other.username, "--scope", "tokens:read audit:read"]);
        let _ = get(format!("/v1/tokens/{id}/proposed-limits"), &others).await.expect(404);
        let _ = get(format!("/v1/audit-events/{request_id}"), &others).await.expect(404);
    }

    async fn a_server_that_writes_no_calls_down_says_so(engine: Engine) {
        let instance = Instance::start_with(engine, &[("audit.enabled", "false")]).await;
        let person = instance.person();
        let made = instance.cli(&["token", "create", "--name", "x", "--user", &person.username]).json();
        instance.secrets().add(made["token"].as_str().unwrap());
        let browser = instance.browser_of(&person).await;
        for page in ["learn", "replay"] {
            let page = browser.open(&format!("/settings/tokens/{}/{page}", made["id"].as_str().unwrap())).await;
            assert!(page.expect(200).text().contains("Calls are not written down on this server"));
        }
    }
}
