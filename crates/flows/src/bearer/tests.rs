use postern_domain::{ClientType, ErrorCode, GrantName, Lifetime, Params, Refusal, TokenKind};
use serde_json::{Value, json};

use super::{explain, introspect, revoke, userinfo, verdict};
use crate::party::{self, Party, form, refresh_token, scopes};
use crate::testing::HERE;

async fn introspected(party: &Party, credentials: &Params, token: &str) -> Result<Value, Refusal> {
    let form = credentials.clone().with("token", token);
    let answer = introspect(&party.app, party::sender(&form)).await?;
    Ok(serde_json::to_value(answer).unwrap())
}

async fn revoked(party: &Party, credentials: &Params, token: &str) -> Result<(), Refusal> {
    let form = credentials.clone().with("token", token);
    revoke(&party.app, party::sender(&form)).await.map(|_| ())
}

async fn works(party: &Party, token: &str) -> bool {
    verdict(&party.app, token, HERE).await.is_ok()
}

fn inactive() -> Value {
    json!({ "active": false })
}

#[tokio::test]
async fn userinfo_says_what_the_scopes_allow() {
    let party = Party::new().await;
    for (scope, names) in [
        ("openid", vec!["sub"]),
        ("openid email", vec!["email", "email_verified", "sub"]),
        ("openid profile", vec!["name", "preferred_username", "sub", "updated_at"]),
    ] {
        let code = party.code_with(|new| new.permit.scopes = scopes(scope)).await;
        let answer = party.token(party.redemption(&code)).await.unwrap();
        let verdict = verdict(&party.app, answer.access_token.reveal(), HERE).await.unwrap();
        let claims = serde_json::to_value(userinfo(&party.app, &verdict).await.unwrap()).unwrap();
        let mut found: Vec<_> = claims.as_object().unwrap().keys().collect();
        found.sort();
        assert_eq!(found, names, "{scope}");
    }
    let code = party.code_with(|new| new.permit.scopes = scopes("email")).await;
    let answer = party.token(party.redemption(&code)).await.unwrap();
    let verdict = verdict(&party.app, answer.access_token.reveal(), HERE).await.unwrap();
    assert_eq!(userinfo(&party.app, &verdict).await.unwrap_err().code, ErrorCode::InsufficientScope);
}

/// T07 of the checks: only the exact string, and only where it belongs.
#[tokio::test]
async fn only_the_exact_token_works() {
    let party = Party::new().await;
    let answer = party.tokens().await;
    let token = answer.access_token.reveal().to_owned();
    assert!(works(&party, &token).await);
    let unknown = party.app.new_token(TokenKind::Access);
    let id_token = answer.id_token.as_ref().unwrap().reveal();
    for other in [
        &token[1..],
        &token[..token.len() - 1],
        &format!("{token}0"),
        &format!(" {token}"),
        &format!("{token}\n"),
        &token.to_uppercase(),
        &token.replace("postern_", "sandbox_"),
        &token.replace("_at_", "_pat_"),
        "",
        refresh_token(&answer),
        unknown.reveal(),
        party.secret.as_str(),
        id_token,
    ] {
        let refused = verdict(&party.app, other, HERE).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidToken, "{other}");
    }
    party.app.advance(Lifetime::days(10));
    assert!(!works(&party, &token).await, "it has ended, also in memory");
}

#[tokio::test]
async fn introspection_tells_its_own_client_and_resource_servers() {
    let party = Party::new().await;
    let answer = party.tokens().await;
    let access = answer.access_token.reveal();
    let own = party.signed(form(&[]));
    let told = introspected(&party, &own, access).await.unwrap();
    let now = party.app.clock.now().0;
    let jti = told["jti"].clone();
    assert_eq!(
        told,
        json!({
            "active": true, "scope": "email openid profile", "client_id": "web-app", "username": "ada",
            "token_type": "Bearer", "exp": now + 864_000, "iat": now, "sub": party.user.id,
            "sub_type": "user", "iss": "http://localhost:8080", "jti": jti, "auth_time": now,
            "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
        })
    );
    let refresh = introspected(&party, &own, refresh_token(&answer)).await.unwrap();
    assert_eq!((&refresh["active"], refresh.get("token_type")), (&json!(true), None));

    let credentials = |name: &str, secret: &str| form(&[("client_id", name), ("client_secret", secret)]);
    let (_, secret) = party::client(&party.app, "nosy", |_| {}).await;
    let nosy = credentials("nosy-app", &secret);
    let (_, secret) = party::client(&party.app, "api", |metadata| metadata.resource_server = true).await;
    let api = credentials("api-app", &secret);
    assert_eq!(introspected(&party, &nosy, access).await.unwrap(), inactive());
    assert_eq!(introspected(&party, &api, access).await.unwrap(), told);
    assert_eq!(introspected(&party, &api, refresh_token(&answer)).await.unwrap(), inactive());
    for nothing in ["x", &party.secret, party.app.new_token(TokenKind::Access).reveal(), &party.code().await]
    {
        assert_eq!(introspected(&party, &own, nothing).await.unwrap(), inactive(), "{nothing}");
    }
    assert_eq!(
        introspect(&party.app, party::sender(&own)).await.unwrap_err().code,
        ErrorCode::InvalidRequest
    );
    let bad = credentials("web-app", "guess");
    assert_eq!(introspected(&party, &bad, access).await.unwrap_err().code, ErrorCode::InvalidClient);
}

