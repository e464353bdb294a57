//! Parameters and who is signed in, and what happens next.

use postern_domain::Refusal;
use postern_storage::clients;

use super::fixture::*;
use crate::{Config, Registration};

/// Who is there.
#[derive(Clone, Copy, PartialEq)]
enum Who {
    Nobody,
    /// Ada, who signed in this long ago, in seconds.
    Ada(i64),
}

use Who::{Ada, Nobody};

/// Who asks, with what parameters, and what comes of it.
type Row<'a> = (Who, &'a [(&'a str, &'a str)], &'a str);

async fn check(world: &World, rows: &[Row<'_>]) {
    for (who, more, expected) in rows {
        let session = match who {
            Nobody => None,
            Ada(age) => Some(world.session(*age)),
        };
        let found = world.outcome(&web(more), session.as_ref()).await;
        let signed_in = if let Ada(age) = who { format!("Ada for {age} s") } else { "nobody".to_owned() };
        assert_eq!(found, *expected, "{signed_in} with {more:?}");
    }
}

#[tokio::test]
async fn before_anything_was_allowed() {
    let world = World::new().await;
    check(
        &world,
        &[
            (Nobody, &[], "sign in"),
            (Nobody, &[("prompt", "none")], "login_required"),
            (Nobody, &[("prompt", "login")], "sign in"),
            (Nobody, &[("prompt", "consent")], "sign in"),
            (Nobody, &[("prompt", "select_account")], "sign in"),
            // Registration is closed.
            (Nobody, &[("prompt", "create")], "sign in"),
            (Nobody, &[("max_age", "0")], "sign in"),
            (Ada(0), &[], "consent"),
            (Ada(0), &[("prompt", "none")], "consent_required"),
            (Ada(0), &[("prompt", "consent")], "consent"),
            (Ada(0), &[("prompt", "create")], "select account"),
            (Ada(0), &[("prompt", "login")], "reauthenticate"),
            (Ada(0), &[("prompt", "login consent")], "reauthenticate"),
            (Ada(0), &[("prompt", "select_account")], "select account"),
            (Ada(0), &[("prompt", "login select_account")], "select account"),
            (Ada(0), &[("prompt", "none login")], "invalid_request"),
            (Ada(0), &[("prompt", "none none")], "invalid_request"),
            (Ada(0), &[("prompt", "often")], "invalid_request"),
            (Ada(0), &[("prompt", "login  consent")], "invalid_request"),
        ],
    )
    .await;
}

#[tokio::test]
async fn once_it_was_allowed() {
    let world = World::new().await;
    let session = world.session(0);
    assert_eq!(said(&world.allow(&web(&[("scope", "openid email")]), &session).await), "code");
    let scope = ("scope", "openid email");
    check(
        &world,
        &[
            (Nobody, &[scope], "sign in"),
            (Nobody, &[scope, ("prompt", "none")], "login_required"),
            (Ada(0), &[scope], "code"),
            (Ada(0), &[("scope", "email")], "code"),
            (Ada(0), &[scope, ("prompt", "none")], "code"),
            (Ada(0), &[scope, ("prompt", "consent")], "consent"),
            (Ada(0), &[scope, ("prompt", "login")], "reauthenticate"),
            // More than was allowed: no scope at all means all that are declared.
            (Ada(0), &[("scope", "openid profile")], "consent"),
            (Ada(0), &[("scope", "openid profile"), ("prompt", "none")], "consent_required"),
            (Ada(0), &[], "consent"),
            // max_age counts from the sign-in.
            (Ada(100), &[scope, ("max_age", "100")], "code"),
            (Ada(101), &[scope, ("max_age", "100")], "reauthenticate"),
            (Ada(101), &[scope, ("max_age", "100"), ("prompt", "none")], "login_required"),
            (Ada(0), &[scope, ("max_age", "0")], "reauthenticate"),
            (Ada(0), &[scope, ("max_age", "0"), ("prompt", "none")], "login_required"),
            (Ada(0), &[scope, ("max_age", "-1")], "invalid_request"),
            (Ada(0), &[scope, ("max_age", "+1")], "invalid_request"),
            (Ada(0), &[scope, ("max_age", "1.5")], "invalid_request"),
            (Ada(0), &[scope, ("max_age", "1 ")], "invalid_request"),
            (Ada(0), &[scope, ("max_age", "soon")], "invalid_request"),
            (Ada(0), &[scope, ("max_age", "99999999999999999999")], "invalid_request"),
            (Ada(0), &[scope, ("max_age", "9223372036854775807")], "code"),
        ],
    )
    .await;
}

#[tokio::test]
async fn every_parameter_has_its_rule() {
    let world = World::new().await;
    check(
        &world,
        &[
            (Nobody, &[("scope", "openid admin")], "invalid_scope"),
            (Nobody, &[("scope", "user:read")], "invalid_scope"),
            (Nobody, &[("scope", "openid  email")], "invalid_scope"),
            (Nobody, &[("scope", "openid \"email\"")], "invalid_scope"),
            (Nobody, &[("response_mode", "query")], "sign in"),
            (Nobody, &[("response_mode", "form_post")], "sign in"),
            (Nobody, &[("response_mode", "fragment")], "invalid_request"),
            (Nobody, &[("response_mode", "web_message")], "invalid_request"),
            (Nobody, &[("display", "popup")], "sign in"),
            (Nobody, &[("display", "cinema")], "invalid_request"),
            (Nobody, &[("ui_locales", "fr-CA fr")], "sign in"),
            (Nobody, &[("acr_values", "urn:example:gold")], "sign in"),
            (Nobody, &[("login_hint", "ada@example.com")], "sign in"),
            (Nobody, &[("nonce", "n")], "sign in"),
            (Nobody, &[("request", "e30.e30.")], "invalid_request_object"),
            (Nobody, &[("request_uri", "https://app.example/r")], "request_uri_not_supported"),
            (Nobody, &[("registration", "{}")], "registration_not_supported"),
            (Nobody, &[("sub_type", "user")], "sign in"),
            (Nobody, &[("sub_type", "organization")], "sign in"),
            (Nobody, &[("sub_type", "robot")], "invalid_request"),
            (Nobody, &[("claims", "{}")], "sign in"),
            (
                Nobody,
                &[("claims", r#"{"userinfo":{"email":null},"id_token":{"acr":{"essential":true}}}"#)],
                "sign in",
            ),
            (Nobody, &[("claims", r#"{"id_token":{"auth_time":{"essential":true}}}"#)], "sign in"),
            (Nobody, &[("claims", r#"{"id_token":{"acr":{"values":["urn:example:gold"]}}}"#)], "sign in"),
            (
                Nobody,
                &[("claims", r#"{"id_token":{"acr":{"essential":true,"values":["urn:example:gold"]}}}"#)],
                "unmet_authentication_requirements",
            ),
            (Nobody, &[("claims", "null")], "invalid_request"),
            (Nobody, &[("claims", "[]")], "invalid_request"),
            (Nobody, &[("claims", "{")], "invalid_request"),
            (Nobody, &[("claims", r#"{"id_token":[]}"#)], "invalid_request"),
            (Nobody, &[("claims", r#"{"id_token":{"sub":{"value":7}}}"#)], "invalid_request"),
            (Nobody, &[("claims", r#"{"id_token":{"email":"yes"}}"#)], "invalid_request"),
            (Nobody, &[("id_token_hint", "junk")], "invalid_request"),
            (Nobody, &[("code_challenge_method", "S256")], "invalid_request"),
            (Nobody, &[("unknown", "x"), ("utm_source", "y")], "sign in"),
            // Empty is as good as absent; twice is an error whatever the name.
            (Nobody, &[("prompt", ""), ("max_age", ""), ("request", "")], "sign in"),
            (Nobody, &[("unknown", "x"), ("unknown", "x")], "invalid_request"),
            (Nobody, &[("scope", "openid"), ("scope", "openid")], "invalid_request"),
            (Nobody, &[("state", "s2")], "invalid_request"),
            (Nobody, &[("response_type", "code")], "invalid_request"),
            (Nobody, &[("client_id", "web")], "page: invalid_request"),
            (Nobody, &[("redirect_uri", CALLBACK)], "page: invalid_request"),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_response_type_is_code() {
    let world = World::new().await;
    for (kind, expected) in [
        (None, "invalid_request"),
        (Some(""), "invalid_request"),
        (Some("token"), "unsupported_response_type"),
        (Some("id_token"), "unsupported_response_type"),
        (Some("code id_token"), "unsupported_response_type"),
        (Some("Code"), "unsupported_response_type"),
        (Some(" code"), "unsupported_response_type"),
        (Some("none"), "unsupported_response_type"),
    ] {
        let mut pairs = vec![("client_id", "web"), ("redirect_uri", CALLBACK)];
        pairs.extend(kind.map(|kind| ("response_type", kind)));
        assert_eq!(world.outcome(&query(&pairs), None).await, expected, "{kind:?}");
    }
}

#[tokio::test]
async fn sign_up_is_offered_while_it_is_open() {
    let world = World::with(Config { registration: Registration { open: true }, ..Config::default() }).await;
    check(
        &world,
        &[
            (Nobody, &[("prompt", "create")], "sign up"),
            (Nobody, &[("prompt", "create login")], "sign up"),
            (Ada(0), &[("prompt", "create")], "sign up"),
            (Nobody, &[("prompt", "create none")], "invalid_request"),
            (Nobody, &[], "sign in"),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_person_the_client_means() {
    let world = World::new().await;
    let claims = |sub: &str| format!(r#"{{"id_token":{{"sub":{{"value":"{sub}"}}}}}}"#);
    let (ada, other) = (claims(&world.ada.id.to_string()), claims(&nobody().to_string()));
    let several = format!(r#"{{"id_token":{{"sub":{{"values":["{}","{}"]}}}}}}"#, nobody(), world.ada.id);
    check(
        &world,
        &[
            (Ada(0), &[("claims", &ada)], "consent"),
            (Ada(0), &[("claims", &several)], "consent"),
            (Ada(0), &[("claims", &other)], "login_required"),
            (Ada(0), &[("claims", &other), ("prompt", "none")], "login_required"),
            (Nobody, &[("claims", &other)], "sign in"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_client_may_be_closed_or_not_be_there() {
    let world = World::new().await;
    let id = world.client("closed", |_| {}).await;
    let close = world.app.db.write(id, |tx, id| {
        Box::pin(async move {
            clients::set_disabled(tx, *id, true, postern_domain::Timestamp(0)).await?;
            Ok::<_, Refusal>(())
        })
    });
    close.await.unwrap();
    world.client("no-codes", |metadata| metadata.grants.clear()).await;
    for (client, expected) in [
        ("closed", "page: unauthorized_client"),
        ("nobody", "page: invalid_request"),
        ("", "page: invalid_request"),
        ("we b", "page: invalid_request"),
        ("web\u{e9}", "page: invalid_request"),
        ("WEB", "page: invalid_request"),
        ("no-codes", "unauthorized_client"),
    ] {
        let query = query(&[("client_id", client), ("redirect_uri", CALLBACK), ("response_type", "code")]);
        assert_eq!(world.outcome(&query, None).await, expected, "{client:?}");
    }
}

#[tokio::test]
async fn a_closed_account_is_nobodys() {
    let mut world = World::new().await;
    let session = world.session(0);
    world.ada.state = postern_domain::UserState::Disabled;
    assert_eq!(world.outcome(&web(&[]), Some(&session)).await, "sign in");
    assert_eq!(world.outcome(&web(&[("prompt", "none")]), Some(&session)).await, "login_required");
}

#[tokio::test]
async fn a_redirect_uri_can_be_left_out_by_few() {
    let world = World::new().await;
    world.client("two", |metadata| metadata.redirect_uris = uris(&[CALLBACK, "https://app.example/2"])).await;
    world.client("none", |metadata| metadata.redirect_uris.clear()).await;
    for (client, scope, expected) in [
        ("web", None, "sign in"),
        ("web", Some("email"), "sign in"),
        ("web", Some("openid"), "page: invalid_request"),
        ("web", Some("email openid"), "page: invalid_request"),
        ("two", Some("email"), "page: invalid_request"),
        ("none", Some("email"), "page: invalid_request"),
    ] {
        let mut pairs = vec![("client_id", client), ("response_type", "code")];
        pairs.extend(scope.map(|scope| ("scope", scope)));
        assert_eq!(world.outcome(&query(&pairs), None).await, expected, "{client} {scope:?}");
    }
}
