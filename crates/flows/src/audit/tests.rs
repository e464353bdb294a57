use std::net::{IpAddr, Ipv4Addr};

use postern_domain::audit::{Act, Action, By, Call, CallVerdict, Event, Place, Target};
use postern_domain::{Lifetime, OrganizationId, Refusal, Role, Tier, TokenId, TokenKind, UserId, UserState};
use postern_storage::audit::{self as kept, Segment};
use serde_json::json;

use super::*;
use crate::administration::AccountChange;
use crate::api_tokens::{NewToken, Owner, TokenDraft};
use crate::testing::{self, TestApp};
use crate::{Actor, App, Config, Paging, administration, api_tokens, organizations};

fn call(app: &App, token: TokenId) -> Call {
    let at = app.clock.now();
    Call {
        id: app.new_event_id(at),
        at,
        place: Place::Api,
        token_id: token,
        kind: TokenKind::Personal,
        user_id: None,
        acting_for: None,
        client_id: None,
        organization_id: None,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        method: "GET".to_owned(),
        url: "https://api.example/a".to_owned(),
        status: 200,
        verdict: CallVerdict::Allowed,
        reason: None,
        line: None,
        latency_us: 12,
    }
}

async fn write_act(app: &App) {
    let target = Target::new("token", app.new_id::<TokenId>().0, "deploy");
    let entry = Entry::new(app, By::Operator, Action::TOKEN_MADE, target).after(json!({ "a": 1 }));
    let write =
        app.db.write(entry, |tx, entry| Box::pin(async move { Ok::<_, Refusal>(act(tx, entry).await?) }));
    write.await.unwrap();
}

async fn all(app: &App) -> Vec<Event> {
    let paging = Paging { limit: 100, cursor: None };
    list(app, &Actor::operator(), &Filter::default(), &paging).await.unwrap().items
}

/// Ten calls and three acts over two days, all in the chain.
async fn filled() -> TestApp {
    let app = testing::app().await;
    let token = app.new_id();
    for _ in 0..2 {
        for _ in 0..5 {
            app.audit.call(call(&app, token));
        }
        write_act(&app).await;
        flush(&app).await.unwrap();
        app.advance(Lifetime::days(1));
    }
    write_act(&app).await;
    flush(&app).await.unwrap();
    app
}

async fn sql(app: &TestApp, statement: &'static str) {
    let url = format!("sqlite://{}/postern.db", app.folder().display());
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    sqlx::Executor::execute(&mut connection, statement).await.unwrap();
}

#[tokio::test]
async fn what_is_written_down_can_be_read_and_fits() {
    let app = filled().await;
    let events = all(&app).await;
    assert_eq!(events.len(), 13);
    assert!(events.is_sorted_by(|newer, older| newer.id() > older.id()));
    let report = verify(&app).await.unwrap();
    assert!(report.intact, "{report:?}");
    assert_eq!((report.segments, report.events, report.unchained), (5, 13, 0));
    write_act(&app).await;
    assert_eq!(verify(&app).await.unwrap().unchained, 1);
}

/// Whatever somebody does to the rows by themselves shows.
#[tokio::test]
async fn tampering_shows() {
    let table = [
        "UPDATE audit_events SET data = replace(data, '\"us\":12', '\"us\":13') WHERE segment = 1 AND position = 3",
        "UPDATE audit_events SET user_id = id WHERE segment = 2",
        "UPDATE audit_events SET at = at - 1 WHERE segment = 1 AND position = 1",
        "DELETE FROM audit_events WHERE segment = 1 AND position = 1",
        "DELETE FROM audit_events WHERE segment = 1 AND position = 3",
        "DELETE FROM audit_events WHERE segment = 1 AND position = 5",
        "DELETE FROM audit_events WHERE segment = 1",
        "UPDATE audit_events SET position = -position WHERE segment = 1 AND position IN (4, 5);
         UPDATE audit_events SET position = 9 + position WHERE segment = 1 AND position < 0",
        "UPDATE audit_events SET segment = 3, position = position + 5 WHERE segment = 1 AND position = 5",
        "UPDATE audit_segments SET count = 4 WHERE number = 1",
        "DELETE FROM audit_segments WHERE number = 2",
        "DELETE FROM audit_segments WHERE number = 5",
        "DELETE FROM audit_events WHERE segment = 5; DELETE FROM audit_segments WHERE number = 5",
        "DELETE FROM audit_events WHERE segment > 1; DELETE FROM audit_segments WHERE number > 1",
        "DELETE FROM audit_events; DELETE FROM audit_segments",
        "DELETE FROM audit_segments",
        "UPDATE audit_segments SET cleared_at = 1, cleared_mark = opening WHERE number = 1",
        "UPDATE audit_segments SET day = day - 1 WHERE number = 1",
        "UPDATE audit_events SET segment = NULL, position = NULL WHERE segment = 2",
        "UPDATE audit_events SET segment = 99 WHERE segment = 2",
        "UPDATE settings SET value = '1 00' WHERE name = 'audit.segments'",
        "INSERT INTO audit_events SELECT randomblob(16), at, outcome, action, token_id, user_id, acting_for, client_id, \
         organization_id, target_id, data, segment, 6, hash FROM audit_events WHERE segment = 1 AND position = 5",
        "INSERT INTO audit_events SELECT randomblob(16), at, outcome, action, token_id, user_id, acting_for, client_id, \
         organization_id, target_id, data, NULL, NULL, hash FROM audit_events WHERE segment = 2",
    ];
    for statement in table {
        let app = filled().await;
        sql(&app, statement).await;
        let report = verify(&app).await.unwrap();
        assert!(!report.intact, "{statement}");
        assert!(report.tampered.is_some(), "{statement}");
        // The server goes on, and what it writes is fine by itself.
        write_act(&app).await;
        let _some_tampering_stops_the_chain = flush(&app).await;
        assert!(!verify(&app).await.unwrap().intact, "{statement}");
    }
}

