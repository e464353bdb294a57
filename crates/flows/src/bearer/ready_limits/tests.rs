use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use postern_domain::{TokenText, User};

use super::name;
use crate::api_tokens::{self, NewToken, Owner, TokenDraft};
use crate::bearer::{Verdict, verdict};
use crate::testing::{HERE, TestApp, app, user};
use crate::{Actor, App};

async fn token(app: &App, user: &Arc<User>, limits: &str) -> TokenText {
    let actor = Actor::signed_in(app, user);
    let draft = TokenDraft {
        name: "script".into(),
        expiry: "30d".into(),
        limits: limits.into(),
        ..TokenDraft::default()
    };
    let made = api_tokens::make(app, &actor, NewToken { owner: Owner::User(user.id), draft }).await.unwrap();
    TokenText::parse(&app.config.tokens.prefix, made.value.reveal()).unwrap()
}

fn lines(count: usize) -> String {
    (0..count).map(|at| format!("[get].*/projects/{at}/issues\n")).collect()
}

fn begun(app: &App) -> usize {
    app.live.limits.begun.load(Ordering::SeqCst)
}

/// That many first requests at once.
async fn ask(app: &TestApp, token: &TokenText, times: usize) -> Vec<Arc<Verdict>> {
    let asked: Vec<_> = (0..times)
        .map(|_| {
            let (app, token) = (Arc::clone(&app.app), token.reveal().to_owned());
            tokio::spawn(async move { verdict(&app, &token, HERE).await.unwrap() })
        })
        .collect();
    let mut verdicts = Vec::new();
    for one in asked {
        verdicts.push(one.await.unwrap());
    }
    verdicts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_lines_are_made_ready_once_for_all_who_ask_at_once() {
    let app = app().await;
    let ada = Arc::new(user(&app, "ada").await);
    let token = token(&app, &ada, &lines(1_000)).await;
    let verdicts = ask(&app, &token, 32).await;
    assert_eq!(begun(&app), 1);
    assert!(verdicts.iter().all(|verdict| Arc::ptr_eq(&verdict.limits, &verdicts[0].limits)));
    // What the verdict rests on has changed, and its limits have not.
    app.live.verdicts.remove(&app.secret_key.hash(&token));
    ask(&app, &token, 32).await;
    assert_eq!(begun(&app), 1);
}

#[tokio::test]
async fn others_do_not_wait_and_nothing_is_lost_when_a_request_goes_away() {
    let app = app().await;
    let ada = Arc::new(user(&app, "ada").await);
    let (large, other) = (token(&app, &ada, &lines(1_000)).await, token(&app, &ada, &lines(2)).await);
    let turns = Arc::clone(&app.live.limits.turns);
    let every = turns.acquire_many(u32::try_from(turns.available_permits()).unwrap()).await.unwrap();
    let gone = tokio::time::timeout(Duration::from_millis(50), verdict(&app, large.reveal(), HERE)).await;
    assert!(gone.is_err(), "it waits for its turn");
    ask(&app, &other, 8).await;
    drop(every);
    ask(&app, &large, 8).await;
    assert_eq!(begun(&app), 1, "the first request's work was not begun again");
}

#[tokio::test]
async fn what_nobody_holds_is_forgotten() {
    let app = app().await;
    let ada = Arc::new(user(&app, "ada").await);
    let (first, second) = (token(&app, &ada, &lines(40)).await, token(&app, &ada, &lines(41)).await);
    let verdicts = ask(&app, &first, 1).await;
    let of_first = name(&verdicts[0].permit.limits);
    app.live.verdicts.remove(&app.secret_key.hash(&first));
    drop(verdicts);
    ask(&app, &second, 1).await;
    assert!(!app.live.limits.known.lock().unwrap().contains_key(&of_first));
    ask(&app, &first, 1).await;
    assert_eq!(begun(&app), 3);
}
