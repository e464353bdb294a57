use postern_domain::{ErrorCode, Lifetime, SigningAlgorithm};
use serde_json::Value;

use super::{ID_TOKEN_LIFETIME, JWKS_MAX_AGE, KeyState, LEEWAY, SigningKey, read_id_token_hint, rotate};
use crate::Actor;
use crate::party::Party;
use crate::{App, SecretKey, SystemRng};

fn states(app: &App, set: &super::KeySet, algorithm: SigningAlgorithm) -> Vec<(String, KeyState)> {
    let now = app.clock.now();
    set.of(algorithm).map(|key| (key.key.kid().to_owned(), key.state(now))).collect()
}

fn kid_of(token: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_current_and_a_next_key_of_each_algorithm_are_published() {
    let party = Party::new().await;
    let set = party.app.signing_keys().await.unwrap();
    let document: Value = serde_json::from_str(&set.jwks()).unwrap();
    let keys = document["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 6);
    for key in keys {
        assert_eq!(key["use"], "sig");
        assert!(key["kid"].is_string() && key["alg"].is_string());
        assert!(key.get("d").is_none() && key.get("p").is_none(), "nothing private");
    }
    for algorithm in SigningAlgorithm::ALL {
        let states: Vec<_> =
            states(&party.app, &set, *algorithm).into_iter().map(|(_, state)| state).collect();
        assert!(states.contains(&KeyState::Current) && states.contains(&KeyState::Next), "{algorithm}");
    }
}

#[tokio::test]
async fn a_key_signs_no_sooner_than_everybody_has_it() {
    let party = Party::new().await;
    let before = party.tokens().await.id_token.unwrap();
    let old = kid_of(before.reveal());
    let set = rotate(&party.app, &Actor::operator()).await.unwrap();
    let new = set
        .of(SigningAlgorithm::Rs256)
        .find(|key| key.signs_from.is_some() && key.key.kid() != old)
        .unwrap()
        .key
        .kid()
        .to_owned();
    assert!(set.find(&old).is_some() && set.of(SigningAlgorithm::Rs256).count() == 3);
    let signer = async || kid_of(party.tokens().await.id_token.unwrap().reveal());
    party.app.advance(JWKS_MAX_AGE);
    assert_eq!(signer().await, old, "somebody may have fetched the keys just before the new one was there");
    party.app.advance(LEEWAY);
    assert_eq!(signer().await, new);

    let still = || async { party.app.signing_keys().await.unwrap().find(&old).is_some() };
    party.app.advance(ID_TOKEN_LIFETIME);
    assert!(still().await, "the last token it signed dies right now");
    assert!(read_id_token_hint(&party.app, before.reveal()).await.is_ok(), "one that is over is a good hint");
    party.app.advance(LEEWAY);
    assert!(!still().await);
    let refused = read_id_token_hint(&party.app, before.reveal()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn rotations_in_a_row_follow_one_another() {
    let party = Party::new().await;
    for _ in 0..3 {
        rotate(&party.app, &Actor::operator()).await.unwrap();
    }
    for _ in 0..40 {
        let set = party.app.signing_keys().await.unwrap();
        for algorithm in SigningAlgorithm::ALL {
            let states = states(&party.app, &set, *algorithm);
            let signing = states.iter().filter(|(_, state)| *state == KeyState::Current).count();
            assert_eq!(signing, 1, "{algorithm} {states:?}");
        }
        party.app.advance(Lifetime::seconds(150));
    }
}

#[tokio::test]
async fn a_hint_is_only_what_this_instance_signed() {
    let party = Party::new().await;
    let token = party.tokens().await.id_token.unwrap().reveal().to_owned();
    let hint = read_id_token_hint(&party.app, &token).await.unwrap();
    assert_eq!((hint.sub.as_str(), hint.aud.as_str()), (party.user.id.to_string().as_str(), "web-app"));
    assert_eq!(hint.sid, Some(party.session.id));
    let (foreign, _) = SigningKey::generate(SigningAlgorithm::Es256, 2048).unwrap();
    let claims = serde_json::json!({ "iss": party.app.config.issuer(), "sub": "x", "aud": "web-app" });
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, body) = message.split_once('.').unwrap();
    for other in [
        foreign.sign(&claims).unwrap(),
        message.to_owned(),
        format!("{message}."),
        format!("{header}.{}.{signature}", body.replace('a', "b")),
        // {"alg":"none"}
        format!("eyJhbGciOiJub25lIn0.{body}."),
        "..".to_owned(),
        String::new(),
    ] {
        assert!(read_id_token_hint(&party.app, &other).await.is_err(), "{other}");
    }
    let key = party.app.signing_keys().await.unwrap();
    let elsewhere = serde_json::json!({ "iss": "https://other.example", "sub": "x", "aud": "web-app" });
    let signer = key.signer(SigningAlgorithm::Rs256, party.app.clock.now()).unwrap();
    assert!(read_id_token_hint(&party.app, &signer.sign(&elsewhere).unwrap()).await.is_err());
}

#[tokio::test]
async fn another_secret_key_is_noticed_at_once() {
    let party = Party::new().await;
    party.app.check_secret_key().await.unwrap();
    party.app.check_secret_key().await.unwrap();
    let with = |bytes: [u8; 32]| {
        let app = &party.app;
        let key = SecretKey::new(&bytes).unwrap();
        App::new(app.db.clone(), app.config.clone(), key, app.clock.clone(), std::sync::Arc::new(SystemRng))
    };
    assert!(with([7; 32]).check_secret_key().await.is_ok());
    let refused = with([8; 32]).check_secret_key().await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ServerError);
    assert!(refused.description.contains("secret_key_file"));
}
