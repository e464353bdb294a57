use std::net::{IpAddr, Ipv4Addr};

use postern_domain::audit::{Act, Action, By, Call, CallVerdict, Event, EventId, Outcome, Place, Target};
use postern_domain::{Lifetime, OrganizationId, Timestamp, TokenId, TokenKind, UserId};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::Db;
use crate::testing::{NOW, on_both_databases, race, random_id, write};

fn event_id(count: u64) -> EventId {
    EventId::new(NOW.plus(Lifetime::seconds(i64::try_from(count).unwrap())), 0, [7; 8])
}

fn call(count: u64) -> Call {
    Call {
        id: event_id(count),
        at: NOW.plus(Lifetime::seconds(i64::try_from(count).unwrap())),
        place: Place::Guard,
        token_id: TokenId(random_id()),
        kind: TokenKind::Personal,
        user_id: Some(UserId(random_id())),
        acting_for: None,
        client_id: None,
        organization_id: None,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        method: "GET".to_owned(),
        url: "https://api.example/a?b=“c”".to_owned(),
        status: 403,
        verdict: CallVerdict::Refused,
        reason: Some("limits".into()),
        line: Some(3),
        latency_us: 1,
    }
}

fn an_act(count: u64, user: UserId, action: Action, target: Uuid) -> Act {
    Act {
        id: event_id(count),
        at: NOW.plus(Lifetime::seconds(i64::try_from(count).unwrap())),
        by: By::Person { user_id: Some(user), acting_for: None, token_id: Some(TokenId(random_id())) },
        action,
        target: Target::new("token", target, "deploy"),
        organization_id: Some(OrganizationId(random_id())),
        before: Some(json!({ "name": "a", "z": 1, "b": [1, 2] })),
        after: None,
        address: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
    }
}

fn links(events: &[Event]) -> Vec<Link> {
    let link = |(i, event): (usize, &Event)| Link {
        record: Record::of(event).unwrap(),
        position: i64::try_from(i).unwrap() + 1,
        hash: [9; 32],
    };
    events.iter().enumerate().map(link).collect()
}

async fn keep(db: &Db, segment: i64, events: &[Event]) {
    let links = links(events);
    write(db, links, move |tx, links| Box::pin(insert_chained(tx, segment, links))).await.unwrap();
}

fn segment(number: i64, day: i64) -> Segment {
    let end = End { count: 0, last_hash: [1; 32], mark: [2; 32] };
    Segment { number, node: random_id(), sort: Sort::Calls, day, opening: [3; 32], end, cleared: None }
}

async fn found(db: &Db, search: Search) -> Vec<EventId> {
    list(db, &search, None, 100).await.unwrap().iter().map(Event::id).collect()
}

