//! Subjects that only one sector knows, and userinfo that is signed.

use postern_domain::{ClientMetadata, ClientType, RedirectUri, SigningAlgorithm, SubjectIdentifierType};
use serde_json::Value;

use super::code::claims_of;
use crate::party::{self, Party, form};
use crate::testing::HERE;
use crate::{authorize, bearer, keys, subject_name};

/// A client that wants pairwise subjects and signed userinfo.
async fn pairwise() -> Party {
    Party::with(|metadata: &mut ClientMetadata| {
        metadata.subject_type = SubjectIdentifierType::Pairwise;
        metadata.userinfo_signed_response_alg = Some(SigningAlgorithm::Es256);
    })
    .await
}

/// What happens next to a request of the party's client in the name of the person who is signed in.
async fn outcome(party: &Party, more: &[(&str, &str)]) -> String {
    let mut query = form(&[
        ("client_id", "web-app"),
        ("redirect_uri", party::REDIRECT_URI),
        ("response_type", "code"),
        ("scope", "openid profile email"),
        ("prompt", "none"),
        ("code_challenge", party::CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    for (name, value) in more {
        query = query.with(name, value);
    }
    let person = authorize::Person { session: &party.session, user: &party.user };
    match authorize::authorize(&party.app, &query.to_urlencoded(), Some(person)).await.unwrap() {
        authorize::Next::Return(answer) => format!("{answer:?}"),
        next => format!("{next:?}"),
    }
}

#[tokio::test]
async fn every_answer_names_the_person_as_the_sector_knows_them() {
    let party = pairwise().await;
    let name = subject_name::of_user(&party.app, &party.client, party.user.id);
    let answer = party.tokens().await;
    let id_token = answer.id_token.as_ref().unwrap().reveal();
    assert_eq!(claims_of(id_token)["sub"], name);
    assert!(!claims_of(id_token).to_string().contains(&party.user.id.to_string()));

    let verdict = bearer::verdict(&party.app, answer.access_token.reveal(), HERE).await.unwrap();
    assert_eq!(verdict.permit.subject.to_string(), party.user.id.to_string(), "the API knows who it is");
    let bearer::Userinfo::Signed(userinfo) = bearer::userinfo(&party.app, &verdict).await.unwrap() else {
        panic!("it is not signed");
    };
    let claims = claims_of(&userinfo);
    assert_eq!(
        (&claims["sub"], &claims["iss"], &claims["aud"]),
        (&Value::from(name.as_str()), &"http://localhost:8080".into(), &"web-app".into(),)
    );
    assert_eq!(claims["email"], "ada@example.com");

    let asked = form(&[
        ("client_id", "web-app"),
        ("client_secret", &party.secret),
        ("token", answer.access_token.reveal()),
    ]);
    let told = bearer::introspect(&party.app, party::sender(&asked)).await.unwrap();
    assert_eq!(serde_json::to_value(told).unwrap()["sub"], name);
}

#[tokio::test]
async fn a_hint_names_the_person_as_the_sector_knows_them() {
    let party = pairwise().await;
    let answer = party.tokens().await;
    let id_token = answer.id_token.as_ref().unwrap().reveal();
    assert!(!outcome(&party, &[("id_token_hint", id_token)]).await.contains("login_required"));
    let name = subject_name::of_user(&party.app, &party.client, party.user.id);
    for (sub, is_meant) in [(name.as_str(), true), (party.user.id.to_string().as_str(), false)] {
        let claims = format!(r#"{{"id_token":{{"sub":{{"value":"{sub}"}}}}}}"#);
        let next = outcome(&party, &[("claims", &claims)]).await;
        assert_eq!(!next.contains("login_required"), is_meant, "{sub}: {next}");
    }
    let verdict = bearer::verdict(&party.app, answer.access_token.reveal(), HERE).await.unwrap();
    let bearer::Userinfo::Signed(userinfo) = bearer::userinfo(&party.app, &verdict).await.unwrap() else {
        panic!("it is not signed");
    };
    assert!(keys::read_id_token_hint(&party.app, &userinfo).await.is_err(), "it is no id_token");
}

#[tokio::test]
async fn a_client_that_says_no_max_age_has_its_default() {
    let party = Party::with(|metadata| metadata.default_max_age = Some(60)).await;
    assert!(!outcome(&party, &[]).await.contains("login_required"));
    party.app.advance(postern_domain::Lifetime::seconds(61));
    assert!(outcome(&party, &[]).await.contains("login_required"));
    assert!(!outcome(&party, &[("max_age", "3600")]).await.contains("login_required"), "it said another");
}

#[tokio::test]
async fn another_sector_knows_the_person_by_another_name() {
    let party = pairwise().await;
    let mut other = party.client.clone();
    other.metadata.redirect_uris =
        vec![RedirectUri::register("https://b.example/cb", ClientType::Confidential).unwrap()];
    let name = |client| subject_name::of_user(&party.app, client, party.user.id);
    assert_ne!(name(&party.client), name(&other));
}
