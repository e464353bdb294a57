//! R05 and R10: backups of a SQLite database under load, and what is there after one was restored.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postern_tests::{Browser, Engine, Instance, OAuthClient, Person, Registration, Request};
use serde_json::Value;

/// Refreshes over and over, and answers the last pair with what failed.
async fn refresh(client: &OAuthClient, browser: &Browser, stop: &AtomicBool) -> (String, Vec<String>) {
    let mut token = client.tokens(browser).await.refresh;
    let mut failures = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let answer = client.refresh(&token).await;
        match answer.status {
            200 => token = answer.json()["refresh_token"].as_str().unwrap().to_owned(),
            _ => failures.push(format!("{answer:?}")),
        }
    }
    (token, failures)
}

fn backup(instance: &Instance, name: &str) -> String {
    let file = instance.folder().join(name).display().to_string();
    let made = instance.cli(&["backup", &file]);
    assert!(made.json()["bytes"].as_u64().unwrap() > 4_096);
    assert!(made.stderr.contains("The secret key is not in it"), "{made:?}");
    file
}

/// Stops the server, restores and starts it again.
async fn restore(instance: &Instance, arguments: &[&str]) -> Value {
    assert!(instance.stop(Duration::from_secs(15)).await.unwrap().success());
    let restored = instance.cli(&[&["restore"], arguments].concat()).json();
    instance.restart();
    instance.wait_until_ready().await;
    restored
}

fn assert_audit_is_intact(instance: &Instance) {
    let verified = instance.cli(&["audit", "verify"]).json();
    assert_eq!(verified["intact"], true, "{verified}");
}

fn make_token(instance: &Instance, person: &Person, name: &str) -> (String, String) {
    let made = instance.cli(&["token", "create", "--user", &person.username, "--name", name]).json();
    let value = made["token"].as_str().or_else(|| made["value"].as_str()).expect("a token").to_owned();
    instance.secrets().add(&value);
    (made["id"].as_str().expect("an id").to_owned(), value)
}

