//! The trees of all methods and hosts, and how they are made to fit into the limits of one token.

use std::collections::{BTreeMap, BTreeSet};

use super::segment::literal;
use super::tree::{Step, Tree};
use crate::limits::method::Method;
use crate::limits::set::{LimitCaps, LimitSet};
use crate::limits::url::RequestUrl;

/// All paths, by the host they are of and the method they were asked for with.
#[derive(Default)]
pub(super) struct Forest {
    trees: BTreeMap<(String, Method), Tree>,
    /// Whether patterns are written that are cheaper to match.
    light: bool,
    /// Whether more passes than the tightest patterns let.
    pub(super) widened: bool,
}

impl Forest {
    pub(super) fn add(&mut self, method: Method, url: &RequestUrl) {
        self.trees.entry((url.origin().to_owned(), method)).or_default().add(url.path());
    }

    pub(super) fn generalise(&mut self) {
        let trees = std::mem::take(&mut self.trees);
        self.trees = trees.into_iter().map(|(of, tree)| (of, tree.generalised())).collect();
    }

    /// The lines, one for each pattern, with all methods that it is for.
    fn lines(&self) -> Vec<String> {
        let mut methods: BTreeMap<String, BTreeSet<Method>> = BTreeMap::new();
        for ((origin, method), tree) in &self.trees {
            let mut patterns = BTreeSet::new();
            tree.patterns(&literal(origin), self.light, &mut patterns);
            for pattern in patterns {
                methods.entry(pattern).or_default().insert(*method);
            }
        }
        let line = |(pattern, methods): (String, BTreeSet<Method>)| {
            let names: Vec<String> = methods.iter().map(|method| method.as_str().to_lowercase()).collect();
            format!("[{}]{pattern}", names.join(","))
        };
        methods.into_iter().map(line).collect()
    }

    /// The limits, widened as far as it takes to fit. `None` if even one line for each host is too much.
    pub(super) fn fitted(&mut self, caps: LimitCaps) -> Option<LimitSet> {
        loop {
            let lines = self.lines();
            let bytes = lines.iter().map(|line| line.len() + 1).sum::<usize>();
            if lines.len() <= caps.lines && bytes <= caps.bytes {
                match LimitSet::parse(&lines.join("\n"), caps) {
                    Ok(set) => return set,
                    // They cost too much to match.
                    Err(_) if !self.light => {
                        self.light = true;
                        continue;
                    }
                    Err(_) => {}
                }
            }
            let too_many = lines.len().saturating_sub(caps.lines);
            let too_long = lines.len() * bytes.saturating_sub(caps.bytes) / bytes.max(1);
            let too_heavy = if too_many + too_long == 0 { lines.len() / 8 } else { 0 };
            if !self.widen(too_many.max(too_long).max(too_heavy)) {
                return None;
            }
        }
    }

    /// Puts wider patterns in the place of at least one more path than there are too many, if there are as many. What
    /// branches most goes first.
    fn widen(&mut self, excess: usize) -> bool {
        self.widened = true;
        let mut found: Vec<(usize, (String, Method), Vec<Step>)> = Vec::new();
        for (of, tree) in &self.trees {
            let mut branchings = Vec::new();
            tree.branchings(&mut Vec::new(), &mut branchings);
            found.extend(branchings.into_iter().map(|it| (it.paths, of.clone(), it.at)));
        }
        if found.is_empty() {
            return self.widen_to_hosts();
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (&a.1, &a.2).cmp(&(&b.1, &b.2))));
        let mut gone = 0;
        for (paths, of, at) in found {
            if let Some(tree) = self.trees.get_mut(&of) {
                tree.widen(&at);
            }
            gone += paths - 1;
            if gone >= excess {
                break;
            }
        }
        true
    }

    /// Puts anything in the place of all paths of every host; false if it is there already.
    fn widen_to_hosts(&mut self) -> bool {
        let mut is_wider = false;
        for tree in self.trees.values_mut() {
            let before = tree.clone();
            tree.widen_to_anything();
            is_wider |= *tree != before;
        }
        is_wider
    }
}
