//! Access tokens that are JWTs (RFC 9068).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use postern_domain::{
    AccessTokenFormat, ClientMetadata, ErrorCode, Lifetime, RedirectUri, Refusal, ResourceSpec,
    SubjectIdentifierType,
};
use serde_json::{Value, json};

use super::code::claims_of;
use super::resources::{ALL, ISSUER, audience, redeem, refresh, set};
use crate::Actor;
use crate::issue::TokenAnswer;
use crate::party::{self, Party, form, refresh_token, scopes};
use crate::testing::{BOOKS, HERE, MUSIC, two_apis};
use crate::{App, Config, bearer, keys};

/// The books want JWTs.
fn config() -> Config {
    let mut config = two_apis();
    config.resources[0].access_token_format = AccessTokenFormat::Jwt;
    config
}

async fn party(change: impl FnOnce(&mut ClientMetadata)) -> Party {
    Party::configured(config(), |metadata| {
        metadata.scopes = scopes(ALL);
        change(metadata);
    })
    .await
}

/// The claims, as an API verifies them that has only the JWKS document.
async fn verified(app: &App, token: &str, audience: &str) -> Value {
    let keys: JwkSet = serde_json::from_str(&app.signing_keys().await.unwrap().jwks()).unwrap();
    let header = decode_header(token).unwrap();
    assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), Algorithm::RS256));
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[ISSUER]);
    validation.validate_exp = false;
    decode::<Value>(token, &key, &validation).unwrap().claims
}

async fn introspected(party: &Party, token: &str) -> Value {
    let question = party.signed(form(&[("token", token)]));
    serde_json::to_value(bearer::introspect(&party.app, party::sender(&question)).await.unwrap()).unwrap()
}

async fn refused(party: &Party, token: &str) -> Refusal {
    bearer::verdict(&party.app, token, HERE).await.unwrap_err()
}

fn is_jwt(answer: &TokenAnswer) -> bool {
    answer.access_token.reveal().starts_with("eyJ")
}

#[tokio::test]
async fn it_says_what_introspection_says() {
    let party = party(|_| {}).await;
    let answer = redeem(&party, Some(&[BOOKS, MUSIC]), &[BOOKS]).await.unwrap();
    assert_eq!(answer.expires_in, 3_600);
    let token = answer.access_token.reveal();
    let claims = verified(&party.app, token, BOOKS).await;
    let now = party.app.clock.now().0;
    let expected = json!({
        "iss": ISSUER, "sub": party.user.id, "sub_type": "user", "aud": BOOKS, "client_id": "web-app",
        "iat": now, "exp": now + 3_600, "jti": claims["jti"], "scope": "books:read books:write",
        "auth_time": party.session.auth_time, "amr": ["pwd"],
        "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
    });
    assert_eq!(claims, expected);
    let facts = introspected(&party, token).await;
    for name in ["iss", "sub", "sub_type", "client_id", "iat", "exp", "jti", "scope", "auth_time", "acr"] {
        assert_eq!(facts[name], claims[name], "{name}");
    }
    assert_eq!((&facts["aud"], &facts["active"]), (&json!([BOOKS]), &json!(true)));
    let id_token = claims_of(answer.id_token.as_ref().unwrap().reveal());
    assert!(id_token["at_hash"].is_string());
}

#[tokio::test]
async fn the_client_decides_before_its_apis() {
    use AccessTokenFormat::{Jwt, Opaque};
    for (client, named, expected) in [
        (None, vec![BOOKS], Some(vec![BOOKS])),
        (None, vec![BOOKS, MUSIC], Some(vec![BOOKS, MUSIC])),
        (None, vec![MUSIC], None),
        // What is not named shows by the scopes.
        (None, vec![], Some(vec![BOOKS, ISSUER, MUSIC])),
        (Some(Opaque), vec![BOOKS], None),
        (Some(Jwt), vec![MUSIC], Some(vec![MUSIC])),
        (Some(Jwt), vec![], Some(vec![BOOKS, ISSUER, MUSIC])),
    ] {
        let party = party(|metadata| metadata.access_token_format = client).await;
        let answer = redeem(&party, None, &named).await.unwrap();
        assert_eq!(is_jwt(&answer), expected.is_some(), "{client:?} {named:?}");
        if let Some(expected) = expected {
            assert_eq!(audience(&party, &answer).await, Some(set(&expected)), "{client:?} {named:?}");
            verified(&party.app, answer.access_token.reveal(), expected[0]).await;
        }
        let again = refresh(&party, refresh_token(&answer), &named).await.unwrap();
        assert_eq!((is_jwt(&again), &again.scope), (is_jwt(&answer), &answer.scope));
        let retried = refresh(&party, refresh_token(&answer), &named).await.unwrap();
        assert!(retried.access_token == again.access_token, "an honest retry gets the very same");
    }
}

#[tokio::test]
async fn it_is_revoked_as_any_other() {
    let party = party(|_| {}).await;
    let answer = redeem(&party, None, &[BOOKS]).await.unwrap();
    let token = answer.access_token.reveal();
    assert!(bearer::verdict(&party.app, token, HERE).await.is_ok());
    let explained = serde_json::to_value(bearer::explain(&party.app, token).await.unwrap()).unwrap();
    assert_eq!((&explained["works"], &explained["kind"]), (&json!(true), &json!("at")));
    let identity = bearer::identify(&party.app, token).await.unwrap();
    let question = party.signed(form(&[("token", token)]));
    let revoked = bearer::revoke(&party.app, party::sender(&question)).await.unwrap().unwrap();
    assert_eq!(revoked, identity);
    assert_eq!(introspected(&party, token).await, json!({ "active": false }));
    assert!(refused(&party, token).await.description.contains("revoked"));
    // A family's end is its end, too.
    let second = redeem(&party, None, &[BOOKS]).await.unwrap();
    let question = party.signed(form(&[("token", refresh_token(&second))]));
    bearer::revoke(&party.app, party::sender(&question)).await.unwrap();
    assert_eq!(introspected(&party, second.access_token.reveal()).await, json!({ "active": false }));
    let third = redeem(&party, None, &[BOOKS]).await.unwrap();
    party.app.advance(Lifetime::seconds(3_600));
    assert_eq!(introspected(&party, third.access_token.reveal()).await, json!({ "active": false }));
}

