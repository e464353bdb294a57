//! What is asked, what is remembered, and what a decision counts for.

use std::sync::Arc;

use postern_domain::audit::By;
use postern_domain::{Lifetime, Refusal};
use postern_storage::clients;

use super::fixture::*;
use crate::authorize::{self, Ask, Decision, Next};
use crate::{Paging, applications};

async fn asked(world: &World, query: &str, session: &postern_domain::Session) -> Box<Ask> {
    match world.next(query, Some(session)).await {
        Ok(Next::Consent(ask)) => ask,
        other => panic!("{}", said(&other)),
    }
}

#[tokio::test]
async fn a_renewed_consent_adds_to_what_was_allowed() {
    let world = World::new().await;
    let session = world.session(0);
    let (email, profile, all) =
        (("scope", "openid email"), ("scope", "profile"), ("scope", "openid email profile"));
    let first = asked(&world, &web(&[email]), &session).await;
    assert!(first.last_allowed.is_none());
    assert!(first.groups.iter().flat_map(|group| &group.scopes).all(|scope| !scope.is_new));
    assert_eq!(said(&world.allow(&web(&[email]), &session).await), "code");
    let second = asked(&world, &web(&[all]), &session).await;
    let new: Vec<&str> = second
        .groups
        .iter()
        .flat_map(|group| &group.scopes)
        .filter(|scope| scope.is_new)
        .map(|scope| scope.label.as_str())
        .collect();
    assert_eq!(new, ["See your profile"]);
    assert_eq!(said(&world.allow(&web(&[profile]), &session).await), "code");
    assert_eq!(world.outcome(&web(&[all]), Some(&session)).await, "code");
}

