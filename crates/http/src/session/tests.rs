use axum::http::StatusCode;
use postern_domain::{Lifetime, UserState};
use postern_storage::{sessions as rows, users};

use crate::testing::{PASSWORD, TestServer};

const HERE: &str = "http://localhost:8080";
const PROOF: [(&str, &str); 2] = [("password", PASSWORD), ("return_to", "/settings/profile")];

#[tokio::test]
async fn nothing_is_kept_of_visitors() {
    let server = TestServer::at(HERE).await;
    let mut visitor = server.browser();
    for page in ["/login", "/register", "/", "/nowhere"] {
        visitor.get(page).await;
    }
    let wrong = [("identifier", "ada"), ("password", "wrong password")];
    assert_eq!(visitor.submit("/login", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(visitor.session(), None);
    // Not of one who brings an id along either: it is not taken over.
    visitor.cookies.insert("postern_session".into(), "AAAAAAAAAAAAAAAAAAAAAA".into());
    visitor.sign_in().await;
    assert_ne!(visitor.session(), Some("AAAAAAAAAAAAAAAAAAAAAA"));
}

#[tokio::test]
async fn every_proof_comes_with_a_new_id_and_the_old_one_is_dead() {
    let server = TestServer::at(HERE).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let signed_in = ada.clone();
    assert_eq!(ada.submit("/reauthenticate", &PROOF).await.location(), "/settings/profile");
    let proved = ada.clone();
    let new = [("current_password", PASSWORD), ("new_password", "a quite different sentence")];
    assert_eq!(ada.submit("/settings/security", &new).await.status, StatusCode::SEE_OTHER);
    let changed = ada.clone();
    assert!(ada.is_signed_in().await);
    assert_eq!(ada.submit("/logout", &[]).await.location(), "/login?done=signed-out");
    assert_eq!(ada.session(), None);
    let mut ids: Vec<_> = [&signed_in, &proved, &changed].iter().map(|old| old.session().unwrap()).collect();
    for old in [&signed_in, &proved, &changed] {
        assert!(!old.clone().is_signed_in().await);
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn a_session_that_was_ended_elsewhere_cannot_come_back() {
    let server = TestServer::at(HERE).await;
    let (mut here, mut there) = (server.browser(), server.browser());
    here.sign_in().await;
    there.sign_in().await;
    let page = there.get("/settings/security").await.body;
    assert_eq!(
        here.submit("/settings/sessions", &[("action", "revoke_others")]).await.location(),
        "/settings/sessions?done=others"
    );
    assert!(!there.clone().is_signed_in().await);
    let (_, token) = page.split_once("name=\"form_token\" value=\"").unwrap();
    let token = token.split('"').next().unwrap();
    let new = [("current_password", PASSWORD), ("new_password", "a quite different sentence")];
    let answer = there.post("/settings/security", &new, token).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/login"));
    assert!(!there.is_signed_in().await);
    assert!(here.is_signed_in().await);
}

#[tokio::test]
async fn cookies_are_as_strict_as_the_address_allows() {
    let server = TestServer::at("https://accounts.example").await;
    let mut ada = server.browser();
    let mut lines = ada.get("/login").await.cookies().iter().map(ToString::to_string).collect::<Vec<_>>();
    let signed_in = ada.sign_in().await;
    lines.extend(signed_in.cookies().iter().map(ToString::to_string));
    lines.extend(ada.submit("/logout", &[]).await.cookies().iter().map(ToString::to_string));
    assert_eq!(lines.len(), 5, "{lines:?}");
    // A script in a frame of apps reads what the browser knows of its session.
    let (state, lines): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| line.starts_with("__Host-postern_state="));
    assert_eq!(state, ["__Host-postern_state=; Path=/; Max-Age=0; SameSite=None; Secure"]);
    for line in &lines {
        for part in ["__Host-postern_", "; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(line.contains(part), "{line}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }
    let session = lines.iter().find(|line| line.starts_with("__Host-postern_session")).unwrap();
    assert!(session.contains("; Max-Age=7776000"), "{session}");

    let server = TestServer::at(HERE).await;
    let mut ada = server.browser();
    for line in ada.sign_in().await.cookies() {
        assert!(line.starts_with("postern_") && !line.contains("Secure"), "{line}");
    }
}

#[tokio::test]
async fn a_closed_account_is_signed_out_at_once() {
    let server = TestServer::at(HERE).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let user = users::find_by_identifier(&server.db, "ada").await.unwrap().unwrap();
    let set = |state| {
        let input = (user.id, state, server.clock.now());
        server.db.write(input, |tx, (id, state, now)| Box::pin(users::set_state(tx, *id, *state, *now)))
    };
    assert!(set(UserState::Disabled).await.unwrap());
    assert!(!ada.is_signed_in().await);
    assert!(set(UserState::Active).await.unwrap());
    assert!(ada.is_signed_in().await);
    let now = server.clock.now();
    let end = server.db.write(user.id, move |tx, id| Box::pin(rows::end_others(tx, *id, None, now)));
    end.await.unwrap();
    assert!(!ada.is_signed_in().await);
    assert_eq!(ada.session(), None);
}

#[tokio::test]
async fn a_form_is_worth_something_in_its_own_session_only() {
    let server = TestServer::at(HERE).await;
    let (mut ada, mut eve) = (server.browser(), server.browser());
    ada.sign_in().await;
    eve.sign_in().await;
    let page = eve.get("/settings/profile").await.body;
    let (_, token) = page.split_once("name=\"form_token\" value=\"").unwrap();
    let foreign = token.split('"').next().unwrap();
    let mut visitor = server.browser();
    visitor.get("/login").await;
    for path in
        ["/logout", "/settings/profile", "/settings/security", "/settings/sessions", "/reauthenticate"]
    {
        for token in ["", "x", foreign] {
            assert_eq!(ada.post(path, &[], token).await.status, StatusCode::FORBIDDEN, "{path} {token}");
        }
    }
    for path in ["/login", "/register", "/setup", "/logout"] {
        for token in ["", "x", foreign] {
            assert_eq!(
                visitor.post(path, &PROOF, token).await.status,
                StatusCode::FORBIDDEN,
                "{path} {token}"
            );
        }
    }
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn a_change_of_address_waits_for_the_proof() {
    let server = TestServer::at(HERE).await;
    let mut ada = server.browser();
    ada.sign_in().await;
    server.advance(Lifetime::seconds(1_000));
    let typed = [("username", "ada"), ("email", "ada@example.org"), ("name", "Ada L")];
    let answer = ada.submit("/settings/profile", &typed).await;
    let (page, query) = answer.location().split_once('?').unwrap();
    assert_eq!(page, "/reauthenticate");
    let return_to = url::form_urlencoded::parse(query.as_bytes()).next().unwrap().1.into_owned();
    let fields = [("password", PASSWORD), ("return_to", return_to.as_str())];
    let answer = ada.submit("/reauthenticate", &fields).await;
    assert_eq!(answer.location(), return_to);
    let page = ada.get(&return_to).await.body;
    assert!(page.contains("value=\"ada@example.org\"") && page.contains("value=\"Ada L\""), "{page}");
    // Nobody else can be led to a form that is filled in.
    let mut other = server.browser();
    other.sign_in().await;
    assert!(!other.get(&return_to).await.body.contains("ada@example.org"));
    assert_eq!(ada.submit("/settings/profile", &typed).await.location(), "/settings/profile?done=saved");
}

#[tokio::test]
async fn names_that_nobody_has_get_the_same_answer() {
    let server = TestServer::at(HERE).await;
    let mut pages = Vec::new();
    for identifier in ["ada", "eve", "ada@example.com", "eve@example.com"] {
        let mut visitor = server.browser();
        let fields = [("identifier", identifier), ("password", "wrong password")];
        visitor.get("/login").await;
        let answer = visitor.submit("/login", &fields).await;
        let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        let token =
            answer.body.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let page = answer.body.replace(token, "").replace(&format!("value=\"{identifier}\""), "");
        pages.push((answer.status, names, page));
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]));
}
