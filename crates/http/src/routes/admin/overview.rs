use std::time::Duration;

use axum::response::Response;
use postern_domain::{SigningAlgorithm, Timestamp};
use postern_flows::App;
use postern_flows::administration::{self, Database, Overview};
use postern_flows::disk::{Disk, Kept, Room};
use postern_flows::keys::KeySet;
use postern_templating::pages::{AdminFinding, AdminOverview};
use postern_templating::{AdminTab, Text, Tone, t};

use super::asked::Administrator;
use crate::answer::PageRefusal;
use crate::page;

/// How many changes that wait for the writer want attention.
const MANY_CHANGES: u64 = 200;
/// How long a question to the database may take before it wants attention.
const SLOW: Duration = Duration::from_millis(250);

pub(super) async fn show(Administrator(manager): Administrator) -> Result<Response, PageRefusal> {
    let app = &manager.page.app;
    let found = administration::overview(app, &manager.actor).await?;
    let keys = app.signing_keys().await?;
    let findings = [database(&found), changes(&found), schema(&found)].into_iter();
    let findings = findings.chain(found.disks.iter().map(room));
    let findings = findings.chain([mails(&found), signing(&keys, app.clock.now())]);
    Ok(page::render(&AdminOverview {
        chrome: manager.chrome(AdminTab::Overview),
        findings: findings.flatten().collect(),
        users: found.users,
        organizations: found.organizations,
        clients: found.clients,
        tokens: found.tokens,
        facts: facts(app, &found),
    }))
}

fn finding(tone: Tone, name: Text, text: Text) -> Option<AdminFinding> {
    Some(AdminFinding { tone, name, text, url: None })
}

fn database(found: &Overview) -> Option<AdminFinding> {
    let tone = if found.latency < SLOW { Tone::Good } else { Tone::Warning };
    let time = format!("{:.1} ms", found.latency.as_secs_f64() * 1_000.0);
    let text = t("It answers in {time} and takes {size}.").with("time", time).with("size", size(found.bytes));
    finding(tone, t("Database"), text)
}

fn changes(found: &Overview) -> Option<AdminFinding> {
    let waiting = found.waiting_changes;
    let (tone, text) = match waiting {
        _ if !found.is_changeable => (Tone::Bad, t("The database failed the last change.")),
        0 => (Tone::Good, t("No change waits.")),
        _ if waiting < MANY_CHANGES => {
            (Tone::Good, t("{count} changes wait or are being made.").with("count", waiting))
        }
        _ => (Tone::Warning, t("{count} changes wait or are being made.").with("count", waiting)),
    };
    finding(tone, t("Write queue"), text)
}

fn schema(found: &Overview) -> Option<AdminFinding> {
    if found.pending_migrations == 0 {
        return finding(Tone::Good, t("Schema"), t("It is up to date."));
    }
    let text = t("{count} changes are due: run postern migrate.").with("count", found.pending_migrations);
    finding(Tone::Bad, t("Schema"), text)
}

fn room(disk: &Disk) -> Option<AdminFinding> {
    let tone = match disk.room() {
        Room::Enough => Tone::Good,
        Room::Little => Tone::Warning,
        Room::HardlyAny => Tone::Bad,
    };
    let text = match disk.kept {
        Kept::Database => t("{free} of {size} are free where the database is."),
        Kept::Mails => t("{free} of {size} are free where the mails are."),
    };
    finding(tone, t("Disk"), text.with("free", size(disk.free)).with("size", size(disk.size)))
}

fn mails(found: &Overview) -> Option<AdminFinding> {
    let Overview { mails_waiting: waiting, mails_failing: failing, mails_given_up: given_up, .. } = found;
    let (tone, text) = match (failing, given_up) {
        (0, 0) if *waiting == 0 => (Tone::Good, t("None waits.")),
        (0, 0) => (Tone::Good, t("{waiting} wait to be sent.").with("waiting", *waiting)),
        (_, 0) => (
            Tone::Warning,
            t("{waiting} wait, {failing} of them after a try that failed.")
                .with("waiting", *waiting)
                .with("failing", *failing),
        ),
        _ => (
            Tone::Warning,
            t("{waiting} wait, and {given_up} were given up of late.")
                .with("waiting", *waiting)
                .with("given_up", *given_up),
        ),
    };
    Some(AdminFinding { tone, name: t("Mails"), text, url: Some("/admin/mails".into()) })
}

fn signing(keys: &KeySet, now: Timestamp) -> Option<AdminFinding> {
    let missing: Vec<String> = SigningAlgorithm::ALL
        .iter()
        .filter(|algorithm| keys.signer(**algorithm, now).is_none())
        .map(ToString::to_string)
        .collect();
    let (tone, text) = match missing.is_empty() {
        true => (
            Tone::Good,
            t("A key signs for each of {count} algorithms.").with("count", SigningAlgorithm::ALL.len()),
        ),
        false => (Tone::Bad, t("No key signs with {algorithms}.").with("algorithms", missing.join(", "))),
    };
    Some(AdminFinding { tone, name: t("Keys"), text, url: Some("/admin/keys".into()) })
}

fn facts(app: &App, found: &Overview) -> Vec<(Text, Text)> {
    let database = match found.database {
        Database::Sqlite => Text::verbatim("SQLite"),
        Database::Postgres => Text::verbatim("PostgreSQL"),
    };
    vec![
        (t("Version"), Text::verbatim(found.version)),
        (t("Public URL"), Text::verbatim(app.config.issuer().to_string())),
        (t("Database"), database),
        (t("Name"), Text::verbatim(app.brand().name.clone())),
    ]
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let (mut amount, mut unit) = (bytes as f64 / 1_000.0, "kB");
    for larger in UNITS.into_iter().skip(1) {
        if amount < 1_000.0 {
            break;
        }
        (amount, unit) = (amount / 1_000.0, larger);
    }
    if amount < 10.0 { format!("{amount:.1} {unit}") } else { format!("{amount:.0} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_read_at_a_glance() {
        let read = [(0, "0.0 kB"), (4_096, "4.1 kB"), (73_000_000, "73 MB"), (1_200_000_000_000, "1.2 TB")];
        for (bytes, words) in read {
            assert_eq!(size(bytes), words);
        }
    }
}
