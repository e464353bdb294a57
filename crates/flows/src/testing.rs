//! An instance for tests: a scratch database, a clock that stands still, chance that repeats itself.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use postern_domain::{
    Lifetime, Organization, OrganizationId, OrganizationPolicy, PersonName, Plain, Refusal, ResourceSpec,
    ScopeSpec, Slug, SubjectType, Tier, Timestamp, User, UserId,
};
use postern_storage::authenticators::Authenticator;
use postern_storage::{Db, authenticators, organizations};

use crate::sessions::{Arrival, Visit};
use crate::sign_in::Step;
use crate::users::{self, NewUser, Standing};
use crate::{App, Clock, Config, Denied, Rng, SecretKey};

/// A password that is good enough.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Where requests come from.
pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// An app with the means to move its time.
pub(crate) struct TestApp {
    pub(crate) app: Arc<App>,
    clock: Arc<FixedClock>,
    folder: tempfile::TempDir,
}

impl Deref for TestApp {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl TestApp {
    /// Lets time go by.
    pub(crate) fn advance(&self, span: Lifetime) {
        self.clock.0.fetch_add(span.as_seconds(), Ordering::SeqCst);
    }
}

impl TestApp {
    /// Where its database is.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

struct FixedClock(AtomicI64);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Different bytes at each call, the same in each run.
#[derive(Default)]
struct Sequence(AtomicU64);

impl Rng for Sequence {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            // The increment of splitmix64 and its finishing steps.
            let mut mixed = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = u8::try_from((mixed >> 56) & 0xff).unwrap_or_default();
        }
    }
}

/// An app with the default settings.
pub(crate) async fn app() -> TestApp {
    app_with(Config::default()).await
}

/// An app with these settings and a database of its own.
pub(crate) async fn app_with(config: Config) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/postern.db", folder.path().display());
    Db::migrate(&url).await.unwrap();
    let db = Db::connect(&url).await.unwrap();
    db.watch_epochs().await.unwrap();
    let clock = Arc::new(FixedClock(AtomicI64::new(1_800_000_000)));
    let key = SecretKey::new(&[7; 32]).unwrap();
    let app = App::new(db, config, key, Arc::clone(&clock) as _, Arc::new(Sequence::default()));
    TestApp { app: Arc::new(app), clock, folder }
}

/// An account with [`PASSWORD`].
pub(crate) async fn user(app: &App, username: &str) -> User {
    users::create(app, &new_user(username), Standing::default()).await.unwrap()
}

/// Makes an account whose address is verified.
pub(crate) async fn verified_user(app: &App, username: &str) -> User {
    let standing = Standing { email_verified: true, ..Standing::default() };
    users::create(app, &new_user(username), standing).await.unwrap()
}

/// Gives somebody an authenticator app.
pub(crate) async fn second_factor(app: &App, user: UserId) {
    let authenticator = Authenticator { secret: vec![7; 48], last_step: 0, created_at: app.clock.now() };
    let put = app.db.write((user, authenticator), |tx, (user, authenticator)| {
        Box::pin(async move { Ok::<_, Refusal>(authenticators::put(tx, *user, authenticator).await?) })
    });
    put.await.unwrap();
}

/// Signs somebody in who has no second factor.
pub(crate) async fn sign_in(
    app: &App,
    identifier: &str,
    password: &Plain,
    visit: &Visit,
) -> Result<Arrival, Denied> {
    match crate::sign_in::sign_in(app, identifier, password, visit).await? {
        Step::Arrived(arrival) => Ok(*arrival),
        Step::SecondStep(_) => panic!("{identifier} has a second step to take"),
    }
}

/// An organization of this person.
pub(crate) async fn organization(app: &App, slug: &str, owner: UserId) -> Organization {
    let now = app.clock.now();
    let organization = Organization {
        id: app.new_id(),
        slug: Slug::parse(slug).unwrap(),
        name: PersonName::parse(slug).unwrap(),
        policy: OrganizationPolicy::default(),
        tier: Tier::Default,
        created_at: now,
        updated_at: now,
    };
    let membership: OrganizationId = app.new_id();
    let write = app.db.write((organization.clone(), membership.0, owner), |tx, (new, membership, owner)| {
        Box::pin(async move { Ok::<_, Refusal>(organizations::insert(tx, new, *membership, *owner).await?) })
    });
    write.await.unwrap();
    organization
}

/// What somebody types who wants an account.
pub(crate) fn new_user(username: &str) -> NewUser {
    NewUser {
        username: username.to_owned(),
        email: format!("{username}@example.com"),
        name: String::new(),
        password: Some(Plain::new(PASSWORD.to_owned())),
    }
}

/// Two APIs besides the own one.
pub(crate) const BOOKS: &str = "https://books.example";
pub(crate) const MUSIC: &str = "urn:example:music";

/// The settings of an instance with these APIs.
pub(crate) fn two_apis() -> Config {
    let mut config = Config::default();
    for name in ["books:read", "books:write", "music:read"] {
        let row = ScopeSpec {
            name: String::new(),
            label: name.to_owned(),
            description: String::new(),
            group: "APIs".to_owned(),
            subjects: vec![SubjectType::User, SubjectType::Organization],
            hidden: false,
            right: None,
        };
        config.scopes.insert(name.to_owned(), row);
    }
    let api = |identifier: &str, name: &str, scopes: &[&str]| ResourceSpec {
        identifier: identifier.to_owned(),
        name: name.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        ..ResourceSpec::default()
    };
    config.resources = vec![
        api(BOOKS, "The books", &["books:read", "books:write"]),
        api(MUSIC, "The music", &["music:read"]),
    ];
    config
}

/// A visit from an address of documentation's network, by its last byte.
pub(crate) fn visit(last: u8) -> Visit {
    Visit {
        address: IpAddr::V4(Ipv4Addr::new(203, 0, 113, last)),
        user_agent: "Firefox".into(),
        device: None,
    }
}
