use std::collections::BTreeMap;

use super::Transfer;
use crate::testing::{NOW, Postgres, insert_client, insert_user, write};
use crate::{Db, StorageError, clients, mails, settings, users};

/// What there is in a text that somebody could take for something else on the way.
const WORDS: &str = "a\tb\nc\r\\d\\N \u{1F980} \u{e9} \"'";

#[tokio::test]
async fn every_row_of_every_table_arrives() {
    let Some(postgres) = Postgres::empty().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/postern.db", folder.path().display());
    Db::migrate(&url).await.unwrap();
    let db = Db::connect(&url).await.unwrap();
    let ada = insert_user(&db, "ada").await;
    let app = insert_client(&db, "app").await;
    let granted = (app, "email openid".parse().unwrap());
    write(&db, granted, |tx, (app, scopes)| Box::pin(clients::note_granted(tx, *app, scopes, NOW)))
        .await
        .unwrap();
    write(&db, (), |tx, ()| Box::pin(settings::set(tx, "words", WORDS))).await.unwrap();
    assert!(matches!(Transfer::begin(&url).await.err(), Some(StorageError::Busy)), "a server runs");
    db.close().await;

    let mut transfer = Transfer::begin(&url).await.unwrap();
    let moved = transfer.copy_to(postgres.url()).await.unwrap();
    let moved: BTreeMap<&str, u64> = moved.iter().map(|moved| (moved.table.as_str(), moved.rows)).collect();
    assert_eq!((moved["users"], moved["clients"], moved["epochs"], moved["tokens"]), (1, 1, 256, 0));
    let refused = transfer.copy_to(postgres.url()).await.unwrap_err().to_string();
    assert!(refused.contains("tables already"), "{refused}");
    transfer.leave("postgres://elsewhere").await.unwrap();

    let there = Db::connect(postgres.url()).await.unwrap();
    assert_eq!(there.pending_migrations().await.unwrap(), 0);
    assert_eq!(users::find(&there, ada.id).await.unwrap().unwrap(), ada);
    let granted = clients::find(&there, app).await.unwrap().unwrap().granted;
    assert_eq!((granted.scopes.to_string().as_str(), granted.since), ("email openid", Some(NOW)));
    assert_eq!(settings::find(&there, "words").await.unwrap().as_deref(), Some(WORDS));
    assert!(mails::due(&there, NOW, 1).await.unwrap().is_empty());
    there.close().await;
    let left = Db::connect(&url).await.unwrap();
    assert_eq!(
        settings::find(&left, super::MOVED_TO).await.unwrap().as_deref(),
        Some("postgres://elsewhere")
    );
    postgres.remove().await;
}

#[tokio::test]
async fn only_from_a_file_to_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite://{}/{name}.db", folder.path().display());
    assert!(Transfer::begin(&url("none")).await.is_err());
    Db::migrate(&url("source")).await.unwrap();
    let mut transfer = Transfer::begin(&url("source")).await.unwrap();
    let refused = transfer.copy_to(&url("target")).await.unwrap_err().to_string();
    assert!(refused.contains("postgres://"), "{refused}");
}
