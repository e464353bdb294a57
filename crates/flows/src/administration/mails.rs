use postern_domain::audit::{Action, Target};
use postern_domain::{InstanceRight, Refusal};
use postern_storage::mails;
use serde_json::json;

use super::overview::COUNTED;
use crate::audit::{self, Entry};
use crate::mail::LEASE;
use crate::{Actor, App};

pub use postern_storage::mails::QueuedMail;

/// How many mails of each sort are shown.
const SHOWN: u64 = 50;

/// The mails that did not go out yet.
#[derive(Clone, Debug)]
pub struct MailQueue {
    /// How many wait; counted no further than [`COUNTED`].
    pub total: u64,
    /// Those that are tried next.
    pub waiting: Vec<QueuedMail>,
    /// Those that were given up of late.
    pub given_up: Vec<QueuedMail>,
}

/// The mails that did not go out yet, without what is in them.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`.
pub async fn mail_queue(app: &App, actor: &Actor) -> Result<MailQueue, Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    Ok(MailQueue {
        total: mails::count_waiting(&app.db, COUNTED).await?,
        waiting: mails::next_due(&app.db, SHOWN).await?,
        given_up: mails::given_up(&app.db, SHOWN).await?,
    })
}

/// Has every mail that waits for a later try be tried now. Answers how many that was.
///
/// # Errors
/// `insufficient_scope` without `instance:admin`.
pub async fn hurry_mails(app: &App, actor: &Actor) -> Result<u64, Refusal> {
    actor.needs_right(InstanceRight::InstanceAdmin)?;
    let now = app.clock.now();
    let target = Target::named("mails", "the mails that wait");
    let act = Entry::new(app, actor.by(), Action::MAILS_HURRIED, target);
    app.db
        .write(act, move |tx, act| {
            Box::pin(async move {
                let hurried = mails::hurry(tx, now, now.plus(LEASE)).await?;
                if hurried > 0 {
                    audit::act(tx, &act.clone().after(json!({ "mails": hurried }))).await?;
                }
                Ok(hurried)
            })
        })
        .await
}
