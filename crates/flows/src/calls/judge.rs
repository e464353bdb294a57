use std::cmp::Reverse;
use std::collections::HashMap;

use postern_domain::audit::Call;
use postern_domain::limits::{
    CompiledLimits, KeptRequest, KeptVerdict, LimitSet, Method, NotKept, Shortfall,
};
use postern_domain::{Refusal, Said, said};

use crate::api_tokens::TriedLine;

/// All limits of a token, ready to judge calls that were written down.
pub(super) struct Judge {
    inherited: Vec<CompiledLimits>,
    own: Option<CompiledLimits>,
    known: HashMap<(String, String), Judged>,
}

/// What the limits say to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// It passes, by this line of its own limits, counted from 0, if it has any.
    Passes(Option<usize>),
    /// It does not.
    Refused(Why),
    /// It turns on what was not kept.
    Open(NotKept, Why),
}

/// How far each line of the limits got that decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Why {
    /// Whether those came with the credential by which the token was made: which of them.
    inherited: Option<usize>,
    shortfalls: Vec<Shortfall>,
}

impl Judge {
    /// Limits as a permit holds them: the last ones are the token's own.
    pub(super) fn of_permit(sets: &[LimitSet]) -> Result<Self, Refusal> {
        match sets.split_last() {
            Some((own, inherited)) => Self::new(inherited, Some(own.clone())),
            None => Self::new(&[], None),
        }
    }

    pub(super) fn new(inherited: &[LimitSet], own: Option<LimitSet>) -> Result<Self, Refusal> {
        let compiled = inherited.iter().cloned().map(CompiledLimits::compile);
        Ok(Self {
            inherited: compiled.collect::<Result<_, _>>().map_err(Refusal::because)?,
            own: own.map(CompiledLimits::compile).transpose().map_err(Refusal::because)?,
            known: HashMap::new(),
        })
    }

    pub(super) fn has_limits(&self) -> bool {
        self.own.is_some() || !self.inherited.is_empty()
    }

    /// Its own limits.
    pub(super) fn own(&self) -> Option<&LimitSet> {
        self.own.as_ref().map(CompiledLimits::set)
    }

    pub(super) fn judge(&mut self, call: &Call) -> Judged {
        let key = (call.method.clone(), call.url.clone());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let judged = self.judge_anew(&KeptRequest::read(&call.method, &call.url));
        self.known.insert(key, judged.clone());
        judged
    }

    fn judge_anew(&self, request: &KeptRequest) -> Judged {
        let mut open = None;
        let inherited = self.inherited.iter().enumerate().map(|(at, set)| (Some(at), set));
        let mut line = None;
        for (inherited, set) in inherited.chain(self.own.iter().map(|set| (None, set))) {
            match set.would_allow(request) {
                KeptVerdict::Passed(by) => line = by.filter(|_| inherited.is_none()),
                KeptVerdict::Refused(shortfalls) => return Judged::Refused(Why { inherited, shortfalls }),
                KeptVerdict::Open(what, shortfalls) => {
                    open.get_or_insert(Judged::Open(what, Why { inherited, shortfalls }));
                }
            }
        }
        open.unwrap_or(Judged::Passes(line))
    }

    fn set_of(&self, why: &Why) -> Option<&LimitSet> {
        let set = match why.inherited {
            Some(at) => self.inherited.get(at),
            None => self.own.as_ref(),
        };
        set.map(CompiledLimits::set)
    }

    /// The line that got furthest, in words: `line 2: its URL does not match`.
    pub(super) fn nearest(&self, why: &Why, method: &str) -> Said {
        let lines = self.lines(why, method);
        let found = lines.into_iter().zip(&why.shortfalls).min_by_key(|(_, shortfall)| Reverse(**shortfall));
        let Some((line, _)) = found else { return said("no limit lets it pass") };
        let sentence = match why.inherited {
            Some(_) => said("of the limits that came with the token it was made by, line {line}: {reason}"),
            None => said("line {line}: {reason}"),
        };
        sentence.with("line", line.line).with("reason", line.reason)
    }

    /// How far each line got.
    fn lines(&self, why: &Why, method: &str) -> Vec<TriedLine> {
        let Some(set) = self.set_of(why) else { return Vec::new() };
        let method = Method::parse(method);
        let lines = set.lines().iter().zip(&why.shortfalls).enumerate();
        lines
            .map(|(at, (line, shortfall))| TriedLine {
                line: at + 1,
                limit: line.to_string(),
                passes: false,
                reason: shortfall.describe(line, method),
            })
            .collect()
    }

    /// The lines that got furthest, in their order, and how many others there are.
    pub(super) fn furthest(&self, why: &Why, method: &str, most: usize) -> (Vec<TriedLine>, usize) {
        let mut lines: Vec<_> = self.lines(why, method).into_iter().zip(&why.shortfalls).collect();
        let more = lines.len().saturating_sub(most);
        if more > 0 {
            lines.sort_by_key(|(_, shortfall)| Reverse(**shortfall));
            lines.truncate(most);
        }
        let mut lines: Vec<TriedLine> = lines.into_iter().map(|(line, _)| line).collect();
        lines.sort_by_key(|line| line.line);
        (lines, more)
    }

    /// The line of its own limits that lets something pass.
    pub(super) fn passing(&self, at: usize) -> Option<TriedLine> {
        let line = self.own()?.lines().get(at)?;
        let reason = said("it lets the call pass");
        Some(TriedLine { line: at + 1, limit: line.to_string(), passes: true, reason })
    }
}

impl Why {
    /// Whether the limits that decide are not the token's own.
    pub(super) const fn is_inherited(&self) -> bool {
        self.inherited.is_some()
    }
}
