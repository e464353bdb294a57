use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use postern_domain::{ClientId, ErrorCode, Refusal, Timestamp};
use postern_storage::{Tx, clients};

use crate::App;

/// Most calls of one client that are written down in a span.
const MOST: usize = 10;
/// How long a span is, in seconds. It begins with its first call.
const SPAN: i64 = 60;
/// Most clients whose spans are kept in memory.
const CLIENTS: usize = 2_000;

/// What was written down of late. Whoever knows a `client_id` can have its calls refused, and must neither keep the disk
/// busy by it nor push out of sight what its developer came to read. Each node counts for itself, since nothing rests on
/// what is left out.
#[derive(Default)]
pub(crate) struct WrittenDown(Mutex<HashMap<ClientId, Span>>);

struct Span {
    since: Timestamp,
    /// Endpoint, code and description of each.
    calls: HashSet<(&'static str, ErrorCode, String)>,
}

impl Span {
    fn is_over(&self, now: Timestamp) -> bool {
        // A clock that was set back ends it as well.
        !(0..SPAN).contains(&now.seconds_since(self.since))
    }
}

impl WrittenDown {
    /// Whether a call is to be written down, which then counts as done: the same one once in a span, and not many.
    fn takes(&self, client: ClientId, endpoint: &'static str, refusal: &Refusal, now: Timestamp) -> bool {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spans.len() >= CLIENTS && !spans.contains_key(&client) {
            spans.retain(|_, span| !span.is_over(now));
            if spans.len() >= CLIENTS {
                return false;
            }
        }
        let span = spans.entry(client).or_insert_with(|| Span { since: now, calls: HashSet::new() });
        if span.is_over(now) {
            *span = Span { since: now, calls: HashSet::new() };
        }
        span.calls.len() < MOST
            && span.calls.insert((endpoint, refusal.code, refusal.description.clone().into_owned()))
    }
}

/// Writes a refused call down for the client's developer, who finds it on the client's page. What is this server's fault
/// is left out, and so is a refusal that the person wished or that only says that a page has to be shown. The same one is
/// written down once a minute, and of all together a client has ten.
///
/// The refusal is answered whether or not this succeeds, so a failure is only logged.
pub async fn record_refusal(app: &App, client: ClientId, endpoint: &'static str, refusal: &Refusal) {
    if !is_the_clients(refusal.code) {
        return;
    }
    let now = app.clock.now();
    if !app.written_down.takes(client, endpoint, refusal, now) {
        return;
    }
    let input = (app.new_id(), client, now, refusal.clone());
    let written = app.db.write(input, move |tx: &Tx, (id, client, now, refusal)| {
        Box::pin(clients::record_error(tx, *id, *client, *now, endpoint, refusal))
    });
    if let Err(error) = written.await {
        tracing::warn!(%error, endpoint, "a refused call could not be written down for its client");
    }
}

/// Whether a refusal is the client's to mend.
const fn is_the_clients(code: ErrorCode) -> bool {
    use ErrorCode::{
        AccessDenied, AccountSelectionRequired, ConsentRequired, InteractionRequired, LoginRequired,
        ServerError, TemporarilyUnavailable, TooManyRequests,
    };
    !matches!(
        code,
        ServerError
            | TemporarilyUnavailable
            | TooManyRequests
            | AccessDenied
            | LoginRequired
            | ConsentRequired
            | AccountSelectionRequired
            | InteractionRequired
    )
}
