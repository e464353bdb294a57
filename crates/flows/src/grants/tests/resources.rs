use std::collections::BTreeSet;

use postern_domain::{Lifetime, Params, Permit, Refusal};

use crate::issue::TokenAnswer;
use crate::party::{Party, form, refresh_token, scopes};
use crate::testing::{BOOKS, HERE, MUSIC, two_apis};
use crate::{Config, bearer};

pub(super) const ISSUER: &str = "http://localhost:8080";
pub(super) const ALL: &str = "openid profile books:read books:write music:read";

async fn party(change: impl FnOnce(&mut Config)) -> Party {
    let mut config = two_apis();
    change(&mut config);
    Party::configured(config, |metadata| metadata.scopes = scopes(ALL)).await
}

/// A code for `granted`, redeemed with `more`.
pub(super) async fn redeem(
    party: &Party,
    granted: Option<&[&str]>,
    more: &[&str],
) -> Result<TokenAnswer, Refusal> {
    let code = party
        .code_with(|new| {
            let whole = Permit::of_user(party.user.id, scopes(ALL));
            new.permit = Permit { audience: granted.map(set), ..whole };
        })
        .await;
    party.token(with(party.redemption(&code), more)).await
}

pub(super) async fn refresh(party: &Party, token: &str, more: &[&str]) -> Result<TokenAnswer, Refusal> {
    let refresh = form(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
    party.token(with(refresh, more)).await
}

fn with(form: Params, resources: &[&str]) -> Params {
    resources.iter().fold(form, |form, resource| form.and("resource", resource))
}

pub(super) fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub(super) async fn audience(party: &Party, answer: &TokenAnswer) -> Option<BTreeSet<String>> {
    let verdict = bearer::verdict(&party.app, answer.access_token.reveal(), HERE).await.unwrap();
    verdict.permit.audience.clone()
}

fn code_of(outcome: Result<TokenAnswer, Refusal>) -> &'static str {
    outcome.map(|_| "ok").unwrap_or_else(|refusal| refusal.code.as_str())
}

#[tokio::test]
async fn an_access_token_is_for_the_apis_that_are_named() {
    let party = party(|_| {}).await;
    for (granted, named, expected) in [
        (None, vec![], (None, ALL)),
        (None, vec![BOOKS], (Some(vec![BOOKS]), "books:read books:write")),
        (Some(vec![BOOKS, MUSIC]), vec![], (Some(vec![BOOKS, MUSIC]), "books:read books:write music:read")),
        (Some(vec![BOOKS, MUSIC]), vec![MUSIC], (Some(vec![MUSIC]), "music:read")),
        (Some(vec![BOOKS, ISSUER]), vec![ISSUER], (Some(vec![ISSUER]), "openid profile")),
    ] {
        let answer = redeem(&party, granted.as_deref(), &named).await.unwrap();
        assert_eq!(audience(&party, &answer).await, expected.0.as_deref().map(set), "{granted:?} {named:?}");
        assert_eq!(answer.scope, scopes(expected.1), "{granted:?} {named:?}");
        assert!(answer.id_token.is_some(), "who signed in is said whatever API it is for");
        let verdict = bearer::verdict(&party.app, answer.access_token.reveal(), HERE).await.unwrap();
        let is_for_us = expected.0.is_none_or(|audience| audience.contains(&ISSUER));
        assert_eq!(bearer::for_own_api(&party.app, &verdict).is_ok(), is_for_us, "{granted:?} {named:?}");
    }
    for (granted, named) in [
        (None, vec!["https://else.example"]),
        (Some(vec![BOOKS]), vec![MUSIC]),
        (Some(vec![BOOKS]), vec![BOOKS, MUSIC]),
        (Some(vec![BOOKS]), vec![ISSUER]),
    ] {
        let refused = redeem(&party, granted.as_deref(), &named).await;
        assert_eq!(code_of(refused), "invalid_target", "{granted:?} {named:?}");
    }
}

/// RFC 8707 section 2.2: one refresh token gets access tokens for one API after the other.
#[tokio::test]
async fn a_refresh_keeps_what_was_granted() {
    let party = party(|_| {}).await;
    let first = redeem(&party, Some(&[BOOKS, MUSIC]), &[BOOKS]).await.unwrap();
    let second = refresh(&party, refresh_token(&first), &[MUSIC]).await.unwrap();
    assert_eq!(audience(&party, &second).await, Some(set(&[MUSIC])));
    assert_eq!(second.scope, scopes("music:read"));
    let third = refresh(&party, refresh_token(&second), &[]).await.unwrap();
    assert_eq!(audience(&party, &third).await, Some(set(&[BOOKS, MUSIC])));
    assert!(third.id_token.is_some());
    let beyond = refresh(&party, refresh_token(&third), &[ISSUER]).await;
    assert_eq!(code_of(beyond), "invalid_target");
    let body = form(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token(&third)),
        ("scope", "openid music:read"),
        ("resource", BOOKS),
    ]);
    assert_eq!(code_of(party.token(body).await), "invalid_scope");
    let less = party.refresh_to(refresh_token(&third), "openid books:read").await.unwrap();
    assert_eq!(less.scope, scopes("books:read"));
    let wider = party.refresh_to(refresh_token(&less), "openid music:read").await;
    assert_eq!(code_of(wider), "invalid_scope", "scopes that were given up do not come back");
}

#[tokio::test]
async fn a_retry_for_another_api_is_no_retry() {
    let party = party(|_| {}).await;
    let first = redeem(&party, Some(&[BOOKS, MUSIC]), &[]).await.unwrap();
    let second = refresh(&party, refresh_token(&first), &[BOOKS]).await.unwrap();
    let other = refresh(&party, refresh_token(&first), &[MUSIC]).await;
    assert_eq!(code_of(other), "invalid_target");
    let same = refresh(&party, refresh_token(&first), &[BOOKS]).await.unwrap();
    assert!(same.access_token == second.access_token && same.id_token.is_some());
    assert_eq!(same.scope, second.scope);
    assert!(refresh(&party, refresh_token(&second), &[MUSIC]).await.is_ok(), "the family lives");
}

#[tokio::test]
async fn the_shortest_life_of_the_apis_counts() {
    let party = party(|config| {
        config.resources[0].access_token_lifetime = Some(Lifetime::seconds(600));
        config.resources[1].access_token_lifetime = Some(Lifetime::days(100));
    })
    .await;
    for (named, expected) in [(vec![], 864_000), (vec![MUSIC], 864_000), (vec![MUSIC, BOOKS], 600)] {
        assert_eq!(redeem(&party, None, &named).await.unwrap().expires_in, expected, "{named:?}");
    }
}
