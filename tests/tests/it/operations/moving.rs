//! An instance with a bit of everything moves from SQLite to PostgreSQL.

use std::time::Duration;

use postern_tests::{Database, Engine, Instance, Registration, Request};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_moves_with_all_it_has() {
    if !Engine::Postgres.is_wanted() {
        return;
    }
    let instance = Instance::start(Engine::Sqlite).await;
    let client = instance.client(&Registration::confidential().with(&["--trusted"]));
    let person = instance.person();
    let browser = instance.browser_of(&person).await;
    let (tokens, revoked) = (client.tokens(&browser).await, client.tokens(&browser).await);
    let _ = client.revoke(&revoked.refresh).await.expect(200);
    let made = instance.cli(&["token", "create", "--user", &person.username, "--name", "script"]).json();
    let script = made["token"].as_str().expect("a token").to_owned();
    instance.secrets().add(&script);
    let cookie = browser
        .cookies()
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("; ");
    let users = instance.database().number("SELECT count(*) FROM users").await;

    let target = Database::create(Engine::Postgres, instance.folder());
    let refused = instance.cli(&["migrate", "--to", &target.url]);
    assert!(refused.code == 1 && refused.stderr.contains("stop every `postern serve`"), "{refused:?}");
    assert!(instance.stop(Duration::from_secs(15)).await.unwrap().success());
    let moved = instance.cli(&["migrate", "--to", &target.url]).json();
    assert_eq!(moved["audit"]["intact"], true, "{moved}");
    assert_eq!(target.number("SELECT count(*) FROM users").await, users);
    let again = instance.cli(&["migrate", "--to", &target.url]);
    assert!(again.code == 1 && again.stderr.contains("tables already"), "{again:?}");
    let left = instance.cli(&["serve"]);
    assert!(left.code == 1 && left.stderr.contains("was moved to postgres://"), "{left:?}");

    instance.set("database_url", &target.url);
    instance.restart();
    instance.wait_until_ready().await;
    assert!(client.is_active(&tokens.access).await);
    assert!(!client.is_active(&revoked.access).await);
    let refreshed = client.refresh(&tokens.refresh).await.expect(200).json();
    assert!(client.is_active(refreshed["access_token"].as_str().unwrap()).await);
    assert_eq!(instance.wire().send(Request::get("/v1/users/me").bearer(&script)).await.status, 200);
    let page = instance.wire().send(Request::get("/settings/profile").header("cookie", cookie)).await;
    assert_eq!(page.status, 200, "who was signed in still is");
    let events = instance.cli(&["audit", "list"]).stdout;
    assert!(events.contains("instance.moved") && events.contains("token.made"), "{events}");
    assert_eq!(instance.cli(&["audit", "verify"]).json()["intact"], true);
    // Before the database goes.
    instance.kill();
}
