//! From settings to a running instance.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use postern_flows::api_tokens::{self, Presence};
use postern_flows::disk::{Kept, Room, disks};
use postern_flows::{App, Config, Rng, SecretKey, SystemClock, SystemRng, audit, keys, logout, mail, upkeep};
use postern_storage::transfer::MOVED_TO;
use postern_storage::{Db, StorageError, settings};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How often what has ended is deleted.
const UPKEEP: Duration = Duration::from_secs(60);
/// How long a stop waits for what is left to be written down.
const LAST_CALLS: Duration = Duration::from_secs(5);
/// How often it is looked which mails are due.
const MAILS: Duration = Duration::from_secs(2);
/// How often it is looked which clients are to be told that a session ended.
const LOGOUTS: Duration = Duration::from_secs(1);

/// Opens the instance: its secret key, its database brought up to date, its keys.
///
/// # Errors
/// Says what is in the way.
pub(crate) async fn open(config: Config) -> anyhow::Result<Arc<App>> {
    let secret_key = secret_key(&config.secret_key_file)?;
    // Opened first: on SQLite the last connection to close writes the whole log back to the file and deletes it, and
    // the one that migrates would be that, at each start.
    let db = connect(&config).await?;
    let applied = migrate(&config).await?;
    if !applied.is_empty() {
        tracing::info!(versions = applied.len(), "the database was brought up to date");
    }
    if let Some(place) = settings::find(&db, MOVED_TO).await? {
        bail!("the instance of {} was moved to {place}; set database_url to that", config.database_url);
    }
    db.watch_epochs().await.context("the database cannot be read")?;
    let app = App::new(db, config, secret_key, Arc::new(SystemClock), Arc::new(SystemRng));
    app.check_secret_key().await?;
    app.see_brand().await;
    Ok(Arc::new(app))
}

/// What to do about a database that cannot be opened.
pub(crate) const DATABASE_REMEDY: &str =
    "check database_url, that the database runs, and that the server's user may use it";

async fn connect(config: &Config) -> anyhow::Result<Db> {
    let url = &config.database_url;
    Db::connect(url.reveal())
        .await
        .with_context(|| format!("the database {url} cannot be opened; {DATABASE_REMEDY}"))
}

/// Brings the database's schema up to date and answers the names of the versions applied.
///
/// # Errors
/// Says which database it is and what is in the way.
pub(crate) async fn migrate(config: &Config) -> anyhow::Result<Vec<String>> {
    let url = &config.database_url;
    Db::migrate(url.reveal()).await.map_err(|error| {
        let is_away = matches!(error, StorageError::Unavailable(_) | StorageError::Busy | StorageError::Full);
        let remedy = if is_away { format!("; {DATABASE_REMEDY}") } else { String::new() };
        anyhow::Error::new(error).context(format!("the database {url} cannot be brought up to date{remedy}"))
    })
}

/// Deletes what has ended, again and again, until it is aborted.
pub(crate) fn keep_up(app: &Arc<App>) -> JoinHandle<()> {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // The first tick is at once, and starting has enough to do.
        ticks.tick().await;
        let mut little = Vec::new();
        loop {
            ticks.tick().await;
            warn_of_full_disks(&app.config, &mut little).await;
            match upkeep::pass(&app).await {
                Ok(gone) => tracing::debug!(rows = gone, "deleted what has ended"),
                Err(refusal) => tracing::warn!(?refusal, "what has ended could not be deleted"),
            }
        }
    })
}

/// Says once of each disk that there is little room on it. `little` are those of which it was said.
async fn warn_of_full_disks(config: &Config, little: &mut Vec<(Kept, Room)>) {
    let found = disks(config).await;
    let found: Vec<_> = found.iter().filter(|disk| disk.room() != Room::Enough).collect();
    for disk in &found {
        if !little.contains(&(disk.kept, disk.room())) {
            tracing::warn!(
                kept = disk.kept.as_str(),
                folder = %disk.folder.display(),
                free = disk.free,
                "there is little room on a disk: when it is full, nothing can be changed"
            );
        }
    }
    *little = found.iter().map(|disk| (disk.kept, disk.room())).collect();
}

/// Sends the mails that are due, again and again, until it is aborted.
///
/// # Errors
/// Says what is wrong with the settings of mails.
pub(crate) fn send_mails(app: &Arc<App>) -> anyhow::Result<JoinHandle<()>> {
    let delivery = mail::Delivery::of(&app.config)?;
    let app = Arc::clone(app);
    Ok(tokio::spawn(async move {
        let mut ticks = tokio::time::interval(MAILS);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(refusal) = mail::pass(&app, &delivery, postern_http::render_mail).await {
                tracing::warn!(?refusal, "it could not be looked which mails are due");
            }
        }
    }))
}

