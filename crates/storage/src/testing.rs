//! Every test of storage runs on both databases, each on one of its own.

use std::env;

use postern_domain::{
    Client, ClientId, ClientIdentifier, ClientMetadata, ClientOwner, ClientType, Email, PersonName,
    Timestamp, TokenHash, User, UserId, UserState, Username,
};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};
use uuid::Uuid;

use crate::{Db, StorageError, Tx, Work, clients, users};

/// Defines a test that runs once on SQLite and once on PostgreSQL:
/// `on_both_databases! { async fn name(db: Db) { … } }`. PostgreSQL is the server of `TEST_POSTGRES_URL`, for an account
/// that may make databases; `POSTERN_TEST_SQLITE_ONLY=1` leaves it out.
macro_rules! on_both_databases {
    ($($(#[$doc:meta])* async fn $name:ident($db:ident: Db) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$doc])*
            async fn run($db: $crate::Db) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                let scratch = $crate::testing::Sqlite::make().await;
                run(scratch.db()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                if let Some(scratch) = $crate::testing::Postgres::make().await {
                    run(scratch.db()).await;
                    scratch.remove().await;
                }
            }
        }
    )*};
}
pub(crate) use on_both_databases;

/// A SQLite database in a folder that goes with it.
pub(crate) struct Sqlite {
    db: Db,
    _folder: tempfile::TempDir,
}

impl Sqlite {
    pub(crate) async fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/postern.db", folder.path().display());
        Self { db: open(&url).await, _folder: folder }
    }

    pub(crate) fn db(&self) -> Db {
        self.db.clone()
    }
}

/// A database of its own on the server of the tests.
pub(crate) struct Postgres {
    server: PgConnectOptions,
    name: String,
    url: String,
    db: Option<Db>,
}

impl Postgres {
    /// `None` if PostgreSQL was left out on purpose.
    pub(crate) async fn make() -> Option<Self> {
        let mut made = Self::empty().await?;
        made.db = Some(open(&made.url).await);
        Some(made)
    }

    /// The same with nothing in it.
    pub(crate) async fn empty() -> Option<Self> {
        let url = match env::var("TEST_POSTGRES_URL") {
            Ok(url) => url,
            Err(_) if env::var_os("POSTERN_TEST_SQLITE_ONLY").is_some() => return None,
            Err(_) => panic!(
                "set TEST_POSTGRES_URL to a PostgreSQL server where databases may be made, run cargo xtask test, \
                 which starts one, or leave it out with POSTERN_TEST_SQLITE_ONLY=1"
            ),
        };
        let name = format!("postern_{}", random_id().simple());
        let server: PgConnectOptions = url.parse().unwrap();
        run_on(&server, format!("CREATE DATABASE {name}")).await;
        let (address, _) = url.rsplit_once('/').unwrap();
        let url = format!("{address}/{name}");
        Some(Self { server, name, url, db: None })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn db(&self) -> Db {
        self.db.clone().unwrap()
    }

    pub(crate) async fn remove(self) {
        let Self { server, name, db, .. } = self;
        drop(db);
        run_on(&server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
}

async fn open(url: &str) -> Db {
    Db::migrate(url).await.unwrap();
    let db = Db::connect(url).await.unwrap();
    db.watch_epochs().await.unwrap();
    db
}

async fn run_on(server: &PgConnectOptions, sql: String) {
    let mut connection = PgConnection::connect_with(server).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
}

/// The present of the tests.
pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000);

/// An id that no other test has.
pub(crate) fn random_id() -> Uuid {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// A hash that is `byte` all over.
pub(crate) const fn hash(byte: u8) -> TokenHash {
    TokenHash([byte; 32])
}

/// Runs a change that stands alone.
pub(crate) async fn write<C, T, F>(db: &Db, input: C, work: F) -> Result<T, StorageError>
where
    C: Send + Sync + 'static,
    T: Send + 'static,
    F: for<'a> Fn(&'a Tx, &'a C) -> Work<'a, T, StorageError> + Send + Sync + 'static,
{
    db.write(input, work).await
}

/// An account that is in no database yet.
pub(crate) fn user(username: &str) -> User {
    User {
        id: UserId(random_id()),
        email: Email::parse(&format!("{username}@example.com")).unwrap(),
        email_verified: true,
        username: Username::parse(username).unwrap(),
        name: PersonName::parse(username).unwrap(),
        claims: postern_domain::StandardClaims::default(),
        rights: std::collections::BTreeSet::new(),
        state: UserState::Active,
        created_at: NOW,
        updated_at: NOW,
        password_changed_at: NOW,
        deletes_at: None,
    }
}

/// An account in the database.
pub(crate) async fn insert_user(db: &Db, username: &str) -> User {
    let user = user(username);
    let inserted = user.clone();
    write(db, inserted, |tx, user| Box::pin(users::insert(tx, user, None))).await.unwrap();
    user
}

/// A client of the instance's in the database.
pub(crate) async fn insert_client(db: &Db, name: &str) -> ClientId {
    let metadata = ClientMetadata::new(PersonName::parse(name).unwrap(), ClientType::Confidential);
    let identifier = ClientIdentifier::parse(name).unwrap();
    let client = Client::new(ClientId(random_id()), identifier, ClientOwner::Instance, metadata, NOW);
    let id = client.id;
    write(db, client, |tx, client| Box::pin(clients::insert(tx, client))).await.unwrap();
    id
}

/// Runs `count` of the same thing at once and answers what came of each.
pub(crate) async fn race<T, F>(count: usize, mut start: impl FnMut(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let racers: Vec<_> = (0..count).map(|i| tokio::spawn(start(i))).collect();
    let mut outcomes = Vec::with_capacity(count);
    for racer in racers {
        outcomes.push(racer.await.unwrap());
    }
    outcomes
}
