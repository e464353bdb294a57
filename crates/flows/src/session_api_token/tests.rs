use std::sync::Arc;

use postern_domain::{ErrorCode, Lifetime, User};

use super::*;
use crate::bearer::{self, Holder};
use crate::testing::{HERE, PASSWORD, TestApp, app_with, user, visit};
use crate::{Config, sessions as flow};

struct Page {
    app: TestApp,
    user: User,
    session: Session,
    cookie: postern_domain::TokenHash,
}

async fn signed_in() -> Page {
    let mut config = Config::default();
    config.session_api_token.enabled = true;
    signed_in_with(config).await
}

async fn signed_in_with(config: Config) -> Page {
    let app = app_with(config).await;
    let user = user(&app, "ada").await;
    let password = postern_domain::Plain::new(PASSWORD.to_owned());
    let arrival = crate::testing::sign_in(&app, "ada", &password, &visit(1)).await.unwrap();
    let cookie = postern_domain::TokenHash([1; 32]);
    flow::begin(&app, cookie, None, arrival.proven(), "{}".to_owned()).await.unwrap();
    Page { session: arrival.session, app, user, cookie }
}

async fn works(app: &App, obtained: &Obtained) -> bool {
    bearer::session_verdict(app, obtained.token.reveal(), HERE).await.is_ok()
}

#[tokio::test]
async fn a_session_has_one_token_and_it_speaks_for_the_person() {
    let Page { app, user, session, .. } = signed_in().await;
    let first = obtain(&app, &session).await.unwrap();
    let second = obtain(&app, &session).await.unwrap();
    assert_eq!(first.token, second.token);
    let verdict = bearer::session_verdict(&app, first.token.reveal(), HERE).await.unwrap();
    assert_eq!(verdict.permit.subject, postern_domain::Subject::User(user.id));
    assert!(verdict.holds("user:write") && !verdict.holds("users:manage"));
    assert!(
        matches!(verdict.holder, Holder::Session { ref authentication, .. } if authentication.session_id == session.id)
    );
    let refusal = bearer::verdict(&app, first.token.reveal(), HERE).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::InvalidToken, "it is presented in its own header alone");
}

#[tokio::test]
async fn in_secure_mode_the_last_one_works() {
    let mut config = Config::default();
    config.session_api_token.enabled = true;
    config.tokens.secure_mode = true;
    let Page { app, session, .. } = signed_in_with(config).await;
    let (first, second) = (obtain(&app, &session).await.unwrap(), obtain(&app, &session).await.unwrap());
    assert!(!works(&app, &first).await && works(&app, &second).await);
}

#[tokio::test]
async fn of_many_that_ask_at_once_all_get_the_same() {
    let Page { app, session, .. } = signed_in().await;
    let session = Arc::new(session);
    let asking = (0..8).map(|_| {
        let (app, session) = (Arc::clone(&app.app), Arc::clone(&session));
        tokio::spawn(async move { obtain(&app, &session).await.unwrap().token })
    });
    let mut tokens = Vec::new();
    for one in asking.collect::<Vec<_>>() {
        tokens.push(one.await.unwrap());
    }
    assert!(tokens.windows(2).all(|two| two[0] == two[1]));
}

#[tokio::test]
async fn it_dies_with_the_session() {
    let Page { app, session, .. } = signed_in().await;
    let obtained = obtain(&app, &session).await.unwrap();
    assert!(works(&app, &obtained).await);
    flow::end_here(&app, &session).await.unwrap();
    assert!(!works(&app, &obtained).await);
    assert_eq!(obtain(&app, &session).await.unwrap_err().code, ErrorCode::LoginRequired);
}

#[tokio::test]
async fn an_idle_session_takes_it_along_and_a_used_one_does_not() {
    let Page { app, session, cookie, .. } = signed_in().await;
    let obtained = obtain(&app, &session).await.unwrap();
    assert!(works(&app, &obtained).await);
    app.advance(Lifetime::days(13));
    flow::touch(&app, cookie, &session, HERE);
    for _ in 0..100 {
        if flow::living(&app, session.id)
            .await
            .unwrap()
            .is_some_and(|(now, _)| now.last_seen_at > session.last_seen_at)
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    app.advance(Lifetime::days(13));
    assert!(works(&app, &obtained).await);
    app.advance(Lifetime::days(2));
    assert!(!works(&app, &obtained).await);
}

#[tokio::test]
async fn where_it_is_off_there_is_none() {
    let Page { app, session, .. } = signed_in().await;
    let obtained = obtain(&app, &session).await.unwrap();
    let off = crate::testing::app().await;
    assert_eq!(obtain(&off, &session).await.unwrap_err().code, ErrorCode::NotFound);
    let refusal = bearer::session_verdict(&off, obtained.token.reveal(), HERE).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::InvalidToken);
}
