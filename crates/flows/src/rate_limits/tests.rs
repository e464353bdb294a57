use std::time::Duration;

use governor::clock::FakeRelativeClock;
use postern_domain::{ClientId, Lifetime, OrganizationId, Rate, Tier, UserId};
use uuid::Uuid;

use super::bucket::Bucket;
use super::local::Local;
use super::{Whose, count};
use crate::testing::{TestApp, app_with};
use crate::{Config, RateLimits};

const SLOW: &str = "3/min";

fn bucket(user: u128) -> Bucket {
    let rates = RateLimits { default: SLOW.parse().unwrap(), ..RateLimits::default() };
    Whose::User(UserId(Uuid::from_u128(user))).buckets(&rates)[0]
}

fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

#[test]
fn the_wait_is_exact() {
    let clock = FakeRelativeClock::default();
    let local = Local::new(&[rate(SLOW)], clock.clone());
    let levels: Vec<_> = (0..3).map(|_| local.take(&bucket(1)).unwrap()).collect();
    assert_eq!(levels.iter().map(|level| level.remaining).collect::<Vec<_>>(), [2, 1, 0]);
    assert_eq!(levels.iter().map(|level| level.full_in.as_secs()).collect::<Vec<_>>(), [20, 40, 60]);
    assert!(levels.iter().all(|level| level.wait.is_none()));
    let wait = local.take(&bucket(1)).unwrap().wait.unwrap();
    assert_eq!(wait, Duration::from_secs(20));
    assert!(local.take(&bucket(2)).unwrap().wait.is_none(), "others have buckets of their own");
    clock.advance(Duration::from_millis(19_999));
    assert!(local.take(&bucket(1)).unwrap().wait.is_some());
    clock.advance(Duration::from_millis(1));
    assert!(local.take(&bucket(1)).unwrap().wait.is_none());
    assert!(local.take(&bucket(1)).unwrap().wait.is_some());
}

#[test]
fn buckets_that_are_full_are_forgotten() {
    let clock = FakeRelativeClock::default();
    let local = Local::new(&[rate(SLOW)], clock.clone());
    for user in 0..4_000 {
        local.take(&bucket(user)).unwrap();
    }
    assert_eq!(local.len(), 4_000);
    clock.advance(Duration::from_secs(61));
    for _ in 0..200 {
        local.take(&bucket(9_999)).unwrap();
    }
    assert!(local.len() < 10, "{}", local.len());
}

async fn app(change: impl FnOnce(&mut RateLimits)) -> TestApp {
    let mut config = Config::default();
    change(&mut config.rate_limits);
    app_with(config).await
}

#[tokio::test]
async fn each_has_what_their_tier_says() {
    let app = app(|_| {}).await;
    let organization = |tier| Whose::Organization(OrganizationId(Uuid::from_u128(1)), tier);
    for (whose, limit) in [
        (organization(Tier::Restricted), 60),
        (organization(Tier::Default), 500),
        (organization(Tier::Elevated), 100),
        (Whose::User(UserId(Uuid::nil())), 500),
    ] {
        let allowance = count(&app, whose).await.unwrap();
        assert_eq!((allowance.limit, allowance.remaining), (limit, limit - 1), "{whose:?}");
        assert_eq!(allowance.reset_at, app.clock.now().plus(Lifetime::seconds(1)));
    }
}

#[tokio::test]
async fn an_apps_ceiling_holds_for_all_it_speaks_for_together() {
    let app = app(|rates| {
        rates.default = rate("2/h");
        rates.elevated = rate("3/h");
    })
    .await;
    let whose = |subject| Whose::App {
        client: ClientId(Uuid::nil()),
        subject: Uuid::from_u128(subject),
        ceiling: Tier::Elevated,
        share: Tier::Default,
    };
    let refused = async |subject| count(&app, whose(subject)).await.unwrap().retry_after.is_some();
    assert!(!refused(1).await && !refused(1).await);
    assert!(refused(1).await, "its own share is used up");
    assert!(!refused(2).await, "which is nothing to another");
    assert!(refused(2).await, "until the ceiling");
}

#[tokio::test]
async fn without_limits_nothing_is_counted() {
    let app = app(|rates| rates.enabled = false).await;
    assert_eq!(count(&app, Whose::User(UserId(Uuid::nil()))).await, None);
}

#[tokio::test]
async fn while_redis_is_away_each_node_counts_by_itself() {
    let app = app(|rates| {
        rates.default = rate("2/h");
        rates.redis_url = Some("redis://127.0.0.1:1/".to_owned().into());
    })
    .await;
    let whose = Whose::User(UserId(Uuid::nil()));
    for refused in [false, false, true] {
        assert_eq!(count(&app, whose).await.unwrap().retry_after.is_some(), refused);
    }
}

/// Two nodes at one Redis, where the machine has one: `POSTERN_REDIS` says where.
#[tokio::test]
async fn nodes_share_what_is_counted() {
    let Ok(url) = std::env::var("POSTERN_REDIS") else { return };
    let node = async || {
        let url = url.clone();
        app(|rates| {
            rates.default = rate("4/min");
            rates.redis_url = Some(url.into());
        })
        .await
    };
    let nodes = [node().await, node().await];
    // Of an account that no other run has counted.
    let whose = Whose::User(UserId(Uuid::from_u128(u128::from(std::process::id()) << 64 | 1)));
    let mut left = Vec::new();
    for turn in 0..4 {
        left.push(count(&nodes[turn % 2], whose).await.unwrap().remaining);
    }
    assert_eq!(left, [3, 2, 1, 0]);
    for node in &nodes {
        let allowance = count(node, whose).await.unwrap();
        assert!(allowance.retry_after.is_some_and(|wait| (14..=15).contains(&wait.as_seconds())));
    }
}
