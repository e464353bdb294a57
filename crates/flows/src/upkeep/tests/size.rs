//! How much room people take who use an instance for months. The clock is the test's own.

use std::collections::BTreeMap;
use std::env;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use postern_domain::audit::{Call, CallVerdict, Place};
use postern_domain::{
    AuthMethodReference, Authentication, Lifetime, Permit, Refusal, TokenHash, TokenId, TokenKind, User,
};
use postern_storage::api_tokens::Owner;
use sqlx::{Connection, Row, SqliteConnection};

use crate::api_tokens::{NewToken, TokenDraft, make};
use crate::mail::{self, Delivery, Letter, Rendered};
use crate::party::{Party, refresh_token};
use crate::sessions::{self, Arrival, Visit};
use crate::testing::new_user;
use crate::users::{self, Standing};
use crate::{Actor, App, Config, audit, upkeep};

/// What everybody does, with days between that are each the same.
#[derive(Clone, Copy)]
struct Habits {
    /// How many days there are between two times that somebody does something at all.
    pause: i64,
    /// Every so many times people sign in and allow the app to go on; at the others, the app refreshes its tokens.
    sign_in: u64,
    /// Every so many sign-ins are in a browser that is new.
    new_browser: u64,
    /// Every so many times they make a personal token, for 30 days.
    token: u64,
    /// How many calls scripts make with it each time.
    calls: u64,
}

/// Somebody.
struct Person {
    user: User,
    device: Option<String>,
    refresh: Option<String>,
    script: TokenId,
}

/// People, their app, and their server.
struct Town {
    party: Party,
    people: Vec<Person>,
    habits: Habits,
    delivery: Delivery,
    times: u64,
    _mails: tempfile::TempDir,
}

/// What there is in the database.
#[derive(Clone, Debug, Default)]
struct Size {
    /// Bytes of the file, once everything is in it.
    file: u64,
    /// Bytes of it that are in use, by table, indices included.
    used: BTreeMap<String, u64>,
    /// Rows, by table.
    rows: BTreeMap<String, u64>,
}

impl Town {
    async fn of(people: usize, mut config: Config, habits: Habits) -> Self {
        let mails = tempfile::tempdir().unwrap();
        config.mail.directory = mails.path().to_owned();
        let delivery = Delivery::of(&config).unwrap();
        let party = Party::configured(config, |_| {}).await;
        let mut town = Self { party, people: Vec::new(), habits, delivery, times: 0, _mails: mails };
        for number in 0..people {
            let standing = Standing { email_verified: true, ..Standing::default() };
            let user =
                users::create(town.app(), &new_user(&format!("person-{number}")), standing).await.unwrap();
            let script = town.app().new_id();
            crate::party::consent(town.app(), &user, &town.party.client).await;
            town.people.push(Person { user, device: None, refresh: None, script });
        }
        town
    }

    fn app(&self) -> &App {
        &self.party.app
    }

    /// Everybody does what they do, then what is to be done is done, and time goes by.
    async fn live(&mut self) {
        let (times, habits) = (self.times, self.habits);
        for person in &mut self.people {
            if times.is_multiple_of(habits.token) {
                person.script = script(&self.party.app, &person.user).await;
            }
            if times.is_multiple_of(habits.sign_in) {
                if (times / habits.sign_in).is_multiple_of(habits.new_browser) {
                    person.device = None;
                }
                sign_in(&self.party, person).await;
            } else {
                let token = person.refresh.take().unwrap();
                person.refresh = Some(refresh_token(&self.party.refresh(&token).await.unwrap()).to_owned());
            }
            for number in 0..habits.calls {
                self.party.app.audit.call(call(&self.party.app, person, number));
            }
        }
        self.times += 1;
        self.pass_time(habits.pause).await;
    }

    /// The servers' own work, and the days until next time.
    async fn pass_time(&self, days: i64) {
        while mail::pass(self.app(), &self.delivery, letter).await.unwrap() > 0 {}
        audit::flush(self.app()).await.unwrap();
        self.party.app.advance(Lifetime::days(days));
        upkeep::pass(self.app()).await.unwrap();
    }

    async fn size(&self) -> Size {
        let file = self.party.app.folder().join("postern.db");
        let mut connection =
            SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await.unwrap();
        let used = "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY 1";
        let used = numbers(&mut connection, used.to_owned()).await;
        let tables = "SELECT name, 0 FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let mut rows = BTreeMap::new();
        for table in numbers(&mut connection, tables.to_owned()).await.into_keys() {
            rows.extend(numbers(&mut connection, format!("SELECT '{table}', count(*) FROM {table}")).await);
        }
        Size { file: std::fs::metadata(Path::new(&file)).unwrap().len(), used, rows }
    }
}

impl Size {
    /// Bytes in use: all of them, and those of the audit.
    fn used(&self) -> (u64, u64) {
        let audit = |(table, bytes): (&String, &u64)| if table.starts_with("audit_") { *bytes } else { 0 };
        (self.used.values().sum(), self.used.iter().map(audit).sum())
    }
}

async fn numbers(connection: &mut SqliteConnection, sql: String) -> BTreeMap<String, u64> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| (row.get(0), u64::try_from(row.get::<i64, _>(1)).unwrap())).collect()
}