on_both_databases! {
    async fn what_is_kept_is_read_as_it_was(db: Db) {
        let events =
            [Event::Call(call(1)), Event::Act(an_act(2, UserId(random_id()), Action::TOKEN_MADE, random_id()))];
        keep(&db, 1, &events).await;
        let read = chained(&db, 1, 0, 9).await.unwrap();
        assert_eq!(read, links(&events));
        for (link, event) in read.iter().zip(&events) {
            assert_eq!(link.record.event().unwrap(), *event);
            assert_eq!(link.record.bytes(), Record::of(event).unwrap().bytes());
        }
        assert_eq!(next_segment(&db, 0).await.unwrap(), Some(1));
        assert_eq!(next_segment(&db, 1).await.unwrap(), None);
    }

    async fn each_filter_finds_its_own(db: Db) {
        let (user, other, admin) = (UserId(random_id()), UserId(random_id()), UserId(random_id()));
        let (token, organization) = (TokenId(random_id()), OrganizationId(random_id()));
        let events = [
            Event::Call(Call { token_id: token, user_id: Some(user), ..call(1) }),
            Event::Call(Call { token_id: token, user_id: Some(user), verdict: CallVerdict::Allowed, ..call(2) }),
            Event::Call(Call { user_id: Some(admin), acting_for: Some(user), ..call(3) }),
            Event::Call(Call { user_id: Some(user), organization_id: Some(organization), ..call(4) }),
            Event::Call(Call { user_id: Some(other), organization_id: Some(organization), ..call(5) }),
            Event::Act(an_act(6, user, Action::TOKEN_MADE, token.0)),
            Event::Act(an_act(7, admin, Action::USER_STATE_SET, user.0)),
            Event::Act(an_act(8, user, Action::USER_PASSWORD_SET, user.0)),
        ];
        keep(&db, 1, &events).await;
        let ids = |numbers: &[u64]| numbers.iter().map(|number| event_id(*number)).collect::<Vec<_>>();
        let all = Search::default;
        let at = |count: i64| Some(NOW.plus(Lifetime::seconds(count)));
        let allowed = Outcome::Call(CallVerdict::Allowed);
        let table = [
            (all(), ids(&[8, 7, 6, 5, 4, 3, 2, 1])),
            (Search { token: Some(token), ..all() }, ids(&[6, 2, 1])),
            (Search { token: Some(token), outcomes: vec![allowed], ..all() }, ids(&[2])),
            (Search { token: Some(token), outcomes: vec![Outcome::Act], ..all() }, ids(&[6])),
            (Search { user: Some(user), ..all() }, ids(&[8, 7, 6, 4, 3, 2, 1])),
            (Search { user: Some(user), outcomes: Outcome::CALLS.to_vec(), ..all() }, ids(&[4, 3, 2, 1])),
            (Search { user: Some(user), organization: Some(organization), ..all() }, ids(&[4])),
            (Search { organization: Some(organization), ..all() }, ids(&[5, 4])),
            (Search { outcomes: vec![allowed], ..all() }, ids(&[2])),
            (Search { action: Some(Action::TOKEN_MADE), ..all() }, ids(&[6])),
            (Search { action: Some(Action::TOKEN_MADE), outcomes: vec![allowed], ..all() }, ids(&[])),
            (Search { user: Some(user), action: Some(Action::USER_STATE_SET), ..all() }, ids(&[7])),
            (Search { since: at(3), until: at(6), ..all() }, ids(&[5, 4, 3])),
            (Search { user: Some(user), since: at(3), until: at(6), ..all() }, ids(&[4, 3])),
            (Search { whose: Whose::User(user), user: Some(admin), ..all() }, ids(&[7, 3])),
            (Search { whose: Whose::User(other), token: Some(token), ..all() }, ids(&[])),
            (Search { whose: Whose::Organization(organization), user: Some(other), ..all() }, ids(&[5])),
            (Search { whose: Whose::Organization(organization), token: Some(token), ..all() }, ids(&[])),
        ];
        for (search, expected) in table {
            assert_eq!(found(&db, search.clone()).await, expected, "{search:?}");
        }
    }

    async fn a_list_goes_on_behind_its_cursor(db: Db) {
        let user = UserId(random_id());
        let events: Vec<Event> =
            (1..=9).map(|i| Event::Call(Call { user_id: Some(user), ..call(i) })).collect();
        keep(&db, 1, &events).await;
        let search = Search { user: Some(user), ..Search::default() };
        let mut before = None;
        let mut seen = Vec::new();
        loop {
            let part = list(&db, &search, before, 2).await.unwrap();
            let Some(last) = part.last() else { break };
            before = Some(last.id());
            seen.extend(part.iter().map(Event::id));
        }
        assert_eq!(seen, (1..=9).rev().map(event_id).collect::<Vec<_>>());
    }

    async fn an_act_gets_its_place_once(db: Db) {
        let event = Event::Act(an_act(1, UserId(random_id()), Action::TOKEN_MADE, random_id()));
        let record = Record::of(&event).unwrap();
        write(&db, record.clone(), |tx, record| Box::pin(insert(tx, record, [5; 32]))).await.unwrap();
        assert_eq!(unchained(&db, None, 9).await.unwrap(), [(record.clone(), [5; 32])]);
        assert_eq!(unchained(&db, Some(record.id()), 9).await.unwrap(), []);
        assert_eq!(found(&db, Search::default()).await, [record.id()], "it is found from the beginning");
        let link = Link { record, position: 1, hash: [6; 32] };
        let won = race(32, |_| {
            let (db, link) = (db.clone(), link.clone());
            async move { write(&db, link, |tx, link| Box::pin(chain(tx, 1, link))).await.unwrap() }
        })
        .await;
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(unchained(&db, None, 9).await.unwrap(), []);
        assert_eq!(chained(&db, 1, 0, 9).await.unwrap(), [link]);
    }

    async fn a_segment_is_opened_moved_and_cleared_once(db: Db) {
        let opened = race(8, |_| {
            let db = db.clone();
            async move { write(&db, segment(1, 5), |tx, it| Box::pin(open(tx, it))).await.is_ok() }
        })
        .await;
        assert_eq!(opened.into_iter().filter(|opened| *opened).count(), 1);
        let end = End { count: 3, last_hash: [7; 32], mark: [8; 32] };
        let step = |count| write(&db, end, move |tx, end| Box::pin(advance(tx, 1, count, *end)));
        assert!(step(0).await.unwrap());
        assert!(!step(0).await.unwrap());
        assert_eq!(last_segment(&db).await.unwrap().unwrap().end, end);
        keep(&db, 1, &[Event::Call(call(1)), Event::Call(call(2)), Event::Call(call(3))]).await;
        assert!(due(&db, Sort::Calls, 5, 9).await.unwrap().is_empty());
        assert!(due(&db, Sort::Acts, 6, 9).await.unwrap().is_empty());
        assert_eq!(due(&db, Sort::Calls, 6, 9).await.unwrap().len(), 1);
        assert_eq!(left_over(&db).await.unwrap(), None);
        let cleared = Cleared { at: Timestamp(6), mark: [9; 32] };
        let clear = || write(&db, cleared, |tx, cleared| Box::pin(clear(tx, 1, *cleared)));
        assert!(clear().await.unwrap());
        assert!(!clear().await.unwrap());
        assert_eq!(find_segment(&db, 1).await.unwrap().unwrap().cleared, Some(cleared));
        assert_eq!(left_over(&db).await.unwrap(), Some(1));
        let rows = || write(&db, (), |tx, ()| Box::pin(clear_rows(tx, 1, 2)));
        assert_eq!((rows().await.unwrap(), rows().await.unwrap()), (2, 1));
        assert_eq!(left_over(&db).await.unwrap(), None);
        assert!(due(&db, Sort::Calls, 6, 9).await.unwrap().is_empty());
        assert_eq!(segments(&db, 0, 9).await.unwrap().len(), 1);
    }
}