#[tokio::test]
async fn the_first_row_that_does_not_fit_is_named() {
    let app = filled().await;
    let links = kept::chained(&app.db, 1, 2, 1).await.unwrap();
    sql(&app, "UPDATE audit_events SET data = '{}' WHERE segment = 1 AND position >= 3").await;
    let found = verify(&app).await.unwrap().tampered.unwrap();
    let event = links.first().map(|link| link.record.id());
    assert_eq!((found.segment, found.position, found.event), (Some(1), Some(3), event));
}

#[tokio::test]
async fn what_is_old_is_cleared_and_the_chain_still_fits() {
    let app = filled().await;
    app.advance(Lifetime::days(90));
    assert_eq!(clean(&app).await.unwrap(), 10, "calls of two days");
    let report = verify(&app).await.unwrap();
    assert!(report.intact, "{report:?}");
    assert_eq!((report.segments, report.cleared, report.events), (5, 2, 3));
    assert_eq!(all(&app).await.len(), 3);
    app.advance(Lifetime::days(300));
    clean(&app).await.unwrap();
    assert_eq!(all(&app).await.len(), 0);
    assert!(verify(&app).await.unwrap().intact);
    app.audit.call(call(&app, app.new_id()));
    flush(&app).await.unwrap();
    assert!(verify(&app).await.unwrap().intact);
}

/// An act and a call every day, cleaned up after every day.
async fn live_on(app: &TestApp, days: i64) {
    let token = app.new_id();
    for _ in 0..days {
        app.audit.call(call(app, token));
        write_act(app).await;
        flush(app).await.unwrap();
        clean(app).await.unwrap();
        app.advance(Lifetime::days(1));
    }
}

async fn segments(app: &App) -> Vec<i64> {
    kept::segments(&app.db, 0, 100).await.unwrap().iter().map(|segment| segment.number).collect()
}

fn kept_for(acts: i64, calls: i64) -> Config {
    let mut config = Config::default();
    (config.audit.retention, config.audit.call_retention) = (Lifetime::days(acts), Lifetime::days(calls));
    config
}

#[tokio::test]
async fn segments_go_when_all_of_their_time_is_too_old() {
    let app = testing::app_with(kept_for(6, 3)).await;
    live_on(&app, 20).await;
    let early = segments(&app).await;
    assert!(early.first() > Some(&1), "{early:?}");
    live_on(&app, 20).await;
    let late = segments(&app).await;
    assert_eq!(early.len(), late.len(), "two a day, of as many days");
    assert_eq!(late.last(), Some(&80));
    let report = verify(&app).await.unwrap();
    assert!(report.intact, "{report:?}");
    assert_eq!(report.segments, late.len() as u64);
    // Nobody was here for a year: the last one stays, and the next one rests on it.
    app.advance(Lifetime::days(365));
    clean(&app).await.unwrap();
    app.advance(Lifetime::days(2));
    clean(&app).await.unwrap();
    assert_eq!(segments(&app).await, [80]);
    live_on(&app, 1).await;
    assert!(verify(&app).await.unwrap().intact);
}

/// The same once the chain no longer begins with its first segment.
#[tokio::test]
async fn tampering_with_the_beginning_shows() {
    let table = [
        "DELETE FROM settings WHERE name = 'audit.beginning'",
        "UPDATE settings SET value = '0 00 00' WHERE name = 'audit.beginning'",
        "UPDATE settings SET value = replace(value, ' ', '1 ') WHERE name = 'audit.beginning'",
        "DELETE FROM audit_segments WHERE number = (SELECT min(number) FROM audit_segments)",
        "DELETE FROM audit_segments",
        "UPDATE audit_events SET segment = 1 WHERE segment = (SELECT max(segment) FROM audit_events)",
        "INSERT INTO audit_events SELECT randomblob(16), at, outcome, action, token_id, user_id, acting_for, client_id, \
         organization_id, target_id, data, 1, 1, hash FROM audit_events LIMIT 1",
    ];
    for statement in table {
        let app = testing::app_with(kept_for(6, 3)).await;
        live_on(&app, 12).await;
        assert!(verify(&app).await.unwrap().intact);
        sql(&app, statement).await;
        assert!(!verify(&app).await.unwrap().intact, "{statement}");
    }
}

