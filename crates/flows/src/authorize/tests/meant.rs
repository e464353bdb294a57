//! Which of the accounts in a browser a request means.

use std::sync::Arc;

use postern_domain::{Plain, SessionId, TokenHash};

use super::fixture::query;
use crate::App;
use crate::authorize::{Person, after_choice, meant_beside};
use crate::party::{self, Party, REDIRECT_URI};
use crate::sessions::{self, Kept};
use crate::testing::{self, PASSWORD, visit};

const HERE: TokenHash = TokenHash([7; 32]);

/// A browser in which Ada is signed in, and then Bob.
struct Browser {
    party: Party,
    bob: Arc<Kept>,
    /// An id_token of Ada's.
    adas: String,
}

impl Browser {
    async fn new() -> Self {
        let party = Party::new().await;
        let adas = party.tokens().await.id_token.unwrap().reveal().to_owned();
        testing::user(&party.app, "bob").await;
        let bob = arrive(&party.app, "bob", HERE, Some(party::cookie_of(&party.session))).await;
        Self { party, bob, adas }
    }

    async fn meant(&self, more: &[(&str, &str)]) -> Option<SessionId> {
        self.meant_by(&request(more)).await
    }

    async fn meant_by(&self, query: &str) -> Option<SessionId> {
        let user = self.party.app.user(self.bob.session.user_id).await.unwrap().unwrap();
        let person = Person { session: &self.bob.session, user: &user };
        meant_beside(&self.party.app, query, Some(person)).await
    }
}

async fn arrive(app: &App, who: &str, cookie: TokenHash, before: Option<TokenHash>) -> Arc<Kept> {
    let arrival = testing::sign_in(app, who, &Plain::new(PASSWORD.into()), &visit(1)).await.unwrap();
    sessions::begin(app, cookie, before, arrival.proven(), "{}".into()).await.unwrap();
    sessions::find(app, cookie).await.unwrap().unwrap()
}

fn request(more: &[(&str, &str)]) -> String {
    let base = [
        ("client_id", "web-app"),
        ("redirect_uri", REDIRECT_URI),
        ("response_type", "code"),
        ("scope", "openid"),
        ("code_challenge", party::CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    query(&[base.as_slice(), more].concat())
}

#[tokio::test]
async fn hints_name_another_account_of_the_browser() {
    let browser = Browser::new().await;
    let ada = Some(browser.party.session.id);
    let adas = browser.adas.as_str();
    let by_claims = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, browser.party.user.id);
    for (more, expected) in [
        (vec![], None),
        (vec![("id_token_hint", adas)], ada),
        (vec![("claims", by_claims.as_str())], ada),
        (vec![("login_hint", "ada")], ada),
        (vec![("login_hint", "ADA@example.com")], ada),
        (vec![("login_hint", "bob")], None),
        (vec![("login_hint", "eve")], None),
        (vec![("id_token_hint", adas), ("login_hint", "bob")], None),
        (vec![("prompt", "none"), ("id_token_hint", adas)], ada),
        (vec![("prompt", "login"), ("login_hint", "ada")], ada),
        (vec![("prompt", "select_account"), ("login_hint", "ada")], None),
        (vec![("prompt", "select_account"), ("id_token_hint", adas)], ada),
        (vec![("prompt", "create"), ("login_hint", "ada")], None),
        (vec![("login_hint", "ada"), ("response_type", "token")], None),
        (vec![("id_token_hint", "junk"), ("login_hint", "ada")], None),
    ] {
        assert_eq!(browser.meant(&more).await, expected, "{more:?}");
    }
}

#[tokio::test]
async fn who_was_chosen_for_a_request_stays() {
    let browser = Browser::new().await;
    let path = format!("/v1/oauth2/authorize?{}", request(&[("login_hint", "ada")]));
    let path = postern_domain::OwnPath::parse(&path).unwrap();
    let chosen = after_choice(&browser.party.app, &path, &browser.bob.session);
    assert_eq!(browser.meant_by(path.query()).await, Some(browser.party.session.id));
    assert_eq!(browser.meant_by(chosen.query()).await, None);
}

#[tokio::test]
async fn nobody_is_meant_who_is_not_signed_in_here() {
    let browser = Browser::new().await;
    let app = &browser.party.app;
    testing::user(app, "eve").await;
    let elsewhere = arrive(app, "eve", TokenHash([8; 32]), None).await;
    assert_eq!(browser.meant(&[("login_hint", "eve")]).await, None);
    let eve = app.user(elsewhere.session.user_id).await.unwrap().unwrap();
    let person = Person { session: &elsewhere.session, user: &eve };
    assert_eq!(meant_beside(app, &request(&[("login_hint", "ada")]), Some(person)).await, None);
    assert_eq!(meant_beside(app, &request(&[("login_hint", "ada")]), None).await, None);
    sessions::end_here(app, &browser.party.session).await.unwrap();
    assert_eq!(browser.meant(&[("login_hint", "ada")]).await, None);
}
