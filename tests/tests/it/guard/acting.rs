//! Tokens that are bound to no user, and acting on behalf of another one.

use postern_tests::{Instance, Person};

use super::scene::{Scene, about, token};

async fn set(instance: &Instance, person: &Person, assignment: &str) {
    let update = format!("UPDATE users SET {assignment} WHERE username = '{}'", person.username);
    instance
        .database()
        .execute(&format!("BEGIN; {update}; UPDATE epochs SET value = value + 1; COMMIT"))
        .await;
    // What another process changes is seen within a second.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_any_user_is_of_whoever_is_named() {
    let scene = Scene::new(&[("tokens.any_user", "true")]).await;
    let _administrator = scene.instance.administrator();
    let any = token(&scene.instance, &["--any-user", "--limit", "[get].*"]);
    let wire = scene.instance.wire();
    let other = scene.instance.person();
    for person in [&scene.person, &other] {
        for name in [&person.username, &person.email] {
            let answer = wire.send(about("GET", "/").plain_basic(name, &any)).await.expect(200);
            assert_eq!(answer.header("x-auth-subject"), person.id);
        }
        let post = wire.send(about("POST", "/").plain_basic(&person.username, &any)).await;
        assert_eq!(post.status, 403, "limits hold for everybody: {post:?}");
    }
    assert_eq!(wire.send(about("GET", "/").bearer(&any)).await.status, 401, "by Bearer nobody is named");
    for nobody in ["nobody", "", "*", "%", &any] {
        assert_eq!(wire.send(about("GET", "/").plain_basic(nobody, &any)).await.status, 401, "{nobody}");
    }
    set(&scene.instance, &other, "state = 'disabled'").await;
    assert_eq!(wire.send(about("GET", "/").plain_basic(&other.username, &any)).await.status, 401);
    assert_eq!(wire.send(about("GET", "/").plain_basic(&scene.person.username, &any)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_acts_for_somebody_higher() {
    let scene = Scene::new(&[]).await;
    let (chief, clerk) = (scene.instance.administrator(), scene.instance.person());
    set(&scene.instance, &clerk, r#"rights = '["users:impersonate"]'"#).await;
    let with = |person: &Person, scope: &str| {
        let all = ["--user", person.username.as_str(), "--scope", scope];
        token(&scene.instance, if scope.is_empty() { &all[..2] } else { &all })
    };
    let (plain, bare) = (scene.token(&[]), with(&clerk, ""));
    let (of_clerk, of_chief) = (with(&clerk, "users:impersonate"), with(&chief, "users:impersonate"));
    let gone = scene.instance.person();
    set(&scene.instance, &gone, "state = 'disabled'").await;
    for (what, token, name, expected) in [
        ("a user", &of_clerk, &scene.person.username, 200),
        ("a user by address", &of_clerk, &scene.person.email, 200),
        ("by an administrator", &of_chief, &scene.person.username, 200),
        ("an equal by an administrator", &of_chief, &clerk.username, 200),
        ("somebody higher", &of_clerk, &chief.username, 403),
        ("without the scope", &bare, &scene.person.username, 403),
        ("without the right", &plain, &clerk.username, 403),
        ("nobody", &of_clerk, &"nobody".to_owned(), 403),
        ("somebody who is gone", &of_clerk, &gone.username, 403),
    ] {
        let asked = about("GET", "/").header("contextUser", name).bearer(token);
        let answer = scene.instance.wire().send(asked).await;
        assert_eq!(answer.status, expected, "{what}: {answer:?}");
        if expected == 200 && token == &of_clerk {
            let said = (answer.header("x-auth-subject"), answer.header("x-auth-actor"));
            assert_eq!(said, (scene.person.id.as_str(), clerk.id.as_str()));
        }
    }
    let twice = about("GET", "/").header("contextUser", &scene.person.username).header("contextUser", "x");
    assert_eq!(scene.instance.wire().send(twice.bearer(&of_clerk)).await.status, 403);
}