#[tokio::test]
async fn clearing_that_was_stopped_goes_on() {
    let app = filled().await;
    app.advance(Lifetime::days(90));
    let segments: Vec<Segment> = kept::segments(&app.db, 0, 9).await.unwrap();
    let first = segments.first().unwrap().number;
    clean(&app).await.unwrap();
    // As if the rows had not been deleted yet.
    sql(&app, "UPDATE audit_events SET segment = 1, position = position + 10 WHERE segment = 2").await;
    assert_eq!(first, 1);
    assert_eq!(clean(&app).await.unwrap(), 1);
}

#[tokio::test]
async fn what_finds_no_room_is_counted() {
    let app = testing::app().await;
    let token = app.new_id();
    for _ in 0..10_007 {
        app.audit.call(call(&app, token));
    }
    assert!(app.audit.ready().is_ok(), "by default calls go on");
    flush(&app).await.unwrap();
    let filter = Filter { action: Some(Action::AUDIT_LOST), ..Filter::default() };
    let found = list(&app, &Actor::operator(), &filter, &Paging::first()).await.unwrap().items;
    let [Event::Act(lost)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(lost.after, Some(json!({ "count": 7 })));
    assert_eq!(lost.by, By::Server);
    let report = verify(&app).await.unwrap();
    assert!(report.intact && report.events == 10_001, "{report:?}");
}

#[tokio::test]
async fn calls_are_refused_where_none_may_be_lost() {
    let mut config = Config::default();
    config.audit.when_unwritable = WhenUnwritable::Refuse;
    let app = testing::app_with(config).await;
    assert!(app.audit.ready().is_ok());
    let token = app.new_id();
    for _ in 0..9_000 {
        app.audit.call(call(&app, token));
    }
    assert!(app.audit.ready().is_err());
    flush(&app).await.unwrap();
    assert!(app.audit.ready().is_ok());
    app.audit.set_failing(true);
    assert!(app.audit.ready().is_err());
}

#[tokio::test]
async fn nothing_is_kept_of_calls_if_nobody_wants_it() {
    let mut config = Config::default();
    config.audit.enabled = false;
    let app = testing::app_with(config).await;
    app.audit.call(call(&app, app.new_id()));
    write_act(&app).await;
    flush(&app).await.unwrap();
    assert!(matches!(all(&app).await.as_slice(), [Event::Act(_)]));
}

#[tokio::test]
async fn two_processes_write_side_by_side() {
    let app = filled().await;
    // Another process has another place in the chain, and the first one goes on in its own.
    *app.audit.chain.lock().await = super::chain::Chain::default();
    for _ in 0..3 {
        app.audit.call(call(&app, app.new_id()));
    }
    write_act(&app).await;
    flush(&app).await.unwrap();
    let report = verify(&app).await.unwrap();
    assert!(report.intact, "{report:?}");
    assert_eq!((report.segments, report.events), (7, 17));
}

#[tokio::test]
async fn everybody_sees_what_is_theirs() {
    let app = testing::app().await;
    let (ada, bob) = (testing::user(&app, "ada").await, testing::user(&app, "bob").await);
    let (of_ada, of_bob): (TokenId, TokenId) = (app.new_id(), app.new_id());
    let organization: OrganizationId = testing::organization(&app, "acme", ada.id).await.id;
    let of = |token, user: UserId| Call { user_id: Some(user), ..call(&app, token) };
    app.audit.call(of(of_ada, ada.id));
    app.audit.call(of(of_bob, bob.id));
    app.audit.call(Call { acting_for: Some(ada.id), ..of(of_bob, bob.id) });
    app.audit.call(Call { organization_id: Some(organization), ..of(of_bob, bob.id) });
    flush(&app).await.unwrap();
    let calls = async |user: &postern_domain::User, filter: Filter| {
        let actor = Actor::signed_in(&app, &std::sync::Arc::new(user.clone()));
        let filter = Filter { sort: Some(Sort::Call), ..filter };
        list(&app, &actor, &filter, &Paging::first()).await.map(|slice| slice.items.len())
    };
    assert_eq!(calls(&ada, Filter::default()).await, Ok(2), "hers, and one on her behalf");
    assert_eq!(calls(&bob, Filter::default()).await, Ok(3));
    let other = Filter { token: Some(of_ada), ..Filter::default() };
    assert_eq!(calls(&bob, other).await, Ok(0));
    let other = Filter { user: Some(ada.id), ..Filter::default() };
    assert_eq!(calls(&bob, other).await, Ok(1), "what he did on her behalf");
    let acme = Filter { organization: Some(organization), ..Filter::default() };
    assert_eq!(calls(&ada, acme.clone()).await, Ok(1), "an owner sees the organization's");
    assert!(calls(&bob, acme).await.is_err());
}

/// Each change has its row, in the transaction that it is; what is refused has none.
#[tokio::test]
async fn changes_are_written_down_without_secrets() {
    let app = testing::app().await;
    let (ada, bob) = (testing::user(&app, "ada").await, testing::user(&app, "bob").await);
    let operator = Actor::operator();
    let owner = Actor::signed_in(&app, &std::sync::Arc::new(ada.clone()));
    let new = organizations::NewOrganization { name: "Acme".into(), slug: "acme".into() };
    let acme = organizations::create(&app, &owner, &new, ada.id).await.unwrap();
    organizations::rename(&app, &owner, acme.id, "Acme Labs", "acme-labs").await.unwrap();
    let policy = organizations::PolicyDraft { apps_need_approval: true, ..Default::default() };
    organizations::set_policy(&app, &owner, acme.id, &policy).await.unwrap();
    administration::set_tier(&app, &operator, acme.id, Tier::Elevated).await.unwrap();
    organizations::add(&app, &operator, acme.id, bob.id, Role::Member).await.unwrap();
    organizations::set_role(&app, &owner, acme.id, bob.id, Role::Admin).await.unwrap();
    let invited = organizations::invite(&app, &owner, acme.id, "eve@example.com", "member").await.unwrap();
    organizations::revoke_invitation(&app, &owner, acme.id, invited.invitation.id).await.unwrap();
    let draft = TokenDraft { name: "deploy".into(), ..TokenDraft::blank() };
    let new = NewToken { owner: Owner::User(ada.id), draft: draft.clone() };
    let made = api_tokens::make(&app, &owner, new).await.unwrap();
    let id = made.token.id;
    let change =
        api_tokens::plan(&app, &owner, id, &TokenDraft { name: "import".into(), ..draft }).await.unwrap();
    api_tokens::save(&app, change).await.unwrap();
    let rotated = api_tokens::rotate(&app, &owner, id, Lifetime::days(1)).await.unwrap();
    api_tokens::renew(&app, &owner, rotated.made.token.id).await.unwrap();
    api_tokens::revoke(&app, &operator, rotated.made.token.id).await.unwrap();
    api_tokens::revoke(&app, &operator, rotated.made.token.id).await.unwrap();
    assert!(administration::set_tier(&app, &owner, acme.id, Tier::Default).await.is_err());
    let closed = AccountChange { state: Some(UserState::Disabled), ..AccountChange::default() };
    administration::change_account(&app, &operator, bob.id, &closed).await.unwrap();
    organizations::remove(&app, &owner, acme.id, bob.id).await.unwrap();
    let acme = organizations::find(&app, &owner, "acme-labs").await.unwrap().0;
    organizations::delete(&app, &owner, &acme, "acme-labs").await.unwrap();
    let expected = [
        "user.made",
        "user.made",
        "organization.made",
        "organization.renamed",
        "organization.policy_set",
        "organization.tier_set",
        "member.added",
        "member.role_set",
        "invitation.sent",
        "invitation.revoked",
        "token.made",
        "token.changed",
        "token.rotated",
        "token.renewed",
        "token.revoked",
        "user.state_set",
        "member.removed",
        "organization.deleted",
    ];
    let acts: Vec<Act> = all(&app)
        .await
        .into_iter()
        .rev()
        .filter_map(|event| if let Event::Act(act) = event { Some(act) } else { None })
        .collect();
    let done: Vec<&str> = acts.iter().map(|act| act.action.code()).collect();
    assert_eq!(done, expected);
    let renamed = acts.iter().find(|act| act.action == Action::ORGANIZATION_RENAMED).unwrap();
    assert_eq!(renamed.before, Some(json!({ "name": "Acme", "slug": "acme" })));
    assert_eq!(renamed.after, Some(json!({ "name": "Acme Labs", "slug": "acme-labs" })));
    assert_eq!((renamed.by, renamed.organization_id), (By::user(ada.id), Some(acme.id)));
    let told = format!("{acts:?}");
    for secret in
        [made.value.reveal(), rotated.made.value.reveal(), invited.link.reveal(), testing::PASSWORD, "argon2"]
    {
        assert!(!told.contains(secret), "a secret was written down");
    }
    flush(&app).await.unwrap();
    assert!(verify(&app).await.unwrap().intact);
}
