use postern_storage::mails;

use super::{Family, Label};
use crate::App;
use crate::administration::COUNTED;
use crate::disk::disks;

/// All figures of this node as they are now. What only the database knows is left out while it cannot be asked.
pub async fn gather(app: &App) -> Vec<Family> {
    let mut families = requests(app);
    families.extend(protocol(app));
    families.extend(database(app));
    families.push(caches(app));
    families.extend(queues(app).await);
    families.extend(process(app));
    families.push(room(app).await);
    families
}

fn requests(app: &App) -> Vec<Family> {
    let Some(requests) = app.meters.requests.get() else { return Vec::new() };
    let classes = requests.asked().flat_map(|(route, of)| {
        of.classes().map(move |(class, count)| (vec![("route", route), ("status", class)], count))
    });
    let took = requests.asked().map(|(route, of)| (vec![("route", route)], of.took()));
    vec![
        Family::counter("http_requests_total", "Requests by route and class of status.", classes),
        Family::histogram("http_request_duration_seconds", "How long requests took, by route.", took),
    ]
}

fn protocol(app: &App) -> [Family; 4] {
    let meters = &app.meters;
    let issued =
        meters.issued.iter().map(|(name, counter)| (vec![("grant", name.as_str())], counter.count()));
    let introspected = [
        (vec![("active", "true")], meters.active.count()),
        (vec![("active", "false")], meters.inactive.count()),
    ];
    let guarded = [
        (vec![("decision", "pass")], meters.guard_passed.count()),
        (vec![("decision", "refuse")], meters.guard_refused.count()),
    ];
    let denied = [
        (vec![("reason", "wrong")], meters.wrong_sign_ins.count()),
        (vec![("reason", "too_many")], meters.throttled_sign_ins.count()),
    ];
    [
        Family::counter("token_answers_total", "Token requests that got tokens, by grant.", issued),
        Family::counter(
            "introspections_total",
            "Introspections, by whether the token was active.",
            introspected,
        ),
        Family::counter("guard_decisions_total", "What the guard decided.", guarded),
        Family::counter(
            "sign_in_failures_total",
            "Sign-ins that failed: a wrong name or password, or too many of them.",
            denied,
        ),
    ]
}

fn database(app: &App) -> [Family; 3] {
    let changes = app.db.changes();
    let waiting = u64::try_from(changes.waiting.count()).unwrap_or_default();
    [
        Family::gauge("changes_waiting", "Changes that wait or are being made.", alone(waiting)),
        Family::histogram(
            "commit_duration_seconds",
            "How long transactions took until they were on disk; on SQLite one carries many changes.",
            [(Vec::new(), &changes.commits)],
        ),
        Family::counter(
            "commit_failures_total",
            "Transactions that the database failed.",
            alone(changes.failures.count()),
        ),
    ]
}

fn caches(app: &App) -> Family {
    let all = app.live.looks().into_iter().chain([("sessions", app.sessions.looks())]);
    let looks = all.flat_map(|(cache, looks)| {
        [
            (vec![("cache", cache), ("outcome", "hit")], looks.hits.count()),
            (vec![("cache", cache), ("outcome", "miss")], looks.misses.count()),
        ]
    });
    Family::counter("cache_lookups_total", "What was looked for in memory.", looks)
}

async fn queues(app: &App) -> Vec<Family> {
    let mut families = vec![Family::gauge(
        "audit_calls_waiting",
        "Calls that are still to be written down.",
        alone(u64::try_from(app.audit.waiting_count()).unwrap_or(u64::MAX)),
    )];
    match mails::count_waiting(&app.db, COUNTED).await {
        Ok(count) => families.push(Family::gauge(
            "mails_waiting",
            "Mails that are still to be sent, counted up to 10,000.",
            alone(count),
        )),
        Err(error) => tracing::warn!(%error, "it could not be counted how many mails wait"),
    }
    families
}

fn process(app: &App) -> Vec<Family> {
    let connections = u64::try_from(app.health.connections.count()).unwrap_or_default();
    let mut families = vec![
        Family::gauge("connections", "Connections to the server.", alone(connections)),
        Family::gauge(
            "build_info",
            "1, with the version.",
            [(vec![("version", env!("CARGO_PKG_VERSION"))], 1)],
        ),
    ];
    if let Some(bytes) = resident_memory() {
        let help = "Memory of the process that is in use.";
        families.push(Family::gauge("process_resident_memory_bytes", help, alone(bytes)));
    }
    if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
        let open = u64::try_from(files.count()).unwrap_or_default();
        families.push(Family::gauge("process_open_fds", "Files and sockets that are open.", alone(open)));
    }
    families
}

async fn room(app: &App) -> Family {
    let free =
        disks(&app.config).await.into_iter().map(|disk| (vec![("kept", disk.kept.as_str())], disk.free));
    Family::gauge("disk_free_bytes", "Room that is left on the disk, by what is kept there.", free)
}

fn alone(count: u64) -> [(Vec<Label>, u64); 1] {
    [(Vec::new(), count)]
}

/// Where there is a `/proc`.
fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}
