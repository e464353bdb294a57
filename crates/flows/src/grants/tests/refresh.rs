use std::sync::Arc;

use postern_domain::{ErrorCode, GrantName, Lifetime, Refusal, SigningAlgorithm, UserState};
use postern_storage::tokens;
use serde_json::json;

use super::code::{set_disabled, set_state, withdraw};
use crate::issue::TokenAnswer;
use crate::party::{self, Party, form, refresh_token, scopes};
use crate::testing::HERE;
use crate::{Config, bearer};

fn code_of(outcome: Result<TokenAnswer, Refusal>) -> &'static str {
    outcome.map(|_| "ok").unwrap_or_else(|refusal| refusal.code.as_str())
}

async fn works(party: &Party, answer: &TokenAnswer) -> bool {
    bearer::verdict(&party.app, answer.access_token.reveal(), HERE).await.is_ok()
}

fn same(a: &TokenAnswer, b: &TokenAnswer) -> bool {
    a.access_token == b.access_token && a.refresh_token == b.refresh_token
}

#[tokio::test]
async fn a_refresh_replaces_the_refresh_token_and_leaves_the_access_token() {
    let party = Party::new().await;
    let first = party.tokens().await;
    let second = party.refresh(refresh_token(&first)).await.unwrap();
    assert!(!same(&first, &second));
    assert_eq!((second.expires_in, &second.scope), (first.expires_in, &first.scope));
    assert!(second.id_token.is_some());
    assert!(works(&party, &first).await && works(&party, &second).await);
    let third = party.refresh(refresh_token(&second)).await.unwrap();
    assert!(works(&party, &third).await);
}

#[tokio::test]
async fn an_honest_retry_gets_the_very_same_again() {
    let party = Party::new().await;
    let first = party.tokens().await;
    let second = party.refresh(refresh_token(&first)).await.unwrap();
    party.app.advance(Lifetime::seconds(60));
    let again = party.refresh(refresh_token(&first)).await.unwrap();
    assert!(same(&second, &again));
    assert_eq!(again.expires_in, second.expires_in - 60);
    let wider = party.refresh_to(refresh_token(&first), "openid unheard-of").await;
    assert_eq!(code_of(wider), "invalid_scope");
    assert!(party.refresh(refresh_token(&again)).await.is_ok(), "there is one tip, and it works");
}

