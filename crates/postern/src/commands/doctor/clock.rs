use postern_domain::Timestamp;
use postern_flows::{Clock, SystemClock};

use super::finding::Finding;

/// A clock before this says nothing true: 2026-01-01.
const PLAUSIBLE_SINCE: i64 = 1_767_225_600;

/// How far the database's clock may be from ours, in seconds.
const APART: u64 = 5;
const CHECK: &str = "clock";
const REMEDY: &str = "set the machine's clock and keep it right with NTP: every expiry depends on it";

/// Whether the machine's clock can be true by itself.
pub(super) fn clock() -> Finding {
    let now = SystemClock.now();
    if now.0 >= PLAUSIBLE_SINCE {
        Finding::ok(CHECK, format!("{} seconds since 1970", now.0))
    } else {
        Finding::error(CHECK, "the machine's clock is in the past", REMEDY)
    }
}

/// Whether it agrees with what the database knows: its own clock, if it runs elsewhere, and the latest thing written down.
pub(super) fn agrees(theirs: Option<Timestamp>, latest: Timestamp) -> Option<Finding> {
    let now = SystemClock.now();
    if let Some(theirs) = theirs.filter(|theirs| theirs.0.abs_diff(now.0) > APART) {
        let found = format!("the database's clock is {} seconds away from ours", theirs.0.abs_diff(now.0));
        return Some(Finding::warning(CHECK, found, "keep the clocks of both machines right with NTP"));
    }
    let ahead = latest.0 - now.0;
    (ahead > 60).then(|| {
        let found =
            format!("the database holds signing keys made {ahead} seconds after now: the clock is behind");
        Finding::error(CHECK, found, REMEDY)
    })
}
