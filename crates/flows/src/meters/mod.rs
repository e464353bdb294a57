//! What is counted, for whoever watches over the server.

mod family;
mod gather;
mod requests;

pub use family::{Family, Kind, Label, Sample};
pub use gather::gather;
pub use requests::{Requests, Route};

use std::path::Path;
use std::sync::{Arc, OnceLock};

use postern_domain::GrantName;
use postern_domain::meter::Counter;

use subtle::ConstantTimeEq;

use crate::grants::GRANTS;
use crate::{App, Denied};

/// Fewest characters of the token with which figures are read.
const SHORTEST_TOKEN: usize = 16;

/// Whether this is the token with which the figures are read. The file is read each time: a new token needs no restart.
pub async fn opens(app: &App, sent: &str) -> bool {
    let Some(file) = &app.config.metrics.token_file else { return false };
    let file = file.clone();
    let read = tokio::task::spawn_blocking(move || token(&file)).await;
    match read.map_err(|error| error.to_string()).flatten() {
        Ok(token) => token.as_bytes().ct_eq(sent.as_bytes()).into(),
        Err(reason) => {
            tracing::warn!(reason, "nobody can read the figures");
            false
        }
    }
}

/// The token of this file, without what is around it.
///
/// # Errors
/// Says what is wrong with it.
pub fn token(file: &Path) -> Result<String, String> {
    let named = |reason: &str| format!("metrics.token_file {} {reason}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| named(&format!("cannot be read: {error}")))?;
    let token = text.trim();
    if token.len() < SHORTEST_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(named(&format!(
            "must hold one line of {SHORTEST_TOKEN} or more letters, digits and signs; make one with: openssl rand -hex 32"
        )));
    }
    Ok(token.to_owned())
}

/// What is counted since the start.
pub struct Meters {
    requests: OnceLock<Arc<Requests>>,
    issued: Vec<(GrantName, Counter)>,
    pub(crate) active: Counter,
    pub(crate) inactive: Counter,
    guard_passed: Counter,
    guard_refused: Counter,
    wrong_sign_ins: Counter,
    throttled_sign_ins: Counter,
}

impl Meters {
    pub(crate) fn new() -> Self {
        Self {
            requests: OnceLock::new(),
            issued: GRANTS.iter().map(|grant| (grant.name(), Counter::new())).collect(),
            active: Counter::new(),
            inactive: Counter::new(),
            guard_passed: Counter::new(),
            guard_refused: Counter::new(),
            wrong_sign_ins: Counter::new(),
            throttled_sign_ins: Counter::new(),
        }
    }

    /// The requests, by these templates of routes.
    pub fn requests(&self, routes: impl FnOnce() -> Vec<&'static str>) -> &Arc<Requests> {
        self.requests.get_or_init(|| Arc::new(Requests::of(routes())))
    }

    /// Tokens were issued.
    pub(crate) fn issued(&self, by: GrantName) {
        if let Some((_, counter)) = self.issued.iter().find(|(name, _)| *name == by) {
            counter.add_one();
        }
    }

    /// The guard has decided.
    pub fn guarded(&self, passes: bool) {
        if passes { &self.guard_passed } else { &self.guard_refused }.add_one();
    }

    /// A sign-in failed.
    pub(crate) fn denied(&self, denied: &Denied) {
        match denied {
            Denied::Wrong => self.wrong_sign_ins.add_one(),
            Denied::TooMany { .. } => self.throttled_sign_ins.add_one(),
            Denied::Refused(_) => {}
        }
    }
}
