use postern_domain::{Lifetime, Refusal, Timestamp};
use postern_storage::mails::{self, StoredMail};
use tracing::Instrument;
use tracing::field::Empty;

use super::message::{Rendered, message};
use super::queue::open;
use super::{Delivery, DeliveryError, Mail, Recipient, sender};
use crate::App;

/// How many mails are sent before it is looked again which are due.
const AT_ONCE: u64 = 20;
/// How long a node has for one mail before another may try.
pub(crate) const LEASE: Lifetime = Lifetime::seconds(5 * 60);
/// How long to wait after each try that failed; after the last of them a mail is given up.
const WAITS: [Lifetime; 7] = [
    Lifetime::seconds(60),
    Lifetime::seconds(5 * 60),
    Lifetime::seconds(15 * 60),
    Lifetime::seconds(3_600),
    Lifetime::seconds(4 * 3_600),
    Lifetime::seconds(12 * 3_600),
    Lifetime::seconds(24 * 3_600),
];

/// A mail that is to be rendered.
#[derive(Clone, Debug)]
pub struct Letter {
    /// To whom.
    pub to: Recipient,
    /// What it says.
    pub mail: Mail,
    /// The present, which it speaks from.
    pub now: Timestamp,
}

/// How mails look: handed in by the program, since flows do not render.
pub type Renderer = fn(&App, &Letter) -> Result<Rendered, Refusal>;

/// Sends the mails that are due and answers how many there were. Of several nodes one tries each.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails. A mail that cannot be sent is no error: it is tried
/// again later.
pub async fn pass(app: &App, delivery: &Delivery, render: Renderer) -> Result<u64, Refusal> {
    let due = mails::due(&app.db, app.clock.now(), AT_ONCE).await?;
    if !due.is_empty() {
        app.see_brand().await;
    }
    let mut tried = 0;
    for mail in due {
        let now = app.clock.now();
        let claim = app.db.write((mail.clone(), now), |tx, (mail, now)| {
            Box::pin(async move { Ok::<_, Refusal>(mails::claim(tx, mail, *now, LEASE).await?) })
        });
        if claim.await? {
            tried += 1;
            let span = tracing::trace_span!(
                "mail",
                otel.kind = "client",
                otel.status_code = Empty,
                kind = mail.kind.as_str()
            );
            let outcome = deliver(app, delivery, render, &mail).instrument(span.clone()).await;
            if outcome.is_err() {
                span.record("otel.status_code", "ERROR");
            }
            note(app, &mail, outcome).await?;
        }
    }
    Ok(tried)
}

/// Why a mail did not go out.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("it cannot be rendered: {0:?}")]
    Render(#[from] Refusal),
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
}

impl Failure {
    fn is_final(&self) -> bool {
        matches!(self, Self::Delivery(error) if error.is_final())
    }
}

async fn deliver(
    app: &App,
    delivery: &Delivery,
    render: Renderer,
    stored: &StoredMail,
) -> Result<(), Failure> {
    let (to, mail) = open(app, stored)?;
    let letter = Letter { to, mail, now: app.clock.now() };
    let rendered = render(app, &letter)?;
    let from = sender(&app.config, &app.brand().name)?;
    let message =
        message(&from, &letter.to, rendered, stored.id, stored.created_at).map_err(DeliveryError::from)?;
    Ok(delivery.send(stored.id, message).await?)
}

async fn note(app: &App, mail: &StoredMail, outcome: Result<(), Failure>) -> Result<(), Refusal> {
    let now = app.clock.now();
    let (id, kind) = (mail.id, mail.kind.as_str());
    let wait = usize::try_from(mail.tries).ok().and_then(|tries| WAITS.get(tries)).copied();
    let outcome = match (outcome, wait) {
        (Ok(()), _) => {
            tracing::info!(%id, kind, "a mail was sent");
            Outcome::Sent
        }
        (Err(failure), Some(wait)) if !failure.is_final() => {
            tracing::warn!(%id, kind, %failure, "a mail could not be sent; it is tried again in {wait}");
            Outcome::Later(now.plus(wait), failure.to_string())
        }
        (Err(failure), _) => {
            tracing::error!(%id, kind, %failure, "a mail could not be sent and is given up");
            Outcome::Never(failure.to_string())
        }
    };
    let write = app.db.write((id, outcome, now), |tx, (id, outcome, now)| {
        Box::pin(async move {
            match outcome {
                Outcome::Sent => mails::sent(tx, *id, *now).await?,
                Outcome::Later(until, problem) => mails::put_off(tx, *id, *until, problem).await?,
                Outcome::Never(problem) => mails::give_up(tx, *id, problem).await?,
            }
            Ok(())
        })
    });
    write.await
}

/// What came of a try; of a failure the reason, as administrators read it.
#[derive(Clone, Debug)]
enum Outcome {
    Sent,
    Later(Timestamp, String),
    Never(String),
}
