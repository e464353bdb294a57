//! When a token ends once it is renewed, and who may renew it.

use postern_storage::api_tokens as storage_tokens;

use super::*;

#[tokio::test]
async fn owners_renew_their_own_and_administrators_what_has_ended() {
    let app = app(|_| {}).await;
    let (ada, bob) = (person(&app, "ada", &[]).await, person(&app, "bob", &[]).await);
    let admin = person(&app, "root", &[InstanceRight::UsersManage]).await;
    let token = own(&app, &ada, draft("openid")).await;
    let id = token.token.id;
    let by = async |user: &Arc<User>| renew(&app, &signed_in(&app, user), id).await;
    let in_90_days = || Some(app.clock.now().plus(Lifetime::days(90)));
    assert_eq!(by(&bob).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(by(&admin).await.unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(by(&ada).await.unwrap().expires_at, in_90_days());
    app.advance(Lifetime::days(100));
    assert!(worth(&app, &token).await.is_err());
    assert_eq!(by(&admin).await.unwrap().expires_at, in_90_days());
    assert!(worth(&app, &token).await.is_ok(), "the same value works again");
    app.advance(Lifetime::days(100));
    let now = app.clock.now();
    let write = app.db.write(ada.id, move |tx, id| {
        Box::pin(async move {
            Ok::<_, Refusal>(storage_users::set_state(tx, *id, UserState::Disabled, now).await?)
        })
    });
    write.await.unwrap();
    assert_eq!(by(&admin).await.unwrap_err().code, ErrorCode::Conflict, "the account is closed");
}

#[tokio::test]
async fn a_renewed_token_ends_as_late_as_it_may_and_never_sooner_than_before() {
    // The cap of new tokens when it is renewed, when it would have ended, and when it ends then, in days from now.
    for (cap, before, after) in [
        (None, 30, 90),
        (None, 89, 90),
        (None, 90, 90),
        (None, 365, 365),
        (None, -1, 90),
        (Some(10), 5, 10),
        (Some(10), 30, 30),
        (Some(10), -1, 10),
        (Some(365), 30, 90),
    ] {
        let app = app(|config| config.tokens.max_lifetime = cap.map(Lifetime::days)).await;
        let ada = person(&app, "ada", &[]).await;
        let made = own(&app, &ada, TokenDraft { expiry: "7d".into(), ..draft("openid") }).await;
        // As it was before there was a cap.
        let end = |days| app.clock.now().plus(Lifetime::days(days));
        let changed = Token { expires_at: Some(end(before)), ..made.token.clone() };
        let write = app.db.write((made.token.clone(), changed), |tx, (made, changed)| {
            Box::pin(async move { Ok::<_, Refusal>(storage_tokens::update(tx, made, changed).await?) })
        });
        assert!(write.await.unwrap());
        let renewed = renew(&app, &signed_in(&app, &ada), made.token.id).await.unwrap();
        assert_eq!(renewed.expires_at, Some(end(after)), "{cap:?} {before}");
        assert!(worth(&app, &made).await.is_ok());
    }
}

#[tokio::test]
async fn a_token_without_end_stays_without() {
    let app = app(|_| {}).await;
    let ada = person(&app, "ada", &[]).await;
    let token = own(&app, &ada, TokenDraft { expiry: "never".into(), ..draft("openid") }).await;
    let id = token.token.id;
    for actor in [signed_in(&app, &ada), Actor::operator()] {
        assert_eq!(renew(&app, &actor, id).await.unwrap_err().code, ErrorCode::Conflict);
    }
    let kept = storage_tokens::find(&app.db, id).await.unwrap().unwrap();
    assert_eq!(kept.expires_at, None);
}
