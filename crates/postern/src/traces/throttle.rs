use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often at most it is said that something still does not work.
const EVERY: Duration = Duration::from_secs(10 * 60);

/// Keeps trouble that goes on out of the log, but for a line once in a while.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<Option<Instant>>);

impl Throttle {
    /// Whether trouble is to be said `now`.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = said.is_none_or(|said| now.saturating_duration_since(said) >= EVERY);
        if due {
            *said = Some(now);
        }
        due
    }

    /// Whether there was trouble until now.
    pub(super) fn ends(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_said_once_in_a_while() {
        let (throttle, begin) = (Throttle::default(), Instant::now());
        assert!(!throttle.ends());
        let due = |seconds| throttle.is_due(begin + Duration::from_secs(seconds));
        let said: Vec<u64> = (0..2_000).filter(|second| due(*second)).collect();
        assert_eq!(said, [0, 600, 1_200, 1_800]);
        assert!(throttle.ends() && !throttle.ends());
        assert!(due(2_000));
    }
}