async fn works(instance: &Instance, token: &str) -> bool {
    match instance.wire().send(Request::get("/v1/users/me").bearer(token)).await.status {
        200 => true,
        401 => false,
        status => panic!("{status}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backups_hold_nobody_up_and_can_be_restored() {
    let instance = Instance::start(Engine::Sqlite).await;
    let client = instance.client(&Registration::confidential().with(&["--trusted"]));
    let browser = instance.browser_of(&instance.person()).await;
    let stop = AtomicBool::new(false);
    let workers = (0..6).map(|_| refresh(&client, &browser, &stop));
    let backups = async {
        let mut files = Vec::new();
        for round in 0..5 {
            tokio::time::sleep(Duration::from_millis(400)).await;
            files.push(tokio::task::block_in_place(|| backup(&instance, &format!("backup-{round}.db"))));
        }
        stop.store(true, Ordering::Relaxed);
        files
    };
    let (done, files) = tokio::join!(futures_util::future::join_all(workers), backups);
    let failures: Vec<&String> = done.iter().flat_map(|(_, failures)| failures).collect();
    assert!(failures.is_empty(), "{failures:?}");
    let refused = instance.cli(&["restore", &files[4]]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("has the database open"), "{refused:?}");
    for file in [&files[0], &files[4]] {
        let restored = restore(&instance, &[file]).await;
        assert_eq!(restored["access"], "carried_over", "{restored}");
        assert_eq!(
            instance
                .database()
                .number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'")
                .await,
            0
        );
        assert_audit_is_intact(&instance);
    }
    // The tips of all families are those of the end, though both backups are older.
    for (token, _) in &done {
        assert_eq!(client.refresh(token).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_spent_or_revoked_after_a_backup_stays_so() {
    let instance = Instance::start(Engine::Sqlite).await;
    let client = instance.client(&Registration::confidential().with(&["--trusted"]));
    let (person, other) = (instance.person(), instance.person());
    let browser = instance.browser_of(&person).await;
    let (tokens, revoked) = (client.tokens(&browser).await, client.tokens(&browser).await);
    let request = client.authorization();
    let callback = browser.authorize(&request).await;
    let (lost_id, lost) = make_token(&instance, &person, "lost");
    let (_, kept) = make_token(&instance, &person, "kept");
    let file = backup(&instance, "backup.db");

    let _ = client.redeem(callback.code(), request.verifier.as_deref()).await.expect(200);
    let newer = client.refresh(&tokens.refresh).await.expect(200).json();
    let newer = newer["refresh_token"].as_str().unwrap();
    assert!(client.is_active(newer).await);
    let _ = client.revoke(&revoked.refresh).await.expect(200);
    assert_eq!(instance.cli(&["token", "revoke", &lost_id]).code, 0);
    instance
        .database()
        .execute(&format!("UPDATE users SET state = 'disabled' WHERE username = '{}'", other.username))
        .await;
    let since = instance.person();

    let restored = restore(&instance, &[&file]).await;
    assert_eq!(
        (&restored["access"], &restored["since_the_backup"]["users"]),
        (&"carried_over".into(), &1.into())
    );
    assert!(!works(&instance, &lost).await, "a token that was revoked since");
    assert!(works(&instance, &kept).await);
    assert!(!client.is_active(&revoked.access).await, "a grant that was revoked since");
    assert!(client.is_active(newer).await, "the tip of a family goes on");
    assert_eq!(
        client.redeem(callback.code(), request.verifier.as_deref()).await.status,
        400,
        "a code that was spent since"
    );
    assert_eq!(browser.send(Request::get("/settings/profile")).await.status, 200, "sessions go on");
    for (person, why) in [(&other, "closed since"), (&since, "made since and lost")] {
        let count =
            format!("SELECT count(*) FROM users WHERE username = '{}' AND state = 'active'", person.username);
        assert_eq!(instance.database().number(&count).await, 0, "{why}");
    }
    assert_audit_is_intact(&instance);
    let events = instance.cli(&["audit", "list"]).stdout;
    assert!(events.contains("instance.restored"), "{events}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_knows_what_was_revoked_all_of_it_ends() {
    let instance = Instance::start(Engine::Sqlite).await;
    let client = instance.client(&Registration::confidential().with(&["--trusted"]));
    let person = instance.person();
    let browser = instance.browser_of(&person).await;
    let tokens = client.tokens(&browser).await;
    let (_, script) = make_token(&instance, &person, "script");
    let file = backup(&instance, "backup.db");

    let restored = restore(&instance, &[&file, "--end-access", "--keep-tokens"]).await;
    assert_eq!(restored["access"], "ended_but_tokens", "{restored}");
    assert!(works(&instance, &script).await);
    assert!(!client.is_active(&tokens.access).await);
    assert_eq!(client.refresh(&tokens.refresh).await.status, 400);
    assert_eq!(browser.send(Request::get("/settings/profile")).await.status, 303, "a session");
    assert!(client.is_active(&client.tokens(&instance.browser_of(&person).await).await.access).await);

    // The disk broke: there is nothing to ask.
    assert!(instance.stop(Duration::from_secs(15)).await.unwrap().success());
    std::fs::write(instance.folder().join("postern.db"), b"what is left of it").unwrap();
    let restored = instance.cli(&["restore", &file]).json();
    assert_eq!(restored["access"], "ended", "{restored}");
    instance.restart();
    instance.wait_until_ready().await;
    assert!(!works(&instance, &script).await);
    assert_audit_is_intact(&instance);

    assert!(instance.stop(Duration::from_secs(15)).await.unwrap().success());
    std::fs::write(instance.folder().join("secret.key"), [7; 32]).unwrap();
    let refused = instance.cli(&["restore", &file]);
    assert!(refused.code == 1 && refused.stderr.contains("another secret key"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_they_say_what_to_do_instead() {
    if !Engine::Postgres.is_wanted() {
        return;
    }
    let instance = Instance::start(Engine::Postgres).await;
    let client = instance.client(&Registration::confidential().with(&["--trusted"]));
    let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
    let refused = instance.cli(&["backup", "x.db"]);
    assert!(refused.code == 1 && refused.stderr.contains("pg_dump"), "{refused:?}");
    let refused = instance.cli(&["restore", "x.db"]);
    assert!(refused.code == 1 && refused.stderr.contains("pg_restore"), "{refused:?}");
    let ended = restore(&instance, &["--end-access"]).await;
    assert_eq!(ended["access"], "ended", "{ended}");
    assert!(!client.is_active(&tokens.access).await);
    assert_audit_is_intact(&instance);
}
