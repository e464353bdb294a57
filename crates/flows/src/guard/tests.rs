use postern_domain::limits::{Body, Method, RequestFacts, RequestUrl};
use postern_domain::{AuthMethodReference, Authentication, ErrorCode, Lifetime, Permit};

use super::decide;
use crate::api_tokens::{self, NewToken, Owner, TokenDraft};
use crate::bearer::{self, Holder, Verdict};
use crate::testing::{BOOKS, HERE, MUSIC, TestApp, app_with, two_apis, user};
use crate::{Actor, Config, GuardRoute};

async fn verdict(app: &TestApp, draft: TokenDraft) -> std::sync::Arc<Verdict> {
    let user = std::sync::Arc::new(user(app, "ada").await);
    let actor = Actor::signed_in(app, &user);
    let draft = TokenDraft { name: "script".into(), expiry: "30d".into(), ..draft };
    let made = api_tokens::make(app, &actor, NewToken { owner: Owner::User(user.id), draft }).await.unwrap();
    bearer::verdict(app, made.value.reveal(), HERE).await.unwrap()
}

fn outcome(app: &TestApp, verdict: &Verdict, method: &str, url: &str) -> Result<Option<usize>, ErrorCode> {
    let url = RequestUrl::parse(url).unwrap();
    let request = RequestFacts { method: Method::parse(method), url: &url, body: Body::Absent };
    decide(app, verdict, &request).map(|passed| passed.line).map_err(|refusal| refusal.code)
}

#[tokio::test]
async fn routes_take_scopes_and_limits_hold() {
    let route = |pattern: &str, methods: &[&str], scopes: &[&str]| GuardRoute {
        pattern: pattern.into(),
        methods: methods.iter().map(|method| (*method).to_owned()).collect(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        ..GuardRoute::default()
    };
    let mut config = Config::default();
    config.guard.routes = vec![
        route("https://a\\.example/mail/.*", &["get"], &["email"]),
        route("https://a\\.example/.*", &["get", "post"], &["openid"]),
    ];
    let app = app_with(config).await;
    let limits = "[get].*/books/.*\n[get].*/mail/.*".to_owned();
    let verdict =
        verdict(&app, TokenDraft { scopes: vec!["openid".into()], limits, ..TokenDraft::default() }).await;
    for (method, url, expected) in [
        ("GET", "https://a.example/books/1", Ok(Some(0))),
        ("POST", "https://a.example/books/1", Err(ErrorCode::OutsideLimits)),
        ("GET", "https://a.example/mail/1", Err(ErrorCode::InsufficientScope)),
        ("DELETE", "https://a.example/books/1", Err(ErrorCode::Forbidden)),
        ("GET", "https://b.example/books/1", Err(ErrorCode::Forbidden)),
    ] {
        assert_eq!(outcome(&app, &verdict, method, url), expected, "{method} {url}");
    }
}

#[tokio::test]
async fn a_token_for_another_api_is_none_here() {
    let mut config = two_apis();
    config.guard.resource = Some(BOOKS.to_owned());
    let pattern = "https://m\\.example/.*".to_owned();
    let other = GuardRoute { pattern, resource: Some(MUSIC.to_owned()), ..GuardRoute::default() };
    let rest = GuardRoute { pattern: "https://.*".to_owned(), ..GuardRoute::default() };
    config.guard.routes = vec![other, rest];
    let app = app_with(config).await;
    let any = verdict(&app, TokenDraft::default()).await;
    for (audience, at_books, at_music) in [
        (None, true, true),
        (Some(vec![BOOKS]), true, false),
        (Some(vec![MUSIC]), false, true),
        (Some(vec![BOOKS, MUSIC]), true, true),
        (Some(vec!["http://localhost:8080"]), false, false),
    ] {
        let named = audience.as_ref().map(|all| all.iter().map(|one| (*one).to_owned()).collect());
        let permit = Permit { audience: named, ..any.permit.clone() };
        let verdict = any.with(any.holder.clone(), permit);
        for (url, passes) in [("https://b.example/x", at_books), ("https://m.example/x", at_music)] {
            let expected = if passes { Ok(None) } else { Err(ErrorCode::InvalidToken) };
            assert_eq!(outcome(&app, &verdict, "GET", url), expected, "{audience:?} {url}");
        }
    }
}

#[tokio::test]
async fn a_route_takes_a_sign_in_that_is_strong_and_fresh_enough() {
    let acr = "https://refeds.org/profile/mfa".to_owned();
    let strong = GuardRoute { pattern: ".*/strong".into(), acr_values: vec![acr], ..GuardRoute::default() };
    let max_age = Some(Lifetime::seconds(60));
    let fresh = GuardRoute { pattern: ".*/fresh".into(), max_age, ..GuardRoute::default() };
    let rest = GuardRoute { pattern: ".*".into(), ..GuardRoute::default() };
    let mut config = Config::default();
    config.guard.routes = vec![strong, fresh, rest];
    let app = app_with(config).await;
    let script = verdict(&app, TokenDraft::default()).await;
    let user = std::sync::Arc::clone(script.holder.person().unwrap());
    let by = |amr: &[AuthMethodReference], age: i64| {
        let auth_time = app.clock.now().minus(Lifetime::seconds(age));
        let authentication = Authentication { session_id: app.new_id(), auth_time, amr: amr.to_vec() };
        let holder = Holder::Session { user: std::sync::Arc::clone(&user), authentication };
        script.with(holder, script.permit.clone())
    };
    let password = [AuthMethodReference::Pwd];
    let no = Err(ErrorCode::InsufficientUserAuthentication);
    for (verdict, at_strong, at_fresh) in [
        (&*script, no, no),
        (&by(&password, 0), no, Ok(None)),
        (&by(&password, 61), no, no),
        (&by(&AuthMethodReference::PASSWORD_AND_CODE, 60), Ok(None), Ok(None)),
        (&by(&AuthMethodReference::passkey(true), 61), Ok(None), no),
        (&by(&[], 0), no, Ok(None)),
    ] {
        let signed_in = verdict.holder.authentication();
        for (path, expected) in [("strong", at_strong), ("fresh", at_fresh), ("rest", Ok(None))] {
            let found = outcome(&app, verdict, "GET", &format!("https://a.example/{path}"));
            assert_eq!(found, expected, "{signed_in:?} {path}");
        }
    }
}

#[tokio::test]
async fn limits_that_only_report_let_pass_and_say_so() {
    let app = app_with(Config::default()).await;
    let draft = TokenDraft { limits: "[get].*".into(), report_only: "1d".into(), ..TokenDraft::default() };
    let verdict = verdict(&app, draft).await;
    let url = RequestUrl::parse("https://a.example/x").unwrap();
    let request = RequestFacts { method: Method::parse("POST"), url: &url, body: Body::Absent };
    let passed = decide(&app, &verdict, &request).unwrap();
    assert_eq!(passed.reported.unwrap().describe(), ["line 1: its methods don't include POST"]);
    app.advance(postern_domain::Lifetime::days(1));
    assert_eq!(decide(&app, &verdict, &request).unwrap_err().code, ErrorCode::OutsideLimits);
}

#[tokio::test]
async fn routes_that_cannot_be_read_are_said() {
    for (pattern, method) in [("(", "get"), (".*", "gett"), ("", "get")] {
        let methods = vec![method.into()];
        let route = GuardRoute { pattern: pattern.into(), methods, ..GuardRoute::default() };
        assert_eq!(super::GuardRoutes::new(&[route]).is_err(), !pattern.is_empty(), "{pattern} {method}");
    }
}
