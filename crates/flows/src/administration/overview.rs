use std::time::Duration;

use postern_domain::{InstanceRight, Refusal};
use postern_storage::{Database, api_tokens, clients, mails, organizations, users};
use tokio::time::Instant;

use crate::disk::{Disk, disks};
use crate::{Actor, App};

/// How far things are counted.
pub const COUNTED: u64 = 10_000;

/// How the instance does.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The version of the program.
    pub version: &'static str,
    /// Which kind of database it keeps everything in.
    pub database: Database,
    /// How much room that takes, in bytes.
    pub bytes: u64,
    /// How long a question to it takes.
    pub latency: Duration,
    /// How many changes of this node wait for their turn or are being made.
    pub waiting_changes: u64,
    /// Whether there is somebody to make changes, and the last of them did not fail.
    pub is_changeable: bool,
    /// How many changes of the schema are due.
    pub pending_migrations: usize,
    /// The disks that this node writes to.
    pub disks: Vec<Disk>,
    /// How many accounts there are; these four are counted no further than [`COUNTED`].
    pub users: u64,
    /// How many organizations.
    pub organizations: u64,
    /// How many clients.
    pub clients: u64,
    /// How many live tokens of scripts.
    pub tokens: u64,
    /// How many mails wait; counted as far.
    pub mails_waiting: u64,
    /// Of how many mails that wait a try has failed, among the first hundred.
    pub mails_failing: u64,
    /// How many mails were given up of late; a hundred at most.
    pub mails_given_up: u64,
}

/// How the instance does.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`; `temporarily_unavailable` or `server_error` if the database fails.
pub async fn overview(app: &App, actor: &Actor) -> Result<Overview, Refusal> {
    const LOOKED_AT: u64 = 100;
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let (db, now) = (&app.db, app.clock.now());
    let asked = Instant::now();
    db.ping().await?;
    let latency = asked.elapsed();
    let live = api_tokens::Search { state: Some(api_tokens::State::Active), ..api_tokens::Search::default() };
    let waiting = mails::next_due(db, LOOKED_AT).await?;
    Ok(Overview {
        version: env!("CARGO_PKG_VERSION"),
        database: db.kind(),
        bytes: db.size().await?,
        latency,
        waiting_changes: u64::try_from(db.changes().waiting.count()).unwrap_or_default(),
        is_changeable: db.is_changeable(),
        pending_migrations: db.pending_migrations().await?,
        disks: disks(&app.config).await,
        users: users::count_up_to(db, COUNTED).await?,
        organizations: organizations::count_up_to(db, COUNTED).await?,
        clients: clients::count_up_to(db, COUNTED).await?,
        tokens: api_tokens::count(db, &live, now).await?,
        mails_waiting: mails::count_waiting(db, COUNTED).await?,
        mails_failing: waiting.iter().filter(|mail| mail.tries > 0).count() as u64,
        mails_given_up: mails::given_up(db, LOOKED_AT).await?.len() as u64,
    })
}
