use std::sync::Arc;

use postern_domain::limits::{CompiledLimits, LimitVerdict, Method, RequestFacts, Shortfall};
use postern_domain::{Refusal, Timestamp};

use super::Verdict;

/// How many lines a refusal describes.
const MOST_DESCRIBED: usize = 3;

/// What the limits of a token say to a request.
#[derive(Clone, Debug)]
pub enum Judgement {
    /// It may pass; by which line, counted from 0, if there are limits.
    Passed(Option<usize>),
    /// It may pass because the limits only report; they would have refused it.
    Reported(OutsideLimits),
    /// It may not.
    Refused(OutsideLimits),
}

/// Limits none of whose lines lets a request pass.
#[derive(Clone, Debug)]
pub struct OutsideLimits {
    limits: Arc<[CompiledLimits]>,
    set: usize,
    method: Option<Method>,
    /// How far each line got.
    pub shortfalls: Vec<Shortfall>,
}

impl Verdict {
    /// What the limits of the token say to a request.
    pub fn judge(&self, request: &RequestFacts<'_>, now: Timestamp) -> Judgement {
        let mut line = None;
        for (set, limits) in self.limits.iter().enumerate() {
            match limits.allows(request) {
                LimitVerdict::Passed(by) => line = by,
                LimitVerdict::Refused(shortfalls) => {
                    let limits = Arc::clone(&self.limits);
                    let outside = OutsideLimits { limits, set, method: request.method, shortfalls };
                    let reports = self.api.as_ref().and_then(|api| api.report_only_until);
                    return match reports.is_some_and(|until| now < until) {
                        true => Judgement::Reported(outside),
                        false => Judgement::Refused(outside),
                    };
                }
            }
        }
        Judgement::Passed(line)
    }

    /// Whether it has limits.
    pub fn is_limited(&self) -> bool {
        !self.limits.is_empty()
    }

    /// Whether its limits look into the body of a request.
    pub fn reads_body(&self) -> bool {
        self.limits.iter().any(|limits| limits.set().reads_body())
    }
}

impl OutsideLimits {
    /// The lines that got furthest, in words: `line 2: its URL does not match`.
    pub fn describe(&self) -> Vec<String> {
        let Some(limits) = self.limits.get(self.set) else { return Vec::new() };
        let mut lines: Vec<_> = limits.set().lines().iter().zip(&self.shortfalls).enumerate().collect();
        lines.sort_by_key(|(_, (_, shortfall))| std::cmp::Reverse(**shortfall));
        let words = |(at, (line, shortfall)): (usize, (_, &Shortfall))| {
            format!("line {}: {}", at + 1, shortfall.describe(line, self.method))
        };
        lines.into_iter().take(MOST_DESCRIBED).map(words).collect()
    }
}

impl From<&OutsideLimits> for Refusal {
    fn from(outside: &OutsideLimits) -> Self {
        let closest = outside.describe().join("; ");
        Self::outside_limits(format!("no limit of the token lets this request pass; {closest}"))
    }
}
