use postern_domain::{ApiToken, OrganizationId, Permit, Scopes, TokenId, TokenKind};
use postern_storage::tokens::{self, TokenData};
use postern_storage::{mails, organizations};

use super::*;
use crate::testing::{self, TestApp, organization, user};
use crate::upkeep;

async fn token(app: &TestApp, owner: &User, of: Option<OrganizationId>, replaced: bool) {
    let api = ApiToken {
        replaced_by: replaced.then(|| app.new_id()),
        ..ApiToken::new(PersonName::parse("Import").unwrap(), "x7Kq", Some(owner.id))
    };
    let (kind, permit) = match of {
        Some(id) => (TokenKind::Organization, Permit::of_organization(id, Scopes::none())),
        None => (TokenKind::Personal, Permit::of_user(owner.id, Scopes::none())),
    };
    let (id, now): (TokenId, _) = (app.new_id(), app.clock.now());
    let hash = app.secret_key.hash(&app.new_token(kind));
    let token = Token {
        user_id: Some(owner.id),
        organization_id: of,
        data: Some(TokenData::Api(api)),
        expires_at: Some(now.plus(Lifetime::days(30))),
        ..Token::new(id, kind, hash, permit, now)
    };
    let write = app.db.write(token, |tx, token| {
        Box::pin(async move { Ok::<_, Refusal>(tokens::insert_many(tx, std::slice::from_ref(token)).await?) })
    });
    write.await.unwrap();
}

async fn queued(app: &TestApp) -> usize {
    upkeep::pass(app).await.unwrap();
    mails::due(&app.db, app.clock.now(), 100).await.unwrap().len()
}

#[tokio::test]
async fn owners_are_told_twice_and_nobody_of_what_is_replaced() {
    let app = testing::app().await;
    let ada = user(&app, "ada").await;
    let acme = organization(&app, "acme", ada.id).await;
    token(&app, &ada, None, false).await;
    token(&app, &ada, Some(acme.id), false).await;
    token(&app, &ada, None, true).await;
    assert_eq!(queued(&app).await, 0);
    app.advance(Lifetime::days(24));
    assert_eq!((queued(&app).await, queued(&app).await), (2, 2));
    app.advance(Lifetime::days(5));
    assert_eq!(queued(&app).await, 4);
    app.advance(Lifetime::days(2));
    assert_eq!(queued(&app).await, 4);
}

#[tokio::test]
async fn whoever_may_not_renew_a_token_any_more_is_not_told() {
    let app = testing::app().await;
    let (ada, bob) = (user(&app, "ada").await, user(&app, "bob").await);
    let acme = organization(&app, "acme", ada.id).await;
    token(&app, &bob, Some(acme.id), false).await;
    app.advance(Lifetime::days(24));
    assert_eq!(queued(&app).await, 0);
    assert_eq!(organizations::role(&app.db, acme.id, bob.id).await.unwrap(), None);
}
