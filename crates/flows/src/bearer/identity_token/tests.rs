use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation, decode, decode_header};
use postern_domain::{ErrorCode, Lifetime};
use serde_json::{Value, json};

use super::{IDENTITY_TOKEN_TYPE, identity_token};
use crate::bearer::{introspect, verdict};
use crate::keys::read_id_token_hint;
use crate::party::{self, Party, form};
use crate::testing::HERE;

const API: &str = "https://api.example";

/// As an API reads it with a library of its own.
async fn read(party: &Party, token: &str) -> TokenData<Value> {
    let jwks = party.app.signing_keys().await.unwrap().jwks();
    let jwks: JwkSet = serde_json::from_str(&jwks).unwrap();
    let kid = decode_header(token).unwrap().kid.unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&[API]);
    validation.set_issuer(&["http://localhost:8080"]);
    // The library has a clock of its own.
    validation.validate_exp = false;
    decode(token, &DecodingKey::from_jwk(jwks.find(&kid).unwrap()).unwrap(), &validation).unwrap()
}

#[tokio::test]
async fn an_api_can_read_who_asks() {
    let party = Party::new().await;
    let answer = party.tokens().await;
    let verdict = verdict(&party.app, answer.access_token.reveal(), HERE).await.unwrap();
    let token = identity_token(&party.app, &verdict, API).await.unwrap();
    let TokenData { header, claims, .. } = read(&party, token.reveal()).await;
    assert_eq!(header.typ.as_deref(), Some(IDENTITY_TOKEN_TYPE));
    let now = party.app.clock.now().0;
    let jti = claims["jti"].clone();
    assert_eq!(
        claims,
        json!({
            "iss": "http://localhost:8080", "aud": API, "sub": party.user.id, "sub_type": "user",
            "client_id": "web-app", "token_id": verdict.id, "scope": "email openid profile",
            "iat": now, "exp": now + 60, "jti": jti,
        })
    );
    assert!(jti.as_str().is_some_and(|jti| jti.len() == 36));
}

#[tokio::test]
async fn it_is_given_again_for_half_of_its_life_and_ends_with_the_token() {
    let party = Party::new().await;
    let answer = party.tokens().await;
    let verdict = verdict(&party.app, answer.access_token.reveal(), HERE).await.unwrap();
    let mint = async |audience: &str| {
        let token = identity_token(&party.app, &verdict, audience).await.unwrap();
        token.reveal().to_owned()
    };
    let first = mint(API).await;
    party.app.advance(Lifetime::seconds(29));
    assert_eq!(mint(API).await, first);
    party.app.advance(Lifetime::seconds(1));
    let second = mint(API).await;
    assert_ne!(second, first);
    assert_ne!(mint("https://other.example").await, second, "it is for one API");
    let end = verdict.expires_at.unwrap();
    party.app.advance(Lifetime::seconds(end.0 - party.app.clock.now().0 - 10));
    assert_eq!(read(&party, &mint(API).await).await.claims["exp"], json!(end));
    assert!(!format!("{verdict:?}").contains(&second), "and it is no secret for a log");
}

#[tokio::test]
async fn it_is_no_other_token() {
    let party = Party::new().await;
    let answer = party.tokens().await;
    let asks = verdict(&party.app, answer.access_token.reveal(), HERE).await.unwrap();
    // Even if it were for a client.
    let token = identity_token(&party.app, &asks, "web-app").await.unwrap();
    let token = token.reveal();
    assert_eq!(verdict(&party.app, token, HERE).await.unwrap_err().code, ErrorCode::InvalidToken);
    assert!(read_id_token_hint(&party.app, token).await.is_err());
    let asked = party.signed(form(&[("token", token)]));
    let told = introspect(&party.app, party::sender(&asked)).await.unwrap();
    assert!(!told.active);
    let refused = party.refresh(token).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidGrant);
}
