use postern_domain::TokenText;
use postern_storage::tokens;

use super::fixture::{CALLBACK, CHALLENGE, World, field, said};
use crate::authorize::Next;
use crate::testing::{BOOKS, MUSIC, two_apis};

async fn world() -> World {
    let world = World::with(two_apis()).await;
    world
        .client("shop", |metadata| {
            metadata.scopes = "openid books:read books:write music:read user:read".parse().unwrap();
        })
        .await;
    world
}

fn query(scope: &str, resources: &[&str]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([("client_id", "shop"), ("response_type", "code"), ("redirect_uri", CALLBACK)]);
    query.extend_pairs([("code_challenge", CHALLENGE), ("code_challenge_method", "S256"), ("scope", scope)]);
    query.extend_pairs(resources.iter().map(|resource| ("resource", *resource)));
    query.finish()
}

#[tokio::test]
async fn it_may_be_sent_several_times_and_narrows_what_may_be_asked() {
    let world = world().await;
    let session = world.session(10);
    for (scope, resources, expected) in [
        ("openid books:read", vec![BOOKS], Ok(("books:read openid", vec!["The books"]))),
        ("openid books:write", vec![BOOKS], Ok(("books:read books:write openid", vec!["The books"]))),
        (
            "books:read music:read",
            vec![BOOKS, MUSIC],
            Ok(("books:read music:read", vec!["The books", "The music"])),
        ),
        ("", vec![MUSIC, MUSIC], Ok(("music:read openid", vec!["The music"]))),
        ("openid user:read", vec!["http://localhost:8080/"], Ok(("openid user:read", vec!["Postern"]))),
        ("books:read user:read", vec![], Ok(("books:read user:read", vec![]))),
        ("books:read music:read", vec![BOOKS], Err("invalid_scope")),
        ("user:read", vec![BOOKS], Err("invalid_scope")),
        ("books:read", vec![BOOKS, "https://else.example"], Err("invalid_target")),
        ("books:read", vec!["https://books.example/#x"], Err("invalid_target")),
        ("books:read", vec!["books"], Err("invalid_target")),
    ] {
        let next = world.next(&query(scope, &resources), Some(&session)).await;
        match (&next, expected) {
            (Ok(Next::Consent(ask)), Ok((scopes, names))) => {
                let labels = ask.groups.iter().flat_map(|group| &group.scopes).count();
                assert_eq!(labels, scopes.split(' ').count(), "{scope} {resources:?}");
                assert_eq!(ask.resources, names, "{scope} {resources:?}");
            }
            (_, Err(code)) => {
                assert_eq!(said(&next), code, "{scope} {resources:?}");
            }
            _ => panic!("{scope} {resources:?}: {}", said(&next)),
        }
    }
}

#[tokio::test]
async fn the_code_is_for_what_was_named() {
    let world = world().await;
    let session = world.session(10);
    let next = world.allow(&query("openid books:read", &[BOOKS, MUSIC]), &session).await;
    let Ok(Next::Return(answer)) = next else { panic!("{}", said(&next)) };
    let text = TokenText::parse("postern", &field(&answer, "code").unwrap()).unwrap();
    let hash = world.app.secret_key.hash(&text);
    let (token, _) = tokens::find_by_hash(&world.app.db, hash).await.unwrap().unwrap();
    assert_eq!(token.permit.audience, Some([BOOKS.to_owned(), MUSIC.to_owned()].into()));
    // A scope belongs to one API, so that what was allowed is remembered by its scopes.
    let again = world.next(&query("openid books:read", &[BOOKS]), Some(&session)).await;
    assert!(matches!(again, Ok(Next::Return(_))));
}