/// OIDC Core section 5.5: nobody learns a claim that the person was not asked for.
#[tokio::test]
async fn claims_beyond_the_scopes_are_asked_for_by_name() {
    let world = World::new().await;
    let session = world.session(0);
    let request = |scope: &'static str, claims: &'static str| web(&[("scope", scope), ("claims", claims)]);
    let labels = |ask: &Ask| -> Vec<(String, bool)> {
        let scopes = ask.groups.iter().flat_map(|group| &group.scopes);
        scopes.map(|scope| (scope.label.clone(), scope.is_new)).collect()
    };
    let name = request("openid", r#"{"userinfo":{"name":{"essential":true},"favourite_tea":null}}"#);
    let first = asked(&world, &name, &session).await;
    let (know, see) = ("Know who you are".to_owned(), "See your name".to_owned());
    assert_eq!(labels(&first), [(know.clone(), false), (see.clone(), false)]);
    assert_eq!(said(&world.allow(&name, &session).await), "code");
    assert_eq!(world.outcome(&name, Some(&session)).await, "code", "it is remembered");
    // In the other place it tells the client nothing that it does not know.
    let there = request("openid", r#"{"id_token":{"name":null}}"#);
    assert_eq!(world.outcome(&there, Some(&session)).await, "code");
    let both = request("openid", r#"{"userinfo":{"name":null,"email":null}}"#);
    let second = asked(&world, &both, &session).await;
    let email = ("See your e-mail address".to_owned(), true);
    assert_eq!(labels(&second), [(know, false), (see, false), email]);
    // What a scope stands for needs no line of its own, and neither does what the client has not declared.
    let by_scope = request("openid email", r#"{"id_token":{"email":null}}"#);
    assert_eq!(labels(&*asked(&world, &by_scope, &session).await).len(), 2);
    world.client("narrow", |metadata| metadata.scopes = "openid".parse().unwrap()).await;
    let narrow = query(&[
        ("client_id", "narrow"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("claims", r#"{"userinfo":{"email":null}}"#),
    ]);
    assert_eq!(labels(&*asked(&world, &narrow, &session).await).len(), 1);
    let apps = applications::list(&world.app, &world.ada, &Paging::first()).await.unwrap();
    assert!(
        apps.items.iter().any(|app| app.in_words(&world.app.catalogue).contains(&"See your name".to_owned()))
    );
}

#[tokio::test]
async fn saying_no_is_an_answer() {
    let world = World::new().await;
    let session = world.session(0);
    let ask = asked(&world, &web(&[]), &session).await;
    let denied =
        authorize::decide(&world.app, &ask.request, &Decision::Deny, Some(world.person(&session))).await;
    assert_eq!(said(&denied), "access_denied");
    assert_eq!(world.outcome(&web(&[]), Some(&session)).await, "consent", "nothing was remembered");
}

#[tokio::test]
async fn an_allow_counts_for_who_was_asked_and_what_they_saw() {
    let world = World::new().await;
    let (session, other) = (world.session(0), world.session(0));
    let ask = asked(&world, &web(&[]), &session).await;
    let decide = |request: String, session| {
        let (world, person) = (&world, world.person(session));
        async move { said(&authorize::decide(&world.app, &request, &Decision::Allow(None), Some(person)).await) }
    };
    assert_eq!(decide(ask.request.clone(), &other).await, "consent", "finished in another browser");
    let (mark, _) = ask.request.split_once('.').unwrap();
    assert_eq!(
        decide(format!("{mark}.{}", web(&[("nonce", "n")])), &session).await,
        "consent",
        "another request"
    );
    assert_eq!(decide(format!(".{}", ask.query), &session).await, "consent", "no mark");
    assert_eq!(decide(ask.query.clone(), &session).await, "page: invalid_request");
    assert_eq!(decide(String::new(), &session).await, "page: invalid_request");
    let evil =
        query(&[("client_id", "web"), ("redirect_uri", "https://evil.example/"), ("response_type", "code")]);
    assert_eq!(decide(format!("{mark}.{evil}"), &session).await, "page: invalid_request");
    let nobody = authorize::decide(&world.app, &ask.request, &Decision::Allow(None), None).await;
    assert_eq!(said(&nobody), "sign in");
    assert_eq!(decide(ask.request.clone(), &session).await, "code");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_posts_of_one_form_one_gives_a_code() {
    let world = Arc::new(World::new().await);
    let session = world.session(0);
    let ask = asked(&world, &web(&[]), &session).await;
    let racers: Vec<_> = (0..20)
        .map(|_| {
            let (world, session, request) = (Arc::clone(&world), session.clone(), ask.request.clone());
            tokio::spawn(async move {
                let person = Some(world.person(&session));
                said(&authorize::decide(&world.app, &request, &Decision::Allow(None), person).await)
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for racer in racers {
        outcomes.push(racer.await.unwrap());
    }
    outcomes.sort();
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "code").count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "consent").count(), 19, "{outcomes:?}");
}

#[tokio::test]
async fn each_form_is_one_of_its_own_and_counts_for_an_hour() {
    let world = World::new().await;
    let session = world.session(0);
    let request = web(&[("prompt", "consent")]);
    let (first, second) = (asked(&world, &request, &session).await, asked(&world, &request, &session).await);
    assert_ne!(first.request, second.request);
    let decide = async |ask: &Ask| {
        let person = Some(world.person(&session));
        said(&authorize::decide(&world.app, &ask.request, &Decision::Allow(None), person).await)
    };
    assert_eq!(decide(&first).await, "code");
    assert_eq!(decide(&first).await, "consent");
    world.app.advance(Lifetime::seconds(3_599));
    assert_eq!(decide(&second).await, "code");
    let third = asked(&world, &request, &session).await;
    world.app.advance(Lifetime::seconds(3_600));
    assert_eq!(decide(&third).await, "consent");
}

#[tokio::test]
async fn what_the_client_declares_after_the_page_was_shown_is_not_allowed_with_it() {
    let world = World::new().await;
    let session = world.session(0);
    let id = world.client("growing", |metadata| metadata.scopes = "openid".parse().unwrap()).await;
    let request = query(&[("client_id", "growing"), ("redirect_uri", CALLBACK), ("response_type", "code")]);
    let ask = asked(&world, &request, &session).await;
    let mut metadata = ask.client.metadata.clone();
    metadata.scopes = "openid email".parse().unwrap();
    let grow = world.app.db.write((id, metadata), |tx, (id, metadata)| {
        Box::pin(async move {
            clients::update_metadata(tx, *id, metadata, postern_domain::Timestamp(0)).await?;
            Ok::<_, Refusal>(())
        })
    });
    grow.await.unwrap();
    let decided =
        authorize::decide(&world.app, &ask.request, &Decision::Allow(None), Some(world.person(&session)))
            .await;
    assert_eq!(said(&decided), "consent");
}

#[tokio::test]
async fn where_anybody_could_be_listening_it_is_asked_every_time() {
    let world = World::new().await;
    let session = world.session(0);
    let native = ["http://127.0.0.1/cb", "com.example.app:/cb", "http://localhost:3000/cb"];
    world.client("native", |metadata| metadata.redirect_uris = uris(&native)).await;
    for uri in native {
        let request = |prompt| {
            query(&[
                ("client_id", "native"),
                ("redirect_uri", uri),
                ("response_type", "code"),
                ("prompt", prompt),
            ])
        };
        let ask = asked(&world, &request(""), &session).await;
        assert!(!ask.is_provably_the_clients);
        assert_eq!(said(&world.allow(&request(""), &session).await), "code");
        assert_eq!(world.outcome(&request(""), Some(&session)).await, "consent", "{uri}");
        assert_eq!(world.outcome(&request("none"), Some(&session)).await, "consent_required", "{uri}");
    }
}

#[tokio::test]
async fn another_host_asks_again() {
    let world = World::new().await;
    let session = world.session(0);
    world
        .client("moving", |metadata| {
            metadata.redirect_uris = uris(&[CALLBACK, "https://app.example/2", "https://new.example/cb"])
        })
        .await;
    let request = |uri| query(&[("client_id", "moving"), ("redirect_uri", uri), ("response_type", "code")]);
    assert_eq!(said(&world.allow(&request(CALLBACK), &session).await), "code");
    assert_eq!(world.outcome(&request("https://app.example/2"), Some(&session)).await, "code");
    assert_eq!(world.outcome(&request("https://new.example/cb"), Some(&session)).await, "consent");
}

#[tokio::test]
async fn trusted_clients_are_not_asked_about_unless_they_want_it() {
    let world = World::new().await;
    let session = world.session(0);
    world.client("ours", |metadata| metadata.trusted = true).await;
    let request = |prompt| {
        query(&[
            ("client_id", "ours"),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("prompt", prompt),
        ])
    };
    assert_eq!(world.outcome(&request(""), Some(&session)).await, "code");
    assert_eq!(world.outcome(&request("none"), Some(&session)).await, "code");
    assert_eq!(world.outcome(&request("consent"), Some(&session)).await, "consent");
}

#[tokio::test]
async fn an_app_that_is_cut_off_has_to_ask_again() {
    let world = World::new().await;
    let session = world.session(0);
    assert_eq!(said(&world.allow(&web(&[]), &session).await), "code");
    assert_eq!(world.outcome(&web(&[]), Some(&session)).await, "code");
    let listed = applications::list(&world.app, &world.ada, &Paging::first()).await.unwrap();
    let [one] = listed.items.as_slice() else { panic!("{listed:?}") };
    assert_eq!(one.client.identifier.as_str(), "web");
    assert_eq!(one.publisher.as_deref(), Some("ada"));
    let words = one.in_words(&world.app.catalogue);
    assert_eq!(words, ["See your e-mail address", "Know who you are", "See your profile"]);
    applications::cut_off(&world.app, By::user(world.ada.id), &world.ada, "web").await.unwrap();
    assert!(applications::list(&world.app, &world.ada, &Paging::first()).await.unwrap().items.is_empty());
    assert_eq!(world.outcome(&web(&[]), Some(&session)).await, "consent");
    assert!(applications::cut_off(&world.app, By::user(world.ada.id), &world.ada, "nobody").await.is_err());
    for cursor in ["", "x", "1.x", "1.", ".", "1.01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c1"] {
        let paging = Paging { cursor: Some(cursor.to_owned()), ..Paging::first() };
        assert!(applications::list(&world.app, &world.ada, &paging).await.is_err(), "{cursor}");
    }
}

#[tokio::test]
async fn what_is_limited_stays_so() {
    let world = World::new().await;
    let session = world.session(0);
    let details = |lines: &str| format!(r#"[{{"type":"request_limit","limits":[{lines}]}}]"#);
    let (gets, posts) = (details(r#""[get].*""#), details(r#""[post].*""#));
    let limited = web(&[("authorization_details", &gets)]);
    assert_eq!(asked(&world, &limited, &session).await.limits, ["[get].*"]);
    assert_eq!(said(&world.allow(&limited, &session).await), "code");
    assert_eq!(world.outcome(&limited, Some(&session)).await, "code", "the same again");
    let other = web(&[("authorization_details", &posts)]);
    assert_eq!(world.outcome(&other, Some(&session)).await, "consent", "other requests");
    assert_eq!(world.outcome(&web(&[]), Some(&session)).await, "consent", "any request");
    assert_eq!(said(&world.allow(&web(&[]), &session).await), "code");
    assert_eq!(world.outcome(&other, Some(&session)).await, "code", "within what is allowed now");
    for wrong in ["", "{}", "[]", r#"[{"type":"payment"}]"#, &details(r#""(""#)] {
        let query = web(&[("authorization_details", wrong)]);
        let expected = if wrong.is_empty() { "code" } else { "invalid_authorization_details" };
        assert_eq!(world.outcome(&query, Some(&session)).await, expected, "{wrong}");
    }
}
