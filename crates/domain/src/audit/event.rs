use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Act, Call, CallVerdict};
use crate::{IdError, Timestamp};

/// One call or act. A UUID of version 7 (RFC 9562 section 5.7) whose time is that of the event, so that ids order as events
/// do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(pub Uuid);

impl EventId {
    /// The id of the `count`-th event of a second, of which 4,096,000 are told apart.
    pub fn new(at: Timestamp, count: u64, random: [u8; 8]) -> Self {
        let seconds = u64::try_from(at.0).unwrap_or(0);
        let count = count.min(4_095_999);
        let millis = seconds.saturating_mul(1_000).saturating_add(count >> 12);
        let mut bytes = [0; 10];
        let (counted, rest) = bytes.split_at_mut(2);
        // The twelve bits after the version (RFC 9562 section 6.2, method 1).
        counted.copy_from_slice(&(u16::try_from(count & 0xfff).unwrap_or(0)).to_be_bytes());
        rest.copy_from_slice(&random);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }

    /// No id of an event at `at` or later is less than this, and every earlier one is.
    pub fn first_at(at: Timestamp) -> Self {
        Self::new(at, 0, [0; 8])
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Uuid> for EventId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl FromStr for EventId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        crate::TokenId::from_str(text).map(|id| Self(id.0))
    }
}

/// What was written down.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A call with a token.
    Call(Call),
    /// A change that somebody made.
    Act(Act),
}

impl Event {
    /// Its id.
    pub const fn id(&self) -> EventId {
        match self {
            Self::Call(call) => call.id,
            Self::Act(act) => act.id,
        }
    }

    /// When it happened.
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Call(call) => call.at,
            Self::Act(act) => act.at,
        }
    }

    /// What came of it.
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Call(call) => Outcome::Call(call.verdict),
            Self::Act(_) => Outcome::Act,
        }
    }
}

/// What came of an event, by which it can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A call was judged.
    Call(CallVerdict),
    /// Something was changed.
    Act,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [
        Self::Call(CallVerdict::Allowed),
        Self::Call(CallVerdict::Refused),
        Self::Call(CallVerdict::ReportOnly),
        Self::Act,
    ];
    /// Those of calls.
    pub const CALLS: [Self; 3] = [
        Self::Call(CallVerdict::Allowed),
        Self::Call(CallVerdict::Refused),
        Self::Call(CallVerdict::ReportOnly),
    ];

    /// The outcome as it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call(verdict) => verdict.as_str(),
            Self::Act => "act",
        }
    }
}

impl FromStr for Outcome {
    type Err = String;

    /// The error is a sentence for whoever wrote it.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
            .ok_or_else(|| "an outcome is allowed, refused, report_only or act".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_order_as_events_do() {
        let (now, later) = (Timestamp(1_800_000_000), Timestamp(1_800_000_001));
        let counts = [0, 1, 4_095, 4_096, 70_000, 4_095_999, u64::MAX];
        let ids: Vec<EventId> = counts.iter().map(|count| EventId::new(now, *count, [0xff; 8])).collect();
        assert!(ids.is_sorted());
        assert!(EventId::first_at(now) < EventId::new(now, 0, [0, 0, 0, 0, 0, 0, 0, 1]));
        assert!(ids.iter().all(|id| *id < EventId::first_at(later)));
        for id in ids {
            assert_eq!(id.0.get_version_num(), 7);
            assert_eq!(id.0.get_timestamp().map(|at| at.to_unix().0), Some(1_800_000_000));
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn outcomes() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(outcome));
        }
        assert!("Allowed".parse::<Outcome>().is_err());
    }
}
