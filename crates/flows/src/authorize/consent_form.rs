use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{Lifetime, Refusal, Timestamp, TokenHash};
use postern_storage::{StorageError, Tx, one_time_values};

use crate::App;

const PURPOSE: &str = "consent";
/// For how long a form counts: who decides later is asked again.
const LIFETIME: Lifetime = Lifetime::seconds(3_600);
/// What tells forms apart, and when each was made.
const NAME: usize = 16 + 8;

/// What the form of a consent page sends back: which form it is, that it is ours, and the request it is about. Nothing is
/// kept of a form until it is used.
pub(super) struct ConsentForm<'a> {
    name: Vec<u8>,
    mark: Vec<u8>,
    pub(super) query: &'a str,
}

/// A form that this person, in this session, was shown for just what is asked for now.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    hash: TokenHash,
    now: Timestamp,
    expires_at: Timestamp,
}

/// What a new form sends back; `shown` is who is shown it, and what.
pub(super) fn request(app: &App, shown: &[u8], query: &str) -> String {
    let mut chance = [0; 16];
    app.rng.fill(&mut chance);
    let name = [chance.as_slice(), &app.clock.now().0.to_be_bytes()].concat();
    let mark = app.secret_key.mark(PURPOSE, &[name.as_slice(), shown].concat());
    format!("{}.{query}", URL_SAFE_NO_PAD.encode([name.as_slice(), &mark].concat()))
}

impl<'a> ConsentForm<'a> {
    /// Reads what came back, which may be anything.
    pub(super) fn read(request: &'a str) -> Result<Self, Refusal> {
        let parts = request.split_once('.').and_then(|(word, query)| {
            let mut name = URL_SAFE_NO_PAD.decode(word).ok()?;
            let mark = name.split_off(NAME.min(name.len()));
            Some(Self { name, mark, query })
        });
        parts.ok_or_else(|| {
            Refusal::invalid_request("the form is not of a consent page; go back to the app and begin again")
        })
    }

    /// Whether it was shown: `shown` is what is so now, and from whom it comes.
    pub(super) fn check(&self, app: &App, shown: &[u8], now: Timestamp) -> Option<Shown> {
        let message = [self.name.as_slice(), shown].concat();
        let is_ours = app.secret_key.is_mark(PURPOSE, &message, &self.mark);
        let made_at = Timestamp(i64::from_be_bytes(*self.name.last_chunk()?));
        let expires_at = made_at.plus(LIFETIME);
        let hash = TokenHash(self.mark.as_slice().try_into().ok()?);
        (is_ours && expires_at > now).then_some(Shown { hash, now, expires_at })
    }
}

impl Shown {
    /// Uses the form up; `false` if that was done before. Of any number that post it, one gives a code.
    pub(super) async fn take(&self, tx: &Tx) -> Result<bool, StorageError> {
        one_time_values::spend(tx, PURPOSE, self.hash, self.now, self.expires_at).await
    }
}
