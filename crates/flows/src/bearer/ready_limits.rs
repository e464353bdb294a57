use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use postern_domain::limits::{CompiledLimits, LimitSet};
use postern_domain::{Permit, Refusal};
use tokio::sync::{Semaphore, watch};

use crate::App;

/// From how many lines on limits are made ready beside the requests and not among them.
const MANY_LINES: usize = 16;

/// The limits of a permit, ready to judge requests.
pub(super) type Ready = Arc<[CompiledLimits]>;

type Made = Result<Ready, Arc<dyn Error + Send + Sync>>;
type Name = [u8; SHA256_OUTPUT_LEN];

/// Limits that are ready or being made so, each once however many requests want them: a thousand lines take 50 ms.
#[derive(Clone)]
pub(crate) struct ReadyLimits {
    /// By what they say, so that the token that comes from a refresh has them at once.
    known: Arc<Mutex<HashMap<Name, Known>>>,
    /// A core is left to the requests that need none of this.
    turns: Arc<Semaphore>,
    #[cfg(test)]
    pub(super) begun: Arc<std::sync::atomic::AtomicUsize>,
}

enum Known {
    /// Somebody waits for them already.
    Making(watch::Receiver<Option<Made>>),
    /// As long as a verdict holds them.
    Ready(Weak<[CompiledLimits]>),
}

/// Makes the limits of a permit ready.
///
/// # Errors
/// `server_error` if what was kept is none.
pub(super) async fn ready(app: &App, permit: &Permit) -> Result<Ready, Refusal> {
    let lines: usize = permit.limits.iter().map(|set| set.lines().len()).sum();
    if lines <= MANY_LINES {
        return compile(permit.limits.clone()).map_err(Refusal::because);
    }
    let mut making = match app.live.limits.find_or_begin(&permit.limits) {
        Ok(ready) => return Ok(ready),
        Err(making) => making,
    };
    let made = making.wait_for(Option::is_some).await.map_err(Refusal::because)?.clone();
    match made {
        Some(Ok(ready)) => Ok(ready),
        Some(Err(error)) => Err(Refusal::because(error)),
        None => Err(Refusal::server_error("the limits of the token could not be made ready")),
    }
}

impl ReadyLimits {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            known: Arc::default(),
            turns: Arc::new(Semaphore::new(cores.saturating_sub(1).max(1))),
            #[cfg(test)]
            begun: Arc::default(),
        }
    }

    /// The limits, or where to wait for them.
    fn find_or_begin(&self, sets: &[LimitSet]) -> Result<Ready, watch::Receiver<Option<Made>>> {
        let name = name(sets);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(&name) {
            Some(Known::Making(making)) if making.has_changed().is_ok() => return Err(making.clone()),
            Some(Known::Ready(held)) => {
                if let Some(ready) = held.upgrade() {
                    return Ok(ready);
                }
            }
            // One that was given up without an answer, or none.
            Some(Known::Making(_)) | None => {}
        }
        known.retain(|_, one| match one {
            Known::Making(making) => making.has_changed().is_ok(),
            Known::Ready(held) => held.strong_count() > 0,
        });
        let (answer, making) = watch::channel(None);
        known.insert(name, Known::Making(making.clone()));
        tokio::spawn(self.clone().make(name, sets.to_vec(), answer));
        Err(making)
    }

    /// Is not part of any request, so that it goes on if the one that began it goes away.
    async fn make(self, name: Name, sets: Vec<LimitSet>, answer: watch::Sender<Option<Made>>) {
        #[cfg(test)]
        self.begun.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let Ok(_turn) = self.turns.acquire().await else { return };
        let Ok(made) = tokio::task::spawn_blocking(|| compile(sets)).await else { return };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match &made {
            Ok(ready) => known.insert(name, Known::Ready(Arc::downgrade(ready))),
            Err(_) => known.remove(&name),
        };
        answer.send_replace(Some(made));
    }
}

fn compile(sets: Vec<LimitSet>) -> Made {
    let compiled = sets.into_iter().map(CompiledLimits::compile).collect::<Result<Ready, _>>();
    compiled.map_err(|error| Arc::new(error) as Arc<dyn Error + Send + Sync>)
}

/// Sets that let the same pass by the same lines have the same name. No line is empty, so that an empty one parts them.
fn name(sets: &[LimitSet]) -> Name {
    let sets: Vec<String> = sets.iter().map(LimitSet::to_string).collect();
    let mut name = Name::default();
    name.copy_from_slice(digest(&SHA256, sets.join("\n\n").as_bytes()).as_ref());
    name
}

#[cfg(test)]
mod tests;
