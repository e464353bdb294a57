use axum::Json;
use postern_flows::SettingSource;
use postern_flows::administration::{self, QueuedMail, Setting};
use postern_flows::disk::Disk;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{Access, Call, Operation, Problem};
use crate::rights::Routes;

const ADMIN: Access = Access::user("instance:admin");

pub(super) fn routes() -> Routes {
    let overview = Operation::get("/v1/admin/overview", "getOverview", ADMIN)
        .summary("How the server does")
        .answers::<ServerOverview>();
    let settings = Operation::get("/v1/admin/settings", "getSettings", ADMIN)
        .summary("The settings in effect and where each comes from, secrets hidden")
        .answers::<SettingsInEffect>();
    let mails = Operation::get("/v1/admin/mails", "getMailQueue", ADMIN)
        .summary("The mails that did not go out yet, without what is in them")
        .answers::<MailQueueShown>();
    let retry = Operation::post("/v1/admin/mails/retry", "retryMails", ADMIN)
        .summary("Try every mail that waits for later now")
        .answers::<MailsRetried>();
    Routes::new()
        .api(overview, overviewed)
        .api(settings, listed_settings)
        .api(mails, listed_mails)
        .api(retry, retried)
}

/// How the server does. What is counted is counted no further than ten thousand.
#[derive(Debug, Serialize, ToSchema)]
struct ServerOverview {
    version: &'static str,
    /// `sqlite` or `postgres`.
    database: &'static str,
    database_bytes: u64,
    /// How long a question to it took, in microseconds.
    database_latency_us: u64,
    /// How many changes of this node wait for their turn or are being made.
    waiting_changes: u64,
    /// Whether the database took the last change.
    changeable: bool,
    pending_migrations: u64,
    /// The disks that this node writes to.
    disks: Vec<DiskShown>,
    users: u64,
    organizations: u64,
    clients: u64,
    /// Live personal and organization tokens.
    live_tokens: u64,
    mails_waiting: u64,
    mails_failing: u64,
    mails_given_up: u64,
}

/// A disk, as far as the server may use it.
#[derive(Debug, Serialize, ToSchema)]
struct DiskShown {
    /// What is kept there: `database` or `mails`. Where both are on one disk, it is `database`.
    kept: &'static str,
    free_bytes: u64,
    size_bytes: u64,
    /// `enough`, `little` or `hardly_any`.
    room: &'static str,
}

impl From<&Disk> for DiskShown {
    fn from(disk: &Disk) -> Self {
        let (kept, room) = (disk.kept.as_str(), disk.room().as_str());
        Self { kept, free_bytes: disk.free, size_bytes: disk.size, room }
    }
}

/// The settings in effect.
#[derive(Debug, Serialize, ToSchema)]
struct SettingsInEffect {
    settings: Vec<SettingShown>,
}

/// A setting.
#[derive(Debug, Serialize, ToSchema)]
struct SettingShown {
    /// Its name, with dots.
    name: String,
    /// Its value, secrets hidden.
    #[schema(value_type = Option<String>)]
    value: serde_json::Value,
    /// The file, the environment variable or the flag it comes from, or `console`; `null` if it is as it is by itself.
    source: Option<String>,
}

/// The mails that did not go out yet.
#[derive(Debug, Serialize, ToSchema)]
struct MailQueueShown {
    /// How many wait; counted no further than ten thousand.
    total: u64,
    /// Those that are tried next.
    waiting: Vec<QueuedMailShown>,
    /// Those that were given up of late.
    given_up: Vec<QueuedMailShown>,
}

/// A mail that did not go out yet.
#[derive(Debug, Serialize, ToSchema)]
struct QueuedMailShown {
    id: Uuid,
    recipient: String,
    kind: String,
    /// Unix seconds.
    created_at: i64,
    next_try_at: Option<i64>,
    tries: i64,
    /// Why the last try failed.
    problem: Option<String>,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
struct MailsRetried {
    retried: u64,
}

async fn overviewed(Call { app, caller }: Call) -> Result<Json<ServerOverview>, Problem> {
    let found = administration::overview(&app, &caller.actor).await?;
    Ok(Json(ServerOverview {
        version: found.version,
        database: found.database.as_str(),
        database_bytes: found.bytes,
        database_latency_us: u64::try_from(found.latency.as_micros()).unwrap_or(u64::MAX),
        waiting_changes: found.waiting_changes,
        changeable: found.is_changeable,
        pending_migrations: found.pending_migrations as u64,
        disks: found.disks.iter().map(DiskShown::from).collect(),
        users: found.users,
        organizations: found.organizations,
        clients: found.clients,
        live_tokens: found.tokens,
        mails_waiting: found.mails_waiting,
        mails_failing: found.mails_failing,
        mails_given_up: found.mails_given_up,
    }))
}

async fn listed_settings(Call { app, caller }: Call) -> Result<Json<SettingsInEffect>, Problem> {
    let shown = |setting: Setting| SettingShown {
        name: setting.name,
        value: setting.value,
        source: setting.source.as_ref().map(SettingSource::to_string),
    };
    let settings = administration::settings(&app, &caller.actor).await?;
    Ok(Json(SettingsInEffect { settings: settings.into_iter().map(shown).collect() }))
}

async fn listed_mails(Call { app, caller }: Call) -> Result<Json<MailQueueShown>, Problem> {
    let queue = administration::mail_queue(&app, &caller.actor).await?;
    let shown = |mail: QueuedMail| QueuedMailShown {
        id: mail.id.0,
        recipient: mail.recipient,
        kind: mail.kind,
        created_at: mail.created_at.0,
        next_try_at: mail.next_try_at.map(|at| at.0),
        tries: mail.tries,
        problem: mail.problem,
    };
    Ok(Json(MailQueueShown {
        total: queue.total,
        waiting: queue.waiting.into_iter().map(shown).collect(),
        given_up: queue.given_up.into_iter().map(shown).collect(),
    }))
}

async fn retried(Call { app, caller }: Call) -> Result<Json<MailsRetried>, Problem> {
    let retried = administration::hurry_mails(&app, &caller.actor).await?;
    Ok(Json(MailsRetried { retried }))
}
