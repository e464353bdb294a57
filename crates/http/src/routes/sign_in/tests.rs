use axum::http::StatusCode;
use postern_domain::{Plain, Session, User};
use postern_flows::users::{self, NewUser, Standing};
use postern_flows::{Paging, sessions};

use crate::testing::{PASSWORD, TestBrowser, TestServer};

async fn server() -> (TestServer, User, User) {
    let server = TestServer::at("https://accounts.example").await;
    let bob = NewUser {
        username: "bob".into(),
        email: "bob@example.com".into(),
        name: "Bob".into(),
        password: Some(Plain::new(PASSWORD.into())),
    };
    users::create(&server, &bob, Standing::default()).await.unwrap();
    let named = |name| users::find_named(&server, name);
    let (ada, bob) = (named("ada").await.unwrap(), named("bob").await.unwrap());
    (server, ada, bob)
}

async fn sign_in(browser: &mut TestBrowser<'_>, who: &str) {
    let answer = browser.submit("/login?other=1", &[("identifier", who), ("password", PASSWORD)]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
}

/// Who is signed in, by their own profile page.
async fn who(browser: &mut TestBrowser<'_>) -> &'static str {
    let page = browser.get("/settings/profile").await;
    match page.status {
        StatusCode::OK if page.body.contains("value=\"bob\"") => "bob",
        StatusCode::OK => "ada",
        _ => "nobody",
    }
}

async fn of(server: &TestServer, user: &User) -> Vec<Session> {
    sessions::list(server, user.id, &Paging::first()).await.unwrap().items
}

async fn go_on_as(browser: &mut TestBrowser<'_>, session: &Session) -> StatusCode {
    let token = browser.get("/login?choose=1").await.form_token();
    let session = session.id.to_string();
    browser.post("/login", &[("action", "continue"), ("session", &session)], &token).await.status
}

#[tokio::test]
async fn several_accounts_are_signed_in_in_one_browser() {
    let (server, ada, bob) = server().await;
    let mut browser = server.browser();
    sign_in(&mut browser, "ada").await;
    let as_ada = browser.clone();
    sign_in(&mut browser, "bob").await;
    assert_eq!((who(&mut browser).await, who(&mut as_ada.clone()).await), ("bob", "nobody"));
    let page = browser.get("/login?choose=1").await.body;
    for name in ["Continue as Bob", "Continue as Ada Lovelace"] {
        assert!(page.contains(name), "{name}: {page}");
    }
    let as_bob = browser.clone();
    let adas = of(&server, &ada).await.remove(0);
    assert_eq!(go_on_as(&mut browser, &adas).await, StatusCode::SEE_OTHER);
    assert_eq!((who(&mut browser).await, who(&mut as_bob.clone()).await), ("ada", "nobody"));
    // Whoever signs in who is signed in here already goes on with the session they have.
    sign_in(&mut browser, "bob").await;
    assert_eq!((of(&server, &ada).await.len(), of(&server, &bob).await.len()), (1, 1));
    assert_eq!(who(&mut browser).await, "bob");
}

#[tokio::test]
async fn another_browser_has_accounts_of_its_own() {
    let (server, ada, _) = server().await;
    let (mut mine, mut theirs) = (server.browser(), server.browser());
    sign_in(&mut mine, "ada").await;
    sign_in(&mut theirs, "bob").await;
    let adas = of(&server, &ada).await.remove(0);
    assert_eq!(go_on_as(&mut theirs, &adas).await, StatusCode::CONFLICT);
    assert_eq!((who(&mut theirs).await, who(&mut mine).await), ("bob", "ada"));
    assert!(!theirs.get("/login?choose=1").await.body.contains("Ada"));
}

#[tokio::test]
async fn one_account_or_all_are_signed_out() {
    let (server, ada, bob) = server().await;
    let mut browser = server.browser();
    sign_in(&mut browser, "ada").await;
    sign_in(&mut browser, "bob").await;
    assert!(browser.get("/logout").await.body.contains("Sign out of all 2 accounts"));
    let left = browser.submit("/logout", &[]).await;
    assert_eq!(left.location(), "/login?choose=1&done=one");
    assert_eq!(who(&mut browser).await, "ada");
    assert_eq!((of(&server, &ada).await.len(), of(&server, &bob).await.len()), (1, 0));
    sign_in(&mut browser, "bob").await;
    let left = browser.submit("/logout", &[("all", "1")]).await;
    assert_eq!(left.location(), "/login?done=signed-out");
    assert_eq!((who(&mut browser).await, browser.session()), ("nobody", None));
    assert!(of(&server, &ada).await.is_empty() && of(&server, &bob).await.is_empty());
}