/// RFC 9700 section 4.14.2.
#[tokio::test]
async fn a_later_retry_ends_the_family() {
    for use_successor in [Use::Time, Use::Access, Use::Refresh, Use::Introspection, Use::Revocation] {
        let party = Party::new().await;
        let first = party.tokens().await;
        let second = party.refresh(refresh_token(&first)).await.unwrap();
        match use_successor {
            Use::Time => party.app.advance(Lifetime::seconds(61)),
            Use::Access => assert!(works(&party, &second).await),
            Use::Refresh => assert!(party.refresh(refresh_token(&second)).await.is_ok()),
            Use::Introspection => {
                let form = party.signed(form(&[("token", second.access_token.reveal())]));
                assert!(bearer::introspect(&party.app, party::sender(&form)).await.unwrap().active);
            }
            Use::Revocation => {
                let form = party.signed(form(&[("token", second.access_token.reveal())]));
                bearer::revoke(&party.app, party::sender(&form)).await.unwrap();
            }
        }
        assert_eq!(code_of(party.refresh(refresh_token(&first)).await), "invalid_grant", "{use_successor:?}");
        for answer in [&first, &second] {
            assert!(!works(&party, answer).await, "{use_successor:?}");
            assert_eq!(code_of(party.refresh(refresh_token(answer)).await), "invalid_grant");
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Use {
    Time,
    Access,
    Refresh,
    Introspection,
    Revocation,
}

#[tokio::test]
async fn the_use_of_the_predecessor_does_not_count() {
    let party = Party::new().await;
    let first = party.tokens().await;
    let second = party.refresh(refresh_token(&first)).await.unwrap();
    assert!(works(&party, &first).await);
    assert!(same(&party.refresh(refresh_token(&first)).await.unwrap(), &second));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_refreshes_at_once_all_get_the_one_successor() {
    let party = Party::with(|metadata| metadata.id_token_signed_response_alg = SigningAlgorithm::Es256).await;
    let party = Arc::new(party);
    let first = party.tokens().await;
    let racers: Vec<_> = (0..32)
        .map(|_| {
            let (party, token) = (Arc::clone(&party), refresh_token(&first).to_owned());
            tokio::spawn(async move { party.refresh(&token).await })
        })
        .collect();
    let mut answers = Vec::new();
    for racer in racers {
        answers.push(racer.await.unwrap().unwrap());
    }
    assert!(answers.iter().all(|answer| same(answer, &answers[0])));
    assert!(works(&party, &answers[0]).await);
    assert!(party.refresh(refresh_token(&answers[0])).await.is_ok());
}

/// P06 of the checks: what was given up does not come back, and what was never there does not come.
#[tokio::test]
async fn a_scope_can_be_given_up_but_not_gained() {
    let party = Party::new().await;
    let first = party.tokens().await;
    let token = refresh_token(&first);
    for (scope, code) in [
        ("openid user:read", "invalid_scope"),
        ("openid  email", "invalid_scope"),
        ("openid \u{e9}", "invalid_scope"),
        ("unknown", "invalid_scope"),
    ] {
        assert_eq!(code_of(party.refresh_to(token, scope).await), code, "{scope}");
    }
    let narrow = party.refresh_to(token, "email openid").await.unwrap();
    assert_eq!(narrow.scope, scopes("openid email"));
    let widened = party.refresh_to(refresh_token(&narrow), "openid profile email").await;
    assert_eq!(code_of(widened), "invalid_scope");
    let still_narrow = party.refresh(refresh_token(&narrow)).await.unwrap();
    assert_eq!(still_narrow.scope, scopes("openid email"));
    let plain = party.refresh_to(refresh_token(&still_narrow), "email").await.unwrap();
    assert!(plain.id_token.is_none());
}

#[tokio::test]
async fn another_client_learns_nothing_and_spoils_nothing() {
    let party = Party::new().await;
    let (other, secret) = party::client(&party.app, "other", |_| {}).await;
    let first = party.tokens().await;
    let foreign = form(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token(&first))])
        .with("client_id", other.identifier.as_str())
        .with("client_secret", &secret);
    assert_eq!(code_of(party::token(&party.app, &foreign).await), "invalid_grant");
    let second = party.refresh(refresh_token(&first)).await.unwrap();
    party.app.advance(Lifetime::seconds(61));
    assert_eq!(code_of(party::token(&party.app, &foreign).await), "invalid_grant");
    assert!(works(&party, &second).await);
}

#[tokio::test]
async fn person_client_and_consent_are_looked_at_again() {
    let mut party = Party::new().await;
    let first = party.tokens().await;
    let token = refresh_token(&first).to_owned();
    set_state(&party, UserState::Disabled).await;
    assert_eq!(code_of(party.refresh(&token).await), "invalid_grant");
    set_state(&party, UserState::Active).await;
    set_disabled(&party, true).await;
    assert_eq!(code_of(party.refresh(&token).await), "invalid_grant");
    set_disabled(&party, false).await;
    party.reregister(|metadata| metadata.scopes = scopes("openid profile")).await;
    assert_eq!(code_of(party.refresh(&token).await), "invalid_scope");
    party.reregister(|metadata| metadata.grants = vec![GrantName::AuthorizationCode]).await;
    assert_eq!(code_of(party.refresh(&token).await), "unauthorized_client");
    party.reregister(|metadata| metadata.grants.push(GrantName::RefreshToken)).await;
    let second = party.refresh_to(&token, "openid profile").await.unwrap();
    withdraw(&party).await;
    assert_eq!(code_of(party.refresh(refresh_token(&second)).await), "invalid_grant");
    assert!(!works(&party, &second).await);
}

#[tokio::test]
async fn a_client_that_loses_trust_needs_a_consent() {
    let mut party = Party::with(|metadata| metadata.trusted = true).await;
    withdraw(&party).await;
    let first = party.tokens().await;
    let second = party.refresh(refresh_token(&first)).await.unwrap();
    party.reregister(|metadata| metadata.trusted = false).await;
    assert_eq!(code_of(party.refresh(refresh_token(&second)).await), "invalid_grant");
    assert!(!works(&party, &second).await);
}

#[tokio::test]
async fn disuse_and_the_absolute_end_end_it() {
    let party = Party::new().await;
    let first = party.tokens().await;
    party.app.advance(Lifetime::days(89));
    let second = party.refresh(refresh_token(&first)).await.unwrap();
    party.app.advance(Lifetime::days(90));
    assert_eq!(code_of(party.refresh(refresh_token(&second)).await), "invalid_grant");

    let mut config = Config::default();
    config.lifetimes.grant = Some(Lifetime::days(100));
    let party = Party::configured(config, |metadata| {
        metadata.refresh_token_lifetime = Some(Lifetime::days(60));
    })
    .await;
    let mut answer = party.tokens().await;
    for _ in 0..2 {
        party.app.advance(Lifetime::days(49));
        answer = party.refresh(refresh_token(&answer)).await.unwrap();
    }
    assert_eq!(answer.expires_in, 2 * 86_400, "nothing outlives the grant");
    party.app.advance(Lifetime::days(2));
    assert_eq!(code_of(party.refresh(refresh_token(&answer)).await), "invalid_grant");
    assert!(!works(&party, &answer).await);
}

#[tokio::test]
async fn the_sealed_successor_is_forgotten() {
    let party = Party::new().await;
    let first = party.tokens().await;
    party.refresh(refresh_token(&first)).await.unwrap();
    let hash = party.app.secret_key.hash(first.refresh_token.as_ref().unwrap());
    let (kept, _) = tokens::find_by_hash(&party.app.db, hash).await.unwrap().unwrap();
    assert!(kept.successor.is_some());
    party.app.advance(Lifetime::seconds(180));
    crate::upkeep::pass(&party.app).await.unwrap();
    let (kept, _) = tokens::find_by_hash(&party.app.db, hash).await.unwrap().unwrap();
    assert!(kept.successor.is_none() && kept.consumed_at.is_some());
    let refused = party.refresh(refresh_token(&first)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidGrant);
}

/// RFC 9396 section 6.
#[tokio::test]
async fn a_refresh_may_ask_for_fewer_requests_and_never_for_others() {
    let party = Party::new().await;
    let first = party.tokens().await;
    let details = |lines: &[&str]| json!([{ "type": "request_limit", "limits": lines }]).to_string();
    let to = async |token: &TokenAnswer, details: &str| {
        let asked = [("grant_type", "refresh_token"), ("refresh_token", refresh_token(token))];
        party.token(form(&[asked.as_slice(), &[("authorization_details", details)]].concat())).await
    };
    let told =
        |answer: &TokenAnswer| serde_json::to_value(&answer.authorization_details).unwrap().to_string();
    for malformed in ["{", "[]", r#"[{"type":"payment","limits":[".*"]}]"#] {
        assert_eq!(code_of(to(&first, malformed).await), "invalid_authorization_details", "{malformed}");
    }
    let two = to(&first, &details(&["[get].*", "[post].*/a"])).await.unwrap();
    assert_eq!(told(&two), details(&["[get].*", "[post].*/a"]));
    let same = to(&two, &details(&["[get].*", "[post].*/a"])).await.unwrap();
    assert_eq!(code_of(to(&same, &details(&["[get].*", "[put].*"])).await), "invalid_authorization_details");
    let one = to(&same, &details(&["[get].*"])).await.unwrap();
    let back = to(&one, &details(&["[post].*/a"])).await;
    assert_eq!(code_of(back), "invalid_authorization_details", "what was given up does not come back");
    let plain = party.refresh(refresh_token(&one)).await.unwrap();
    assert_eq!(told(&plain), details(&["[get].*"]), "and stays without being asked for");
    let verdict = bearer::verdict(&party.app, plain.access_token.reveal(), HERE).await.unwrap();
    assert!(verdict.is_limited());
}

#[tokio::test]
async fn a_code_is_worth_no_more_requests_than_are_asked_for() {
    let party = Party::new().await;
    let code = party.code().await;
    let details = json!([{ "type": "request_limit", "limits": ["[get].*"] }]).to_string();
    let wrong = party.redemption(&code).with("authorization_details", "[]");
    assert_eq!(code_of(party.token(wrong).await), "invalid_authorization_details");
    let answer = party.token(party.redemption(&code).with("authorization_details", &details)).await.unwrap();
    assert_eq!(serde_json::to_value(&answer.authorization_details).unwrap().to_string(), details);
    let renewed = party.refresh(refresh_token(&answer)).await.unwrap();
    assert_eq!(renewed.authorization_details.len(), 1);
}
