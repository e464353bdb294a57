use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::Db;

/// The locks that this process holds on the file with this inode.
#[cfg(target_os = "linux")]
fn locks_on(inode: u64) -> usize {
    let owner = std::process::id().to_string();
    let file = format!(":{inode}");
    let locks = fs::read_to_string("/proc/locks").unwrap();
    locks
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|line| line.contains(&owner.as_str()) && line.iter().any(|word| word.ends_with(&file)))
        .count()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn others_see_that_the_file_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("postern.db");
    let url = format!("sqlite://{}", file.display());
    let db = Db::connect(&url).await.unwrap();
    Db::migrate(&url).await.unwrap();
    let other = Db::connect(&url).await.unwrap();
    assert_eq!(db.pending_migrations().await.unwrap(), 0);
    drop(other);
    let inode = fs::metadata(&file).unwrap().ino();
    assert_ne!(locks_on(inode), 0, "whoever closes the file as the last one deletes its log");
}

#[tokio::test]
async fn the_files_are_for_their_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("data/postern.db").display());
    let db = Db::connect(&url).await.unwrap();
    Db::migrate(&url).await.unwrap();
    assert_eq!(db.pending_migrations().await.unwrap(), 0);
    let made: Vec<_> = fs::read_dir(folder.path().join("data")).unwrap().map(|file| file.unwrap()).collect();
    assert!(made.len() > 1, "{made:?}");
    for file in made {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
}
