use postern_flows::Config;
use postern_flows::disk::{Disk, Room, disks};

use super::finding::Finding;

const CHECK: &str = "disk";

/// Whether there is room where the server writes.
pub(super) async fn disk(config: &Config) -> Vec<Finding> {
    disks(config).await.iter().map(finding).collect()
}

fn finding(disk: &Disk) -> Finding {
    const MEGABYTE: u64 = 1_000_000;
    let (free, size) = (disk.free / MEGABYTE, disk.size / MEGABYTE);
    let found =
        format!("{free} MB of {size} MB are free at {} ({})", disk.folder.display(), disk.kept.as_str());
    let remedy = "make room there, or move what is kept there to a larger disk: when it is full, nothing can be changed \
                  and nobody signs in";
    match disk.room() {
        Room::Enough => Finding::ok(CHECK, found),
        Room::Little => Finding::warning(CHECK, found, remedy),
        Room::HardlyAny => Finding::error(CHECK, found, remedy),
    }
}
