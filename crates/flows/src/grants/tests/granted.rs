//! Which scopes a client was ever issued a token with is noted beside the answer.

use std::time::Duration;

use postern_domain::{GrantName, GrantedScopes, Refusal, Scopes};
use postern_storage::clients;
use sqlx::{Connection, SqliteConnection};

use super::resources::{ALL, redeem};
use crate::grants::GRANTS;
use crate::issue::TokenAnswer;
use crate::party::{Party, form, refresh_token, scopes};
use crate::testing::{BOOKS, two_apis};

async fn granted(party: &Party) -> GrantedScopes {
    clients::find(&party.app.db, party.client.id).await.unwrap().unwrap().granted
}

/// What is noted in the end: the note is beside the answer.
async fn noted(party: &Party, expected: &Scopes) -> GrantedScopes {
    for _ in 0..500 {
        let granted = granted(party).await;
        if granted.scopes == *expected {
            return granted;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    granted(party).await
}

/// As a client is that was registered before anything was noted.
async fn forget(party: &Party) {
    let url = format!("sqlite://{}/postern.db", party.app.folder().display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("UPDATE clients SET granted_scopes = NULL").execute(&mut connection).await.unwrap();
    let (id, now) = (party.client.id, party.app.clock.now());
    let write = party.app.db.write(id, move |tx, id| {
        Box::pin(async move { Ok::<_, Refusal>(clients::set_disabled(tx, *id, false, now).await?) })
    });
    assert!(write.await.unwrap());
}

/// Tokens by this grant and no other, with what they hold. Whoever adds a grant says how it is used.
async fn issue_by(party: &Party, name: GrantName) -> (TokenAnswer, Scopes) {
    let held = scopes("openid profile email");
    match name {
        GrantName::AuthorizationCode => (party.tokens().await, held),
        GrantName::RefreshToken => {
            let first = party.tokens().await;
            noted(party, &held).await;
            forget(party).await;
            let narrower = scopes("openid email");
            (party.refresh_to(refresh_token(&first), "openid email").await.unwrap(), narrower)
        }
    }
}

#[tokio::test]
async fn each_grant_is_noted() {
    for grant in GRANTS {
        let party = Party::new().await;
        let registered = party.client.metadata.scopes.clone();
        assert_eq!(granted(&party).await, GrantedScopes::since(party.client.created_at));
        let (_answer, held) = issue_by(&party, grant.name()).await;
        assert_eq!(noted(&party, &held).await.scopes, held, "{}", grant.name());
        let client = clients::find(&party.app.db, party.client.id).await.unwrap().unwrap();
        assert_eq!(client.unused_scopes(), registered.difference(&held), "{}", grant.name());
    }
}

#[tokio::test]
async fn what_is_refused_is_not_granted() {
    let party = Party::new().await;
    let code = party.code().await;
    let refused = party.redemption(&code).with("code_verifier", &"x".repeat(43));
    party.token(refused).await.unwrap_err();
    let unknown = form(&[("grant_type", "refresh_token"), ("refresh_token", "postern_rt_x")]);
    party.token(unknown).await.unwrap_err();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(granted(&party).await.scopes.is_empty());
}

/// A client that asks for a token for one API holds the rest by its refresh token.
#[tokio::test]
async fn what_the_refresh_token_holds_is_granted_too() {
    let party = Party::configured(two_apis(), |metadata| metadata.scopes = scopes(ALL)).await;
    let answer = redeem(&party, None, &[BOOKS]).await.unwrap();
    assert!(answer.scope.len() < scopes(ALL).len());
    assert_eq!(noted(&party, &scopes(ALL)).await.scopes, scopes(ALL));
    let party = Party::configured(two_apis(), |metadata| {
        metadata.scopes = scopes(ALL);
        metadata.grants = vec![GrantName::AuthorizationCode];
    })
    .await;
    let answer = redeem(&party, None, &[BOOKS]).await.unwrap();
    assert_eq!(noted(&party, &answer.scope).await.scopes, answer.scope);
}

#[tokio::test]
async fn what_is_known_is_not_written_again() {
    let party = Party::new().await;
    party.tokens().await;
    noted(&party, &scopes("openid profile email")).await;
    let touched = async || {
        let client = clients::find(&party.app.db, party.client.id).await.unwrap().unwrap();
        client.last_used_at.is_some() && client.secrets.iter().all(|secret| secret.last_used_at.is_some())
    };
    while !touched().await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let since = party.app.db.epochs().now();
    let answer = party.tokens().await;
    party.refresh_to(refresh_token(&answer), "openid").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(party.app.db.epochs().holds(since, &[party.client.id.0]));
}
