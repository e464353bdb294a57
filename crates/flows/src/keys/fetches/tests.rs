use postern_storage::{key_set_fetches as stored, signing_keys};

use super::*;
use crate::keys;
use crate::party::Party;
use crate::testing::{TestApp, user};

fn at(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// An instance whose keys are made already.
async fn app() -> TestApp {
    Party::new().await.app
}

async fn fetch(app: &App, address: &str, user_agent: &str) {
    let set = app.signing_keys().await.unwrap();
    note_fetch(app, at(address), user_agent, &set);
}

async fn listed(app: &App) -> Vec<KeyFetcher> {
    flush_fetches(app).await.unwrap();
    fetchers(app, &Actor::operator()).await.unwrap()
}

#[test]
fn a_program_is_what_it_calls_itself_first() {
    for (sent, program) in [
        ("curl/8.5.0", "curl/8.5.0"),
        (" python-requests/2.31 (linux)", "python-requests/2.31"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Mozilla/5.0"),
        ("", ""),
        ("\u{202e}evil", ""),
        ("rp\u{e9}/1", "rp"),
    ] {
        assert_eq!(self::program(sent), program, "{sent:?}");
    }
    assert_eq!(program(&"x".repeat(500)).len(), LONGEST);
}

#[test]
fn an_address_counts_as_what_one_subscriber_has() {
    for (address, name, around) in [
        ("203.0.113.7", "203.0.113.7", "203.0.113.0"),
        ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::"),
        ("::1", "::1", "::"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.0"),
    ] {
        let network = network(at(address));
        assert_eq!((&*network.to_string(), neighbourhood(network)), (name, self::at(around)), "{address}");
    }
}

#[tokio::test]
async fn who_fetched_is_listed_with_whether_they_have_the_next_key() {
    let app = app().await;
    fetch(&app, "192.0.2.1", "rp/1 (a)").await;
    fetch(&app, "192.0.2.1", "rp/1 (b)").await;
    fetch(&app, "2001:db8::1", "").await;
    fetch(&app, "2001:db8::2", "").await;
    let first = app.clock.now();
    app.advance(Lifetime::seconds(10));
    fetch(&app, "192.0.2.9", "other").await;
    let found = listed(&app).await;
    assert_eq!(found.len(), 3);
    assert_eq!((found[0].program.as_str(), found[0].fetches), ("other", 1));
    let rp = found.iter().find(|it| it.address.as_deref() == Some("192.0.2.1")).unwrap();
    assert_eq!((rp.program.as_str(), rp.fetches, rp.first_at, rp.last_at), ("rp/1", 2, first, first));
    let six = found.iter().find(|it| it.address.as_deref() == Some("2001:db8::/64")).unwrap();
    assert_eq!((six.program.as_str(), six.fetches), ("", 2));
    assert!(found.iter().all(|it| it.has_next == Some(true) && !it.is_behind(app.clock.now())));

    keys::rotate(&app, &Actor::operator()).await.unwrap();
    fetch(&app, "192.0.2.9", "other").await;
    let now = app.clock.now();
    let behind = |found: &[KeyFetcher], now| {
        let of: Vec<_> = found.iter().filter(|it| it.is_behind(now)).map(|it| it.program.clone()).collect();
        of
    };
    let found = listed(&app).await;
    assert_eq!(found.iter().find(|it| it.program == "other").unwrap().has_next, Some(true));
    let mut left = behind(&found, now);
    left.sort();
    assert_eq!(left, ["", "rp/1"]);
    assert!(behind(&found, now.plus(Lifetime::days(2))).is_empty(), "who is gone is not waited for");
    fetch(&app, "192.0.2.1", "rp/1").await;
    assert_eq!(behind(&listed(&app).await, now), [""]);
}

#[tokio::test]
async fn many_are_told_apart_up_to_a_bound() {
    let app = app().await;
    fetch(&app, "192.0.2.1", "rp").await;
    for i in 0..2_000_u32 {
        fetch(&app, &format!("2001:db8:1:{i:x}::1"), "flood").await;
    }
    for i in 0..300_u32 {
        fetch(&app, "192.0.2.2", &format!("named/{i}")).await;
    }
    fetch(&app, "192.0.2.1", "rp").await;
    let (seen, neighbours) =
        app.key_fetches.gathered(|gathered| (gathered.seen.len(), gathered.neighbours.len()));
    assert_eq!((seen, neighbours), (2 * NEIGHBOURS, 2));
    for i in 0..2_000_u32 {
        fetch(&app, &format!("2001:db8:{i:x}::1"), "flood").await;
    }
    let (seen, neighbours) =
        app.key_fetches.gathered(|gathered| (gathered.seen.len(), gathered.neighbours.len()));
    assert!(seen == FETCHERS && neighbours <= FETCHERS, "{seen} {neighbours}");
    let all: u64 = app.key_fetches.gathered(|gathered| gathered.rows().iter().map(|row| row.fetches).sum());
    assert_eq!(all, 1 + 2_000 + 300 + 1 + 2_000, "those that are not told apart are counted");
    let found = listed(&app).await;
    assert_eq!(found.len(), 1_000);
    let others = found.iter().find(|it| it.address.is_none()).unwrap();
    assert_eq!(others.has_next, None);
    let rp = found.iter().find(|it| it.program == "rp").unwrap();
    assert_eq!(rp.fetches, 2);
}

#[tokio::test]
async fn nothing_is_lost_while_the_database_is_away_or_at_a_stop() {
    let app = app().await;
    fetch(&app, "192.0.2.1", "rp").await;
    let taken = app.key_fetches.gathered(mem::take);
    fetch(&app, "192.0.2.1", "rp").await;
    fetch(&app, "192.0.2.2", "").await;
    app.key_fetches.gathered(|now| now.add_all(taken));
    write_fetches(&app, std::future::ready(())).await;
    assert!(app.key_fetches.gathered(|gathered| gathered.is_empty()));
    let mut counts: Vec<u64> = stored::list(&app.db).await.unwrap().iter().map(|row| row.fetches).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 2]);
}

#[tokio::test]
async fn only_administrators_see_who_fetched() {
    let app = app().await;
    let grace = user(&app, "grace").await;
    assert!(fetchers(&app, &Actor::signed_in(&app, &Arc::new(grace))).await.is_err());
}

/// What one node does not know yet cannot take back what another one has handed out.
#[tokio::test]
async fn the_newest_set_counts() {
    let app = app().await;
    let old = app.signing_keys().await.unwrap();
    app.advance(Lifetime::seconds(1));
    let new = keys::rotate(&app, &Actor::operator()).await.unwrap();
    assert!(new.newest_at() > old.newest_at() && new.kids() != old.kids());
    for set in [&new, &old] {
        note_fetch(&app, at("192.0.2.1"), "rp", set);
        flush_fetches(&app).await.unwrap();
    }
    assert_eq!(listed(&app).await[0].has_next, Some(true));
    let kept = signing_keys::list(&app.db, app.clock.now()).await.unwrap();
    assert_eq!(new.kids().split(' ').count(), kept.len());
}
