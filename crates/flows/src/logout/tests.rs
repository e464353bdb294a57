use postern_domain::audit::By;
use postern_domain::{ClientType, RedirectUri, Subject, WebUrl};
use postern_storage::session_clients;

use super::*;
use crate::party::{Party, form, refresh_token};
use crate::{Paging, sessions};

const BACK: &str = "https://app.example/signed-out";
const WITH_QUERY: &str = "https://app.example/?page=bye";

async fn party() -> Party {
    let register = |text| RedirectUri::register(text, ClientType::Confidential).unwrap();
    Party::with(|metadata| metadata.post_logout_redirect_uris = vec![register(BACK), register(WITH_QUERY)])
        .await
}

async fn read(party: &Party, pairs: &[(&str, &str)]) -> Result<LogoutRequest, Refusal> {
    LogoutRequest::read(&party.app, &form(pairs)).await
}

async fn hint(party: &Party) -> String {
    party.tokens().await.id_token.unwrap().reveal().to_owned()
}

#[tokio::test]
async fn a_hint_proves_the_session_it_was_made_in() {
    let party = party().await;
    let hint = hint(&party).await;
    let request = read(&party, &[("id_token_hint", &hint)]).await.unwrap();
    assert!(request.proves(&party.session));
    assert!(!request.proves(&Session { id: SessionId(party.app.new_id()), ..party.session.clone() }));
    assert_eq!((request.client.unwrap().id, request.return_to), (party.client.id, None));
    let named = read(&party, &[("client_id", "web-app")]).await.unwrap();
    assert!(!named.proves(&party.session), "anybody can name a client");
    assert!(!read(&party, &[]).await.unwrap().proves(&party.session));
}

#[tokio::test]
async fn the_browser_goes_back_to_registered_addresses_only() {
    let party = party().await;
    let hint = hint(&party).await;
    for (uri, state, expected) in [
        (BACK, None, Some(BACK)),
        (BACK, Some("a b&c"), Some("https://app.example/signed-out?state=a+b%26c")),
        (WITH_QUERY, Some("x"), Some("https://app.example/?page=bye&state=x")),
        ("https://app.example/signed-out/", None, None),
        ("https://app.example/signed-out?more=1", None, None),
        ("https://APP.example/signed-out", None, None),
        ("https://app.example/callback", None, None),
        ("https://evil.example/", None, None),
    ] {
        for who in [("id_token_hint", hint.as_str()), ("client_id", "web-app")] {
            let mut asked = vec![who, ("post_logout_redirect_uri", uri)];
            asked.extend(state.map(|state| ("state", state)));
            let back = read(&party, &asked).await.ok().and_then(|request| request.return_to);
            assert_eq!(back.as_deref(), expected, "{asked:?}");
        }
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let party = party().await;
    let hint = hint(&party).await;
    let long = "s".repeat(LONGEST_STATE + 1);
    for asked in [
        vec![("post_logout_redirect_uri", BACK)],
        vec![("id_token_hint", "junk")],
        vec![("client_id", "nobody")],
        vec![("client_id", "not an id\u{7}")],
        vec![("id_token_hint", hint.as_str()), ("client_id", "another")],
        vec![("client_id", "web-app"), ("post_logout_redirect_uri", BACK), ("state", long.as_str())],
    ] {
        let refused = read(&party, &asked).await.unwrap_err();
        assert_eq!(refused.code, postern_domain::ErrorCode::InvalidRequest, "{asked:?}");
    }
}

#[tokio::test]
async fn clients_of_a_session_are_loaded_in_frames() {
    let listening = |required| async move {
        let party = Party::with(|metadata| {
            metadata.frontchannel_logout_uri = Some(WebUrl::parse("https://app.example/out?a=b").unwrap());
            metadata.frontchannel_logout_session_required = required;
        })
        .await;
        assert!(front_channel(&party.app, &party.session).await.unwrap().is_empty(), "it got nothing yet");
        party.tokens().await;
        party.tokens().await;
        let [frame] = front_channel(&party.app, &party.session).await.unwrap().try_into().unwrap();
        (frame.to_string(), party)
    };
    let (frame, _) = listening(false).await;
    assert_eq!(frame, "https://app.example/out?a=b");
    let (frame, mut party) = listening(true).await;
    let expected =
        format!("https://app.example/out?a=b&iss=http%3A%2F%2Flocalhost%3A8080&sid={}", party.session.id);
    assert_eq!(frame, expected);
    party.reregister(|metadata| metadata.frontchannel_logout_uri = None).await;
    assert!(front_channel(&party.app, &party.session).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_client_is_told_of_the_end_of_a_session_in_which_it_got_an_id_token() {
    let party = Party::with(|metadata| {
        metadata.backchannel_logout_uri = Some(WebUrl::parse("https://app.example/logout").unwrap());
    })
    .await;
    let told = || async { notices(&party.app, &party.client, &Paging::first()).await.unwrap().items };
    let without = party.code_with(|new| new.permit.scopes = "profile".parse().unwrap()).await;
    party.token(party.redemption(&without)).await.unwrap();
    assert!(session_clients::of_session(&party.app.db, party.session.id).await.unwrap().is_empty());
    let tokens = party.tokens().await;
    party.refresh(refresh_token(&tokens)).await.unwrap();
    assert_eq!(session_clients::of_session(&party.app.db, party.session.id).await.unwrap().len(), 1);
    assert!(told().await.is_empty());
    let user = party.user.id;
    assert!(sessions::end_there(&party.app, By::user(user), user, party.session.id).await.unwrap());
    let [notice] = told().await.try_into().unwrap();
    assert_eq!((notice.session_id, notice.tries), (party.session.id, 0));
    assert_eq!(notice.subject, Subject::User(user));
}