#[tokio::test]
async fn introspection_is_not_for_public_clients() {
    let party = Party::with(|metadata| metadata.client_type = ClientType::Public).await;
    let answer = party.tokens().await;
    let own = party.signed(form(&[]));
    let refused = introspected(&party, &own, answer.access_token.reveal()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidClient);
    revoked(&party, &own, answer.access_token.reveal()).await.unwrap();
    assert!(!works(&party, answer.access_token.reveal()).await, "but they may revoke what is theirs");
}

/// RFC 7009.
#[tokio::test]
async fn an_access_token_ends_alone_and_a_refresh_token_with_its_family() {
    let party = Party::new().await;
    let own = party.signed(form(&[]));
    let (first, second) = (party.tokens().await, party.tokens().await);
    let renewed = party.refresh(refresh_token(&first)).await.unwrap();
    assert!(works(&party, first.access_token.reveal()).await);
    revoked(&party, &own, first.access_token.reveal()).await.unwrap();
    assert!(!works(&party, first.access_token.reveal()).await);
    assert!(works(&party, renewed.access_token.reveal()).await);
    revoked(&party, &own, refresh_token(&renewed)).await.unwrap();
    assert!(!works(&party, renewed.access_token.reveal()).await);
    assert!(party.refresh(refresh_token(&renewed)).await.is_err());
    assert!(works(&party, second.access_token.reveal()).await, "another sign-in is another family");
}

#[tokio::test]
async fn what_is_unknown_or_another_clients_is_answered_alike_and_stays() {
    let party = Party::new().await;
    let answer = party.tokens().await;
    let (_, secret) = party::client(&party.app, "nosy", |_| {}).await;
    let nosy = form(&[("client_id", "nosy-app"), ("client_secret", &secret)]);
    for token in [answer.access_token.reveal(), refresh_token(&answer), "x", ""] {
        let outcome = revoked(&party, &nosy, token).await;
        assert_eq!(outcome.is_ok(), !token.is_empty(), "{token}");
    }
    assert!(works(&party, answer.access_token.reveal()).await);
    assert!(party.refresh(refresh_token(&answer)).await.is_ok());
}

/// Contract, section 5: revocation and every narrowing act at once on the node that did it.
#[tokio::test]
async fn a_verdict_in_memory_dies_with_what_it_rests_on() {
    let mut party = Party::new().await;
    let answer = party.tokens().await;
    let token = answer.access_token.reveal();
    assert!(verdict(&party.app, token, HERE).await.unwrap().holds("email"));
    party.reregister(|metadata| metadata.scopes = scopes("openid profile")).await;
    assert!(!verdict(&party.app, token, HERE).await.unwrap().holds("email"), "the client lost the scope");
    party.reregister(|metadata| metadata.grants = vec![GrantName::AuthorizationCode]).await;
    assert!(works(&party, token).await);
    let (id, now) = (party.client.id, party.app.clock.now());
    let write = party.app.db.write(id, move |tx, id| {
        Box::pin(async move {
            postern_storage::clients::set_disabled(tx, *id, true, now).await?;
            Ok::<_, Refusal>(())
        })
    });
    write.await.unwrap();
    assert!(!works(&party, token).await);
}

#[tokio::test]
async fn an_explanation_says_what_is_the_matter() {
    let party = Party::new().await;
    let answer = party.tokens().await;
    let renewed = party.refresh(refresh_token(&answer)).await.unwrap();
    let state = async |token: &str| explain(&party.app, token).await.unwrap().state;
    assert_eq!(state(renewed.access_token.reveal()).await, "live");
    assert_eq!(state(refresh_token(&answer)).await, "replaced by a newer one");
    assert!(state("postern_at_x").await.starts_with("no token of this instance"));
    assert!(state(party.app.new_token(TokenKind::Access).reveal()).await.starts_with("unknown"));
    let own = party.signed(form(&[]));
    revoked(&party, &own, refresh_token(&renewed)).await.unwrap();
    assert_eq!(state(renewed.access_token.reveal()).await, "revoked with its whole family");
    party.app.advance(Lifetime::days(10));
    assert_eq!(state(renewed.access_token.reveal()).await, "expired");
    let told =
        serde_json::to_value(explain(&party.app, renewed.access_token.reveal()).await.unwrap()).unwrap();
    assert_eq!((&told["kind"], &told["checksum"]), (&json!("at"), &json!("right")));
    assert_eq!((&told["client_id"], &told["username"]), (&json!("web-app"), &json!("ada")));
    assert_eq!(told["permit"]["scopes"], "email openid profile");
}