/// T07 and P08 of the checks: only the exact string, and no other JWT.
#[tokio::test]
async fn nothing_else_passes_for_it() {
    let party = party(|_| {}).await;
    let answer = redeem(&party, None, &[BOOKS]).await.unwrap();
    let token = answer.access_token.reveal();
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let encoded = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let with_claims = |change: fn(&mut Value)| {
        let mut changed = claims_of(token);
        change(&mut changed);
        format!("{header}.{}.{signature}", encoded(changed))
    };
    let none = encoded(json!({"alg": "none", "typ": "at+jwt"}));
    for other in [
        with_claims(|claims| claims["scope"] = "openid books:read".into()),
        with_claims(|claims| claims["exp"] = json!(4_000_000_000_i64)),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{header}.{claims}"),
        format!("{header}.{claims}.{signature}."),
        format!("{header}.{claims}.{signature}="),
        format!("{header}.{claims}.{}", &signature[1..]),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{token} "),
        token.to_uppercase(),
        format!("{header}.{claims}.{}", "A".repeat(7_000)),
        "eyJ..".to_owned(),
        "eyJ.eyJ.eyJ".to_owned(),
    ] {
        assert_eq!(refused(&party, &other).await.code, ErrorCode::InvalidToken, "{other}");
        assert_eq!(introspected(&party, &other).await, json!({ "active": false }), "{other}");
        assert!(bearer::identify(&party.app, &other).await.is_none(), "{other}");
    }
    let elsewhere =
        refused(&party, &with_claims(|claims| claims["iss"] = "https://else.example".into())).await;
    assert!(elsewhere.description.contains("another instance"), "{elsewhere}");
    let id_token = answer.id_token.as_ref().unwrap().reveal();
    let told = refused(&party, id_token).await;
    assert!(told.code == ErrorCode::InvalidToken && told.description.contains("id_token"), "{told}");
    assert_eq!(introspected(&party, id_token).await, json!({ "active": false }));
    assert!(keys::read_id_token_hint(&party.app, token).await.is_err(), "nor is it an id_token");
    assert!(bearer::is_like_a_token(&party.app, token) && !bearer::is_like_a_token(&party.app, id_token));
    let at_own = bearer::verdict(&party.app, token, HERE).await.unwrap();
    assert_eq!(bearer::for_own_api(&party.app, &at_own).unwrap_err().code, ErrorCode::InvalidToken);
}

#[tokio::test]
async fn it_names_people_as_their_client_knows_them() {
    let party = party(|metadata| {
        metadata.subject_type = SubjectIdentifierType::Pairwise;
        metadata.redirect_uris.truncate(1);
        assert!(matches!(metadata.redirect_uris.as_slice(), [uri] if RedirectUri::as_str(uri).contains("app.example")));
    })
    .await;
    let answer = redeem(&party, None, &[BOOKS]).await.unwrap();
    let claims = claims_of(answer.access_token.reveal());
    assert_eq!(claims["sub"], claims_of(answer.id_token.as_ref().unwrap().reveal())["sub"]);
    assert!(!claims.to_string().contains(&party.user.id.to_string()));
}

#[tokio::test]
async fn it_lives_as_long_as_all_let_it_and_its_key_longer() {
    for (books, client, expected) in [
        (None, None, 3_600),
        (Some(7_200), None, 7_200),
        (Some(7_200), Some(600), 600),
        (Some(10_000_000), None, 864_000),
    ] {
        let mut config = config();
        config.resources[0].access_token_lifetime = books.map(Lifetime::seconds);
        let party = Party::configured(config, |metadata| {
            metadata.scopes = scopes(ALL);
            metadata.access_token_lifetime = client.map(Lifetime::seconds);
        })
        .await;
        keys::rotate(&party.app, &Actor::operator()).await.unwrap();
        // The last moment in which the old key signs.
        party.app.advance(keys::JWKS_MAX_AGE);
        party.app.advance(Lifetime::seconds(59));
        let answer = redeem(&party, None, &[BOOKS]).await.unwrap();
        assert_eq!(answer.expires_in, expected, "{books:?} {client:?}");
        party.app.advance(Lifetime::seconds(expected - 1));
        verified(&party.app, answer.access_token.reveal(), BOOKS).await;
    }
}

#[tokio::test]
async fn the_own_api_can_have_it_too() {
    let mut config = Config::default();
    let identifier = format!("{ISSUER}/");
    config.resources = vec![ResourceSpec {
        identifier,
        access_token_format: AccessTokenFormat::Jwt,
        ..ResourceSpec::default()
    }];
    let party = Party::configured(config, |_| {}).await;
    let answer = party.tokens().await;
    let token = answer.access_token.reveal();
    assert_eq!(verified(&party.app, token, ISSUER).await["scope"], "email openid profile");
    let verdict = bearer::verdict(&party.app, token, HERE).await.unwrap();
    bearer::for_own_api(&party.app, &verdict).unwrap();
    assert!(bearer::userinfo(&party.app, &verdict).await.is_ok());
}
