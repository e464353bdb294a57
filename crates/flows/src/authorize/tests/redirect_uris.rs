//! P01: of all spellings of a registered URI only the exact one leads anywhere.

use postern_domain::ClientType;

use super::fixture::*;
use crate::authorize::Next;

#[tokio::test]
async fn no_other_spelling_gets_an_answer() {
    let world = World::new().await;
    let session = world.session(0);
    for spelling in super::spelling::OTHERS {
        for prompt in ["none", "login"] {
            let query = query(&[
                ("client_id", "web"),
                ("redirect_uri", spelling),
                ("response_type", "code"),
                ("scope", "openid"),
                ("prompt", prompt),
            ]);
            let outcome = world.next(&query, Some(&session)).await;
            assert!(outcome.is_err(), "{spelling:?}: {}", said(&outcome));
        }
    }
    assert!(super::spelling::OTHERS.len() >= 80);
}

#[tokio::test]
async fn nothing_else_is_asked_of_the_redirect_uri_than_to_be_registered() {
    let world = World::new().await;
    world
        .client("many", |metadata| {
            metadata.client_type = ClientType::Public;
            metadata.redirect_uris = uris(&[
                "https://app.example/cb?x=1&y",
                "https://app.example/empty?",
                "http://127.0.0.1:8000/cb",
                "http://[::1]/cb",
                "com.example.app:/cb",
            ]);
        })
        .await;
    for (uri, start) in [
        ("https://app.example/cb?x=1&y", "https://app.example/cb?x=1&y&error="),
        ("https://app.example/empty?", "https://app.example/empty?error="),
        ("http://127.0.0.1:8000/cb", "http://127.0.0.1:8000/cb?error="),
        ("http://127.0.0.1:49152/cb", "http://127.0.0.1:49152/cb?error="),
        ("http://127.0.0.1/cb", "http://127.0.0.1/cb?error="),
        ("http://[::1]:1/cb", "http://[::1]:1/cb?error="),
        ("com.example.app:/cb", "com.example.app:/cb?error="),
    ] {
        let query = query(&[
            ("client_id", "many"),
            ("redirect_uri", uri),
            ("response_type", "code"),
            ("prompt", "none"),
        ]);
        let Ok(Next::Return(answer)) = world.next(&query, None).await else { panic!("{uri}") };
        assert!(target(&answer).starts_with(start), "{}", target(&answer));
    }
    for uri in [
        "http://127.0.0.1:8000/cb2",
        "http://127.0.0.1:8000/",
        "http://127.0.0.2:8000/cb",
        "http://localhost:8000/cb",
        "https://127.0.0.1:8000/cb",
        "http://127.1:8000/cb",
        "http://2130706433/cb",
        "http://0x7f.0.0.1/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:8000@evil.example/cb",
        "http://[::1].evil.example/cb",
        "http://[0:0:0:0:0:0:0:1]/cb",
        "com.example.app:/cb/",
        "com.example.app://cb",
        "com.example.APP:/cb",
        "https://app.example/cb?x=1",
        "https://app.example/cb?y&x=1",
        "https://app.example/empty",
    ] {
        let query = query(&[("client_id", "many"), ("redirect_uri", uri), ("response_type", "code")]);
        assert_eq!(world.outcome(&query, None).await, "page: invalid_request", "{uri}");
    }
}

#[tokio::test]
async fn the_developer_learns_what_was_compared() {
    let world = World::new().await;
    let query = query(&[
        ("client_id", "web"),
        ("redirect_uri", "https://app.example/cb/"),
        ("response_type", "code"),
    ]);
    let error = world.next(&query, None).await.unwrap_err();
    assert_eq!(error.got.as_deref(), Some("https://app.example/cb/"));
    let client = error.client.unwrap().id;
    let written = postern_storage::clients::recent_errors(&world.app.db, client).await.unwrap();
    let description = &written.first().unwrap().description;
    assert!(
        description.contains("got https://app.example/cb/, registered https://app.example/cb;"),
        "{description}"
    );
    assert_eq!(written.len(), 1);
    // What only the person did or did not do is no mistake of the client.
    world.outcome(&web(&[("prompt", "none")]), None).await;
    assert_eq!(postern_storage::clients::recent_errors(&world.app.db, client).await.unwrap().len(), 1);
    world.outcome(&web(&[("scope", "admin")]), None).await;
    assert_eq!(postern_storage::clients::recent_errors(&world.app.db, client).await.unwrap().len(), 2);
}
