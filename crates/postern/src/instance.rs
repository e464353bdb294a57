//! From settings to a running instance.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use postern_flows::{App, Config, Rng, SecretKey, SystemClock, SystemRng, upkeep};
use postern_storage::Db;
use tokio::task::JoinHandle;

/// How often what has ended is deleted.
const UPKEEP: Duration = Duration::from_secs(60);

/// Opens the instance: its secret key, its database brought up to date, its keys.
///
/// # Errors
/// Says what is in the way.
pub(crate) async fn open(config: Config) -> anyhow::Result<Arc<App>> {
    let secret_key = secret_key(&config.secret_key_file)?;
    // Opened first: on SQLite the last connection to close writes the whole log back to the file and deletes it, and
    // the one that migrates would be that, at each start.
    let db = Db::connect(&config.database_url).await.context("the database cannot be opened")?;
    let applied =
        Db::migrate(&config.database_url).await.context("the database cannot be brought up to date")?;
    if !applied.is_empty() {
        tracing::info!(versions = applied.len(), "the database was brought up to date");
    }
    db.watch_epochs().await.context("the database cannot be read")?;
    let app = App::new(db, config, secret_key, Arc::new(SystemClock), Arc::new(SystemRng));
    app.check_secret_key().await?;
    Ok(Arc::new(app))
}

/// Deletes what has ended, again and again, until it is aborted.
pub(crate) fn keep_up(app: &Arc<App>) -> JoinHandle<()> {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // The first tick is at once, and starting has enough to do.
        ticks.tick().await;
        loop {
            ticks.tick().await;
            match upkeep::pass(&app).await {
                Ok(gone) => tracing::debug!(rows = gone, "deleted what has ended"),
                Err(refusal) => tracing::warn!(?refusal, "what has ended could not be deleted"),
            }
        }
    })
}

/// The secret key of the file, which is made if it is not there.
pub(crate) fn secret_key(file: &Path) -> anyhow::Result<SecretKey> {
    let named = || format!("the secret key {}", file.display());
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => new_secret_key(file).with_context(named)?,
        Err(error) => return Err(error).with_context(named),
    };
    SecretKey::new(&bytes).with_context(named)
}

fn new_secret_key(file: &Path) -> io::Result<Vec<u8>> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut bytes = vec![0; 32];
    SystemRng.fill(&mut bytes);
    let opened = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    match opened {
        Ok(mut opened) => {
            opened.write_all(&bytes)?;
            opened.sync_all()?;
            Ok(bytes)
        }
        // Somebody else made it at the same moment: theirs is the key.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read(file),
        Err(error) => Err(error),
    }
}
