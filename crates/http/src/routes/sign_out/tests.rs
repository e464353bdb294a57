use postern_domain::{
    Client, ClientIdentifier, ClientMetadata, ClientOwner, ClientType, PersonName, RedirectUri, Session,
    SessionClient, Subject, WebUrl,
};
use postern_flows::{Paging, sessions};
use postern_storage::{StorageError, clients, session_clients, users};

use crate::testing::{TestBrowser, TestServer};

const HERE: &str = "https://accounts.example";

/// An app that got an id_token in a session, and has itself loaded to sign browsers out.
async fn used(server: &TestServer, session: &Session, name: &str) {
    let mut metadata = ClientMetadata::new(PersonName::parse(name).unwrap(), ClientType::Confidential);
    let out = format!("https://{name}.example/signed-out");
    metadata.frontchannel_logout_uri = Some(WebUrl::parse(&out).unwrap());
    metadata.frontchannel_logout_session_required = true;
    let back = format!("https://{name}.example/bye");
    metadata.post_logout_redirect_uris =
        vec![RedirectUri::register(&back, ClientType::Confidential).unwrap()];
    let identifier = ClientIdentifier::parse(name).unwrap();
    let now = server.clock.now();
    let client = Client::new(server.new_id(), identifier, ClientOwner::Instance, metadata, now);
    let part = SessionClient {
        id: server.new_id(),
        session_id: session.id,
        client_id: client.id,
        subject: Subject::User(session.user_id),
    };
    let write = server.db.write((client, part), |tx, (client, part)| {
        Box::pin(async move {
            clients::insert(tx, client).await?;
            assert!(session_clients::join(tx, part).await?);
            Ok::<_, StorageError>(())
        })
    });
    write.await.unwrap();
}

async fn signed_in(server: &TestServer) -> (TestBrowser<'_>, Session) {
    let mut browser = server.browser();
    browser.sign_in().await;
    let ada = users::find_by_identifier(&server.db, "ada").await.unwrap().unwrap();
    let session = sessions::list(server, ada.id, &Paging::first()).await.unwrap().items.remove(0);
    (browser, session)
}

#[tokio::test]
async fn apps_are_told_in_frames_before_it_goes_on() {
    let server = TestServer::at(HERE).await;
    let (mut browser, session) = signed_in(&server).await;
    used(&server, &session, "notes").await;
    used(&server, &session, "maps").await;
    let page = browser.submit("/logout", &[]).await;
    let policy = page.header("content-security-policy");
    assert!(policy.ends_with("; frame-src https://maps.example https://notes.example"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(
        page.body
            .contains(r#"<noscript><meta http-equiv="refresh" content="4; url=/login?done=signed-out">"#)
    );
    for name in ["notes", "maps"] {
        let frame = format!(
            "https://{name}.example/signed-out?iss=https%3A%2F%2Faccounts.example&#38;sid={}",
            session.id
        );
        assert!(page.body.contains(&frame), "{}", page.body);
    }
    assert!(!browser.is_signed_in().await);
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn it_goes_on_to_the_app_that_asked() {
    let server = TestServer::at(HERE).await;
    let (mut browser, session) = signed_in(&server).await;
    used(&server, &session, "notes").await;
    let asked = "client_id=notes&post_logout_redirect_uri=https%3A%2F%2Fnotes.example%2Fbye&state=x";
    let question = browser.get(&format!("/v1/oauth2/logout?{asked}")).await;
    let token = question.form_token();
    let page = browser.post("/logout", &[("request", asked)], &token).await;
    assert!(page.body.contains(r#"content="4; url=https://notes.example/bye?state=x"></noscript>"#));
    assert!(page.body.contains("href=\"https://notes.example/bye?state=x\""), "{}", page.body);
}

#[tokio::test]
async fn the_frame_of_apps_knows_the_session_by_a_cookie_of_its_own() {
    let server = TestServer::at("http://localhost:8080").await;
    let frame = server.browser().get("/v1/oauth2/check-session").await;
    assert!(!frame.header("content-security-policy").contains("frame-ancestors"), "apps load it");
    assert_eq!(frame.header("x-frame-options"), "");
    assert!(frame.cookies().is_empty());
    let (mut browser, _) = signed_in(&server).await;
    let known = |browser: &TestBrowser<'_>| browser.cookies.get("postern_state").cloned();
    assert_eq!(known(&browser), None);
    browser.get("/").await;
    let first = known(&browser).unwrap();
    assert!(browser.get("/").await.cookies().is_empty());
    browser.submit("/logout", &[]).await;
    assert_eq!(known(&browser), None);
    browser.sign_in().await;
    browser.get("/").await;
    assert_ne!(known(&browser).unwrap(), first);
}
