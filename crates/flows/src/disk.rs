//! How much room there is on the disks that this server writes to.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postern_storage::Database;
use rustix::fs::statvfs;

use crate::Config;

/// Longest that is waited for a disk: one of the network may not answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Below a tenth of a disk and below this many bytes there is little room.
const LITTLE: u64 = 2 << 30;
/// Below a hundredth and below this many there is hardly any.
const HARDLY_ANY: u64 = 128 << 20;

/// What is kept on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The database, where it is a file. A server has disks of its own.
    Database,
    /// Mails, where no mail server takes them.
    Mails,
}

impl Kept {
    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Mails => "mails",
        }
    }
}

/// A disk, as far as this server may use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// What is kept on it. If that is both, it is the database.
    pub kept: Kept,
    /// The folder.
    pub folder: PathBuf,
    /// How many bytes may still be written.
    pub free: u64,
    /// How many bytes there are.
    pub size: u64,
}

/// How much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Enough.
    Enough,
    /// Less than a tenth of the disk, and less than 2 GiB.
    Little,
    /// Less than a hundredth of the disk, and less than 128 MiB: soon nothing can be changed any more.
    HardlyAny,
}

impl Room {
    /// A word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enough => "enough",
            Self::Little => "little",
            Self::HardlyAny => "hardly_any",
        }
    }
}

impl Disk {
    /// How much room there is on it.
    pub const fn room(&self) -> Room {
        if self.free < HARDLY_ANY && self.free < self.size / 100 {
            Room::HardlyAny
        } else if self.free < LITTLE && self.free < self.size / 10 {
            Room::Little
        } else {
            Room::Enough
        }
    }
}

/// The disks that this server writes to; none that cannot be asked.
pub async fn disks(config: &Config) -> Vec<Disk> {
    let database = Database::file(config.database_url.reveal()).map(|file| (Kept::Database, file));
    let mails = config.mail.smtp_url.is_none().then(|| (Kept::Mails, config.mail.directory.clone()));
    let paths: Vec<_> = database.into_iter().chain(mails).collect();
    let look = tokio::task::spawn_blocking(move || look(&paths));
    match tokio::time::timeout(PATIENCE, look).await {
        Ok(Ok(found)) => found,
        _ => {
            tracing::warn!("a disk does not say how much room it has");
            Vec::new()
        }
    }
}

/// Two paths on one disk are one disk.
fn look(paths: &[(Kept, PathBuf)]) -> Vec<Disk> {
    let mut devices = Vec::new();
    let mut found = Vec::new();
    for (kept, path) in paths {
        let Some((folder, device)) = folder_of(path) else { continue };
        if devices.contains(&device) {
            continue;
        }
        match statvfs(folder) {
            Ok(stat) => {
                devices.push(device);
                let (free, size) = (stat.f_bavail * stat.f_frsize, stat.f_blocks * stat.f_frsize);
                found.push(Disk { kept: *kept, folder: folder.to_owned(), free, size });
            }
            Err(error) => {
                tracing::warn!(%error, folder = %folder.display(), "a disk does not say how much room it has");
            }
        }
    }
    found
}

/// The closest folder above a path that is there, and the device it is on.
fn folder_of(path: &Path) -> Option<(&Path, u64)> {
    path.ancestors().find_map(|folder| {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let data = folder.metadata().ok().filter(std::fs::Metadata::is_dir)?;
        Some((folder, data.dev()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_little_of_the_disk_and_in_all() {
        const MIB: u64 = 1 << 20;
        const GIB: u64 = 1 << 30;
        let table = [
            (GIB, 40 * GIB, Room::Little),
            (3 * GIB, 40 * GIB, Room::Enough),
            (3 * GIB, 4_000 * GIB, Room::Enough),
            (100 * MIB, 40 * GIB, Room::HardlyAny),
            (100 * MIB, GIB, Room::Little),
            (200 * MIB, GIB, Room::Enough),
            (50 * MIB, 64 * MIB, Room::Enough),
            (6 * MIB, 64 * MIB, Room::Little),
            (0, 64 * MIB, Room::HardlyAny),
        ];
        for (free, size, room) in table {
            let disk = Disk { kept: Kept::Database, folder: PathBuf::new(), free, size };
            assert_eq!(disk.room(), room, "{free} of {size}");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_yet_is_looked_for_above_and_one_disk_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        let url = format!("sqlite://{}/not/yet/postern.db", folder.path().display());
        config.database_url = url.into();
        config.mail.directory = folder.path().join("mails");
        let found = disks(&config).await;
        let [disk] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((disk.kept, disk.folder.as_path()), (Kept::Database, folder.path()));
        assert!(disk.size > disk.free && disk.free > 0, "{disk:?}");
        config.database_url = "postgres://localhost/postern".into();
        let found = disks(&config).await;
        assert!(matches!(found.as_slice(), [Disk { kept: Kept::Mails, .. }]), "{found:?}");
        assert!(look(&[(Kept::Mails, PathBuf::from("relative"))]).len() == 1);
    }
}
