use super::filters;
use super::forest::Forest;
use crate::limits::compiled::CompiledLimits;
use crate::limits::kept::{KeptRequest, KeptVerdict};
use crate::limits::line::{Condition, LimitLine};
use crate::limits::set::{LimitCaps, LimitSet};

/// A request that was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What was kept of it.
    pub request: KeptRequest,
    /// How often it was.
    pub times: u64,
}

/// Limits that let pass what was seen.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The lines, in the order of their text.
    pub lines: Vec<ProposedLine>,
    /// Which of the requests no limit can be made of: their method is not registered, or not all of their path was kept.
    pub left_out: Vec<usize>,
    /// Whether more passes than the tightest patterns let, because those are more than a token may have.
    pub is_widened: bool,
}

/// A line, and why it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedLine {
    /// The line.
    pub line: LimitLine,
    /// Which of the requests it lets pass that no line before it does.
    pub covers: Vec<usize>,
    /// Conditions that all of those meet besides: parameters of the query that were always there with few values.
    pub filters: Vec<Condition>,
}

impl Proposal {
    /// The limits; `None` if there is nothing to let pass.
    pub fn limits(&self) -> Option<LimitSet> {
        LimitSet::new(self.lines.iter().map(|line| line.line.clone()).collect())
    }
}

/// Proposes limits: segments of paths stay as they are unless they look like ids or are very many, and then become the
/// tightest pattern that fits. With `filters` the lines hold the conditions that are offered, too, if they fit.
///
/// Each request that is not left out passes, and none with a method or to a host that was not seen together. The same
/// requests in any order make the same lines.
///
/// # Errors
/// `None` if even one line for each host is more than `caps` allow.
pub fn propose(seen: &[Seen], caps: LimitCaps, filters: bool) -> Option<Proposal> {
    let mut forest = Forest::default();
    let mut left_out = Vec::new();
    for (at, seen) in seen.iter().enumerate() {
        match (seen.request.method(), seen.request.url()) {
            (Some(method), Some(url)) => forest.add(method, url),
            _ => left_out.push(at),
        }
    }
    if left_out.len() == seen.len() {
        return Some(Proposal { lines: Vec::new(), left_out, is_widened: false });
    }
    forest.generalise();
    let set = forest.fitted(caps)?;
    let compiled = CompiledLimits::compile(set).ok()?;
    let mut covers = vec![Vec::new(); compiled.set().lines().len()];
    for (at, seen) in seen.iter().enumerate() {
        if let KeptVerdict::Passed(Some(line)) = compiled.would_allow(&seen.request)
            && let Some(covers) = covers.get_mut(line)
        {
            covers.push(at);
        }
    }
    let lines = compiled.set().lines().iter().zip(covers);
    let mut lines: Vec<ProposedLine> = lines
        .map(|(line, covers)| {
            let requests: Vec<&Seen> = covers.iter().filter_map(|at| seen.get(*at)).collect();
            ProposedLine { line: line.clone(), filters: filters::of(&requests), covers }
        })
        .filter(|line| !line.covers.is_empty())
        .collect();
    if filters {
        add_filters(&mut lines, caps);
    }
    Some(Proposal { lines, left_out, is_widened: forest.widened })
}

/// Adds to each line what is offered, if all of it fits.
fn add_filters(lines: &mut [ProposedLine], caps: LimitCaps) {
    let filtered: Vec<LimitLine> = lines
        .iter()
        .map(|proposed| {
            let line = &proposed.line;
            LimitLine::new(line.methods().map(<[_]>::to_vec), line.url().clone(), proposed.filters.clone())
        })
        .collect();
    let text: Vec<String> = filtered.iter().map(LimitLine::to_string).collect();
    if LimitSet::parse(&text.join("\n"), caps).ok().flatten().is_some_and(|set| set.lines() == filtered) {
        lines.iter_mut().zip(filtered).for_each(|(proposed, line)| proposed.line = line);
    }
}