/// Tells clients of the sessions that ended, again and again, until it is aborted.
pub(crate) fn tell_clients(app: &Arc<App>) -> JoinHandle<()> {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(LOGOUTS);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(refusal) = logout::tell(&app).await {
                tracing::warn!(?refusal, "it could not be looked which clients are to be told of a logout");
            }
        }
    })
}

/// What writes something down again and again.
pub(crate) struct Recorder {
    /// Where it is missing if the time does not suffice.
    place: &'static str,
    task: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

/// Writes calls and acts down, until it is stopped.
pub(crate) fn record(app: &Arc<App>) -> Recorder {
    let (stop, stopped) = stopping();
    let app = Arc::clone(app);
    let task = tokio::spawn(async move { audit::write(&app, stopped).await });
    Recorder { place: "the audit", task, stop }
}

/// Writes down who fetches the keys, until it is stopped.
pub(crate) fn note_fetches(app: &Arc<App>) -> Recorder {
    let (stop, stopped) = stopping();
    let app = Arc::clone(app);
    let task = tokio::spawn(async move { keys::write_fetches(&app, stopped).await });
    Recorder { place: "the list of those who fetched the keys", task, stop }
}

/// A word to stop, and what is done when it comes or nobody is left to say it.
fn stopping() -> (oneshot::Sender<()>, impl Future<Output = ()>) {
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async {
        let _stopped_or_gone = stopped.await;
    };
    (stop, stopped)
}

impl Recorder {
    /// Waits until what is left is written down.
    pub(crate) async fn stop(self) {
        let _it_has_ended_already = self.stop.send(());
        if tokio::time::timeout(LAST_CALLS, self.task).await.is_err() {
            tracing::error!(place = self.place, "what came last before this stop may not be written down");
        }
    }
}

/// Says that this node is alive, again and again, until it is aborted.
pub(crate) fn say_alive(app: &Arc<App>, node: Presence) -> JoinHandle<()> {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Presence::EVERY).await;
            if let Err(refusal) = api_tokens::beat(&app, node).await {
                tracing::warn!(?refusal, "it could not be written down that this node is alive");
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

/// Makes a key. The file appears with all of it or not at all, whenever the process is stopped: half a key would be in the
/// way of every later start.
fn new_secret_key(file: &Path) -> io::Result<Vec<u8>> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let (mut bytes, mut chance) = (vec![0; 32], [0; 8]);
    SystemRng.fill(&mut bytes);
    SystemRng.fill(&mut chance);
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{:016x}.new", u64::from_ne_bytes(chance)));
    let beside = PathBuf::from(beside);
    let placed = write_new(&beside, &bytes).and_then(|()| place(&beside, file));
    let _it_may_have_become_the_key = fs::remove_file(&beside);
    match placed {
        Ok(()) => {
            fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
            Ok(bytes)
        }
        // Somebody else made it at the same moment: theirs is the key.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read(file),
        Err(error) => Err(error),
    }
}

fn write_new(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut opened = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    opened.write_all(bytes)?;
    opened.sync_all()
}

/// Gives a file its name, unless another one has it.
fn place(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        // Some shared file systems know no links. There the last of several that start at once would win, and the others
        // be refused by the database.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied)
                && !to.exists() =>
        {
            fs::rename(from, to)
        }
        linked => linked,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A folder of this test's own, which is not there yet.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("postern-{name}-{}", std::process::id()));
        let _it_is_mostly_not_there = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn a_key_is_made_once_and_nothing_is_left_beside_it() {
        let folder = folder("key-race");
        let file = folder.join("secret.key");
        let made: Vec<_> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..8).map(|_| scope.spawn(|| new_secret_key(&file).unwrap())).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        let kept = fs::read(&file).unwrap();
        assert_eq!(kept.len(), 32);
        assert!(made.iter().all(|key| *key == kept), "all go on with the same key");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["secret.key"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_a_start_that_was_stopped_left_is_in_nobodys_way() {
        let folder = folder("key-again");
        let file = folder.join("secret.key");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("secret.key.0123456789abcdef.new"), b"half").unwrap();
        assert_eq!(new_secret_key(&file).unwrap(), fs::read(&file).unwrap());
        fs::remove_dir_all(folder).unwrap();
    }
}