/// Signs somebody in, and their app with them.
async fn sign_in(party: &Party, person: &mut Person) {
    let (app, user) = (&party.app.app, &person.user);
    let visit = Visit {
        address: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0".to_owned(),
        device: person.device.take(),
    };
    let arrival = Arrival::of_sign_in(app, user.clone(), &visit, &[AuthMethodReference::Pwd]);
    let session = arrival.session.clone();
    let mut cookie = [0; 32];
    cookie[..16].copy_from_slice(session.id.0.as_bytes());
    sessions::begin(app, TokenHash(cookie), None, arrival.proven(), "{}".to_owned()).await.unwrap();
    person.device = Some(arrival.device);
    let code = party.code_with(|new| {
        new.user = user.id;
        new.permit = Permit::of_user(user.id, "openid profile email".parse().unwrap());
        new.binding.authentication =
            Authentication { session_id: session.id, auth_time: session.auth_time, amr: session.amr.clone() };
    });
    let tokens = party.token(party.redemption(&code.await)).await.unwrap();
    person.refresh = Some(refresh_token(&tokens).to_owned());
}

/// A personal token for scripts.
async fn script(app: &App, user: &User) -> TokenId {
    let actor = Actor::signed_in(app, &std::sync::Arc::new(user.clone()));
    let draft = TokenDraft {
        name: "Nightly import".to_owned(),
        scopes: vec!["user:read".to_owned()],
        ..TokenDraft::blank()
    };
    make(app, &actor, NewToken { owner: Owner::User(user.id), draft }).await.unwrap().token.id
}

fn call(app: &App, person: &Person, number: u64) -> Call {
    let at = app.clock.now();
    Call {
        id: app.new_event_id(at),
        at,
        place: Place::Api,
        token_id: person.script,
        kind: TokenKind::Personal,
        user_id: Some(person.user.id),
        acting_for: None,
        client_id: None,
        organization_id: None,
        address: IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)),
        method: "GET".to_owned(),
        url: format!("https://api.example.com/v1/projects/4711/items/{number}?page=2"),
        status: 200,
        verdict: CallVerdict::Allowed,
        reason: None,
        line: None,
        latency_us: 1_234,
    }
}

fn letter(_: &App, letter: &Letter) -> Result<Rendered, Refusal> {
    let subject = letter.mail.kind().to_owned();
    Ok(Rendered { subject, text: "Hello\n".to_owned(), html: "<p>Hello</p>".to_owned() })
}

/// The most rows that there are of each table over some times.
async fn most(town: &mut Town, times: u64) -> BTreeMap<String, u64> {
    let mut most = BTreeMap::new();
    for _ in 0..times {
        town.live().await;
        for (table, rows) in town.size().await.rows {
            let known: &mut u64 = most.entry(table).or_default();
            *known = rows.max(*known);
        }
    }
    most
}

#[tokio::test]
async fn what_people_leave_levels_off() {
    let mut config = Config::default();
    let of = &mut config.lifetimes;
    (of.access_token, of.refresh_token, of.session_absolute) =
        (Lifetime::days(2), Lifetime::days(30), Lifetime::days(40));
    (config.audit.retention, config.audit.call_retention) = (Lifetime::days(60), Lifetime::days(30));
    let habits = Habits { pause: 10, sign_in: 2, new_browser: 2, token: 3, calls: 2 };
    let mut town = Town::of(2, config, habits).await;
    // A personal token lives for 30 days and is kept for 90 more: nothing lives longer.
    for _ in 0..14 {
        town.live().await;
    }
    // In twelve times everything happens as often as in any other twelve.
    let early = most(&mut town, 12).await;
    let late = most(&mut town, 12).await;
    for (table, rows) in &late {
        assert!(
            *rows <= early[table] + 2,
            "{table} has {rows} rows, and had {} four months ago",
            early[table]
        );
    }
    for table in
        ["sessions", "tokens", "grants", "mails", "audit_events", "audit_segments", "session_clients"]
    {
        assert!(early[table] > 0, "nothing was measured: {table} is empty");
    }
}

/// Most bytes that somebody takes, by `docs/measurements.md`.
const MOST: u64 = 1_000_000;

/// `cargo xtask size` runs it for more people and months, and shows what it prints.
#[tokio::test]
async fn of_people_who_use_it_for_months() {
    let asked = env::var("POSTERN_SIZE").unwrap_or_else(|_| "1 1".to_owned());
    let (people, months) = asked.split_once(' ').unwrap();
    let (people, months): (u64, u64) = (people.parse().unwrap(), months.parse().unwrap());
    let habits = Habits { pause: 1, sign_in: 7, new_browser: 4, token: 30, calls: 20 };
    let mut town = Town::of(usize::try_from(people).unwrap(), Config::default(), habits).await;
    let empty = Town::of(0, Config::default(), habits).await.size().await.used().0;
    println!("{people} people: an app that refreshes daily, a sign-in a week, {} calls a day", habits.calls);
    println!("an empty database: {empty} bytes");
    println!("{:>6} {:>14} {:>14} {:>14}", "month", "bytes/person", "of the audit", "file/person");
    let mut size = Size::default();
    for month in 1..=months {
        for _ in 0..30 {
            town.live().await;
        }
        size = town.size().await;
        let (used, audit) = size.used();
        let each = |bytes: u64| bytes.saturating_sub(empty) / people;
        println!("{month:>6} {:>14} {:>14} {:>14}", each(used), audit / people, each(size.file));
    }
    let (lived_in, _) = size.used();
    assert!(lived_in > empty && (lived_in - empty) / people <= MOST, "{lived_in} bytes in use");
    println!("by table, bytes and rows of a person:");
    for (table, bytes) in &size.used {
        let rows = size.rows.get(table).copied().unwrap_or_default();
        println!("{table:>24} {:>10} {:>8.1}", bytes / people, rows as f64 / people as f64);
    }
    // Nobody comes any more: what is left is what they made themselves.
    for _ in 0..50 {
        town.pass_time(8).await;
    }
    let size = town.size().await;
    let (used, audit) = size.used();
    println!(
        "after 400 days without anybody: {used} bytes in use, {audit} of the audit; a file of {}",
        size.file
    );
    assert!(used < lived_in, "nothing of it went");
}
