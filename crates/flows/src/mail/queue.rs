use postern_domain::{Email, MailId, Refusal};
use postern_storage::mails::{self, StoredMail};
use postern_storage::{StorageError, Tx};
use serde::{Deserialize, Serialize};

use super::{Mail, Recipient};
use crate::App;

/// A mail that is ready to be queued: its id is drawn and what is in it is sealed.
#[derive(Clone, Debug)]
pub struct Outgoing(StoredMail);

/// What is sealed of a mail.
#[derive(Serialize, Deserialize)]
struct Sealed {
    to: Recipient,
    mail: Mail,
}

/// Readies a mail, before the change it tells of: a change in progress neither draws nor seals.
///
/// # Errors
/// `server_error` if it cannot be sealed.
pub fn prepare(app: &App, to: impl Into<Recipient>, mail: Mail) -> Result<Outgoing, Refusal> {
    let (id, now): (MailId, _) = (app.new_id(), app.clock.now());
    let kind = mail.kind().to_owned();
    let to = to.into();
    let recipient: Email = to.email.clone();
    let json = serde_json::to_vec(&Sealed { to, mail }).map_err(Refusal::because)?;
    let data = app.secret_key.seal(&place(id), &json).map_err(Refusal::because)?;
    Ok(Outgoing(StoredMail { id, recipient, kind, data, created_at: now, next_try_at: now, tries: 0 }))
}

/// Queues a mail in the change it tells of: if that does not happen, nor does the mail.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn queue(tx: &Tx, mail: &Outgoing) -> Result<(), StorageError> {
    mails::insert(tx, &mail.0).await
}

/// Queues several mails.
///
/// # Errors
/// [`StorageError`] if the database fails.
pub async fn queue_all(tx: &Tx, mails: &[Outgoing]) -> Result<(), StorageError> {
    for mail in mails {
        queue(tx, mail).await?;
    }
    Ok(())
}

/// What is in a mail that waits.
pub(super) fn open(app: &App, stored: &StoredMail) -> Result<(Recipient, Mail), Refusal> {
    let json = app.secret_key.open(&place(stored.id), &stored.data).map_err(Refusal::because)?;
    let Sealed { to, mail } = serde_json::from_slice(&json).map_err(Refusal::because)?;
    Ok((to, mail))
}

fn place(id: MailId) -> String {
    format!("mails.data {id}")
}
