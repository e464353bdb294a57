use std::path::PathBuf;

use postern_domain::{GrantedScopes, Lifetime};
use sqlx::{Connection, Row, SqliteConnection};

use super::tables::{BOTH, BROUGHT_BACK, CARRIED_OVER};
use super::{Replaced, Restoration};
use crate::testing::{NOW, insert_client, insert_user, write};
use crate::{Db, StorageError, backup, clients, settings, users};

struct Place {
    folder: tempfile::TempDir,
    url: String,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/postern.db", folder.path().display());
        Self { folder, url }
    }

    async fn open(&self) -> Db {
        Db::migrate(&self.url).await.unwrap();
        Db::connect(&self.url).await.unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Whoever adds a table decides what becomes of it when a backup is restored.
#[tokio::test]
async fn every_table_has_its_rule() {
    let place = Place::new();
    drop(place.open().await);
    let mut connection = SqliteConnection::connect(&place.url).await.unwrap();
    let rows = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
    let rows = rows.fetch_all(&mut connection).await.unwrap();
    let there: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let mut ruled: Vec<&str> = BROUGHT_BACK.into_iter().chain(CARRIED_OVER).chain(BOTH).collect();
    ruled.sort_unstable();
    assert_eq!(
        there, ruled,
        "restore/tables.rs: what was there is BROUGHT_BACK, what lets somebody in CARRIED_OVER"
    );
}

#[tokio::test]
async fn what_was_is_back_and_what_lets_in_is_as_it_is_now() {
    let place = Place::new();
    let db = place.open().await;
    let (ada, _gone) = (insert_user(&db, "ada").await, insert_user(&db, "gone").await);
    let set = |db: Db, value: &'static str| async move {
        write(&db, value, |tx, value| Box::pin(settings::set(tx, "kept", value))).await.unwrap();
    };
    set(db.clone(), "then").await;
    let file = place.file("backup.db");
    backup::make(&place.url, &file).await.unwrap();
    assert!(backup::make(&place.url, &file).await.is_err(), "nothing is overwritten");
    set(db.clone(), "now").await;
    insert_user(&db, "since").await;
    let mut past = SqliteConnection::connect(&place.url).await.unwrap();
    for sql in [
        "UPDATE users SET password_hash = 'new' WHERE username = 'ada'",
        "DELETE FROM users WHERE username = 'gone'",
    ] {
        sqlx::query(sql).execute(&mut past).await.unwrap();
    }
    past.close().await.unwrap();
    assert!(
        matches!(Restoration::begin(&place.url, &file).await.err(), Some(StorageError::Busy)),
        "the server runs"
    );
    db.close().await;
    let restoration = Restoration::begin(&place.url, &file).await.unwrap();
    assert!(matches!(restoration.replaced(), Replaced::Readable(_)));
    let lost = restoration.carry_over().await.unwrap();
    assert_eq!((lost.users, lost.users_closed, lost.organizations), (1, 1, 0));
    let aside = restoration.place(NOW).await.unwrap().unwrap();
    backup::check(&aside).await.unwrap();
    let db = place.open().await;
    assert_eq!(settings::find(&db, "kept").await.unwrap().as_deref(), Some("now"));
    assert!(users::find(&db, ada.id).await.unwrap().unwrap().is_active());
    let names = std::fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(
        names.into_iter().all(|name| !name.to_string_lossy().contains("restoring")),
        "nothing is left beside it"
    );
}

/// A backup knows nothing of what was issued since: the database that is replaced does, or nobody.
#[tokio::test]
async fn what_a_client_was_granted_is_as_it_is_now_or_noted_anew() {
    for is_replaced in [true, false] {
        let place = Place::new();
        let db = place.open().await;
        let id = insert_client(&db, "app").await;
        let file = place.file("backup.db");
        let note = |db: Db, scope: &str| {
            let input = (id, scope.parse().unwrap());
            async move {
                write(&db, input, |tx, (id, scope)| Box::pin(clients::note_granted(tx, *id, scope, NOW)))
                    .await
            }
        };
        note(db.clone(), "openid").await.unwrap();
        backup::make(&place.url, &file).await.unwrap();
        note(db.clone(), "email").await.unwrap();
        db.close().await;
        let restoration = Restoration::begin(&place.url, &file).await.unwrap();
        let then = NOW.plus(Lifetime::days(1));
        match is_replaced {
            true => drop(restoration.carry_over().await.unwrap()),
            false => restoration.end_access(false, then).await.unwrap(),
        }
        restoration.place(then).await.unwrap();
        let granted = clients::find(&place.open().await, id).await.unwrap().unwrap().granted;
        let (scopes, since) = if is_replaced { ("email openid", NOW) } else { ("openid", then) };
        assert_eq!(granted, GrantedScopes { scopes: scopes.parse().unwrap(), since: Some(since) });
    }
}

#[tokio::test]
async fn what_is_no_backup_is_refused() {
    let place = Place::new();
    place.open().await.close().await;
    let (other, cut, newer) = (place.file("other.db"), place.file("cut.db"), place.file("newer.db"));
    std::fs::write(&other, b"not a database at all").unwrap();
    backup::make(&place.url, &cut).await.unwrap();
    let bytes = std::fs::read(&cut).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    backup::make(&place.url, &newer).await.unwrap();
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", newer.display())).await.unwrap();
    sqlx::query("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m99991231_000001_later', 0)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let none = place.file("none.db");
    for (file, reason) in
        [(other, "not a database"), (cut, "damaged"), (newer, "newer version"), (none, "not a database")]
    {
        let refused = Restoration::begin(&place.url, &file).await.err().unwrap().to_string();
        assert!(refused.contains(reason), "{}: {refused}", file.display());
    }
}
