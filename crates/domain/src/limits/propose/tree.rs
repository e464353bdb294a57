//! The paths of requests with one method to one host, as a tree of segments.

use std::collections::{BTreeMap, BTreeSet};

use super::segment::{Look, SegmentPattern, literal};

/// Longest part of a path that is written out, in bytes, and most segments. Behind that is anything.
const LONGEST: usize = 700;
const DEEPEST: usize = 40;

/// What follows some segments of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tree {
    /// Whether paths end here.
    ends: bool,
    /// Whether anything may follow.
    anything: bool,
    next: BTreeMap<Step, Self>,
}

/// A segment, or a pattern for some.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Fixed(String),
    Any(SegmentPattern),
}

/// A place in a tree below which there are several paths.
pub(super) struct Branching {
    /// How many paths.
    pub(super) paths: usize,
    /// Where.
    pub(super) at: Vec<Step>,
}

impl Tree {
    /// Adds a path, which begins with a slash.
    pub(super) fn add(&mut self, path: &str) {
        let mut tree = self;
        let mut length = 0;
        for (depth, segment) in path.split('/').skip(1).enumerate() {
            length += segment.len() + 1;
            if length > LONGEST || depth >= DEEPEST {
                tree.anything = true;
                return;
            }
            tree = tree.next.entry(Step::Fixed(segment.to_owned())).or_default();
        }
        tree.ends = true;
    }

    /// The same with a pattern where segments stand for one thing of many.
    pub(super) fn generalised(self) -> Self {
        let mut looks: BTreeMap<Look, BTreeMap<String, Self>> = BTreeMap::new();
        let mut kept = Self { ends: self.ends, anything: self.anything, next: BTreeMap::new() };
        for (step, tree) in self.next {
            match step {
                Step::Fixed(segment) => {
                    looks.entry(Look::of(&segment)).or_default().insert(segment, tree);
                }
                step => kept.put(step, tree.generalised()),
            }
        }
        for (look, segments) in looks {
            match look {
                Look::Word => kept.put_words(segments),
                look if segments.len() >= look.many() => {
                    let values = segments.keys().map(String::as_str).collect();
                    let step = Step::Any(look.pattern(&values));
                    let mut all = Self::default();
                    segments.into_values().for_each(|tree| all.absorb(tree));
                    kept.put(step, all.generalised());
                }
                _ => segments.into_iter().for_each(|(segment, tree)| {
                    kept.put(Step::Fixed(segment), tree.generalised());
                }),
            }
        }
        kept
    }

    /// Words are things of many only if all of them go on alike: else they are names of the API's own.
    fn put_words(&mut self, words: BTreeMap<String, Self>) {
        let mut alike: BTreeMap<Self, BTreeSet<String>> = BTreeMap::new();
        for (word, tree) in words {
            alike.entry(tree.generalised()).or_default().insert(word);
        }
        for (tree, words) in alike {
            if words.len() >= Look::Word.many() {
                let values = words.iter().map(String::as_str).collect();
                self.put(Step::Any(Look::Word.pattern(&values)), tree);
            } else {
                words.into_iter().for_each(|word| self.put(Step::Fixed(word), tree.clone()));
            }
        }
    }

    fn put(&mut self, step: Step, tree: Self) {
        self.next.entry(step).or_default().absorb(tree);
    }

    fn absorb(&mut self, other: Self) {
        self.ends |= other.ends;
        self.anything |= other.anything;
        other.next.into_iter().for_each(|(step, tree)| self.put(step, tree));
    }

    /// The patterns of all paths behind `prefix`.
    pub(super) fn patterns(&self, prefix: &str, light: bool, found: &mut BTreeSet<String>) {
        if self.ends {
            found.insert(prefix.to_owned());
        }
        if self.anything {
            found.insert(format!("{prefix}/.*"));
        }
        for (step, tree) in &self.next {
            let segment = match step {
                Step::Fixed(segment) => literal(segment),
                Step::Any(pattern) if light => pattern.light.clone(),
                Step::Any(pattern) => pattern.tight.clone(),
            };
            tree.patterns(&format!("{prefix}/{segment}"), light, found);
        }
    }

    /// How many paths begin here, apart from the one that ends here.
    fn paths_below(&self) -> usize {
        let below = |tree: &Self| usize::from(tree.ends) + tree.paths_below();
        usize::from(self.anything) + self.next.values().map(below).sum::<usize>()
    }

    /// The innermost places below which there are several paths. Says whether there is one.
    pub(super) fn branchings(&self, at: &mut Vec<Step>, found: &mut Vec<Branching>) -> bool {
        let mut any_below = false;
        for (step, tree) in &self.next {
            at.push(step.clone());
            any_below |= tree.branchings(at, found);
            at.pop();
        }
        let paths = self.paths_below();
        if !any_below && paths >= 2 {
            found.push(Branching { paths, at: at.clone() });
        }
        any_below || paths >= 2
    }

    /// Puts one path in the place of all below some place: one segment of such characters if there are only segments, else
    /// anything.
    pub(super) fn widen(&mut self, at: &[Step]) {
        let [step, rest @ ..] = at else { return self.widen_here() };
        if let Some(tree) = self.next.get_mut(step) {
            tree.widen(rest);
        }
    }

    fn widen_here(&mut self) {
        let is_leaf = |tree: &Self| tree.ends && !tree.anything && tree.next.is_empty();
        let fixed: Option<BTreeSet<&str>> = self.next.keys().map(Step::as_fixed).collect();
        match fixed.filter(|_| !self.anything && self.next.values().all(is_leaf)) {
            Some(segments) if !segments.contains("") => {
                let step = Step::Any(SegmentPattern::of_characters(&segments));
                self.next = BTreeMap::from([(step, Self { ends: true, ..Self::default() })]);
            }
            _ => self.widen_to_anything(),
        }
    }

    /// Puts anything in the place of all.
    pub(super) fn widen_to_anything(&mut self) {
        self.next = BTreeMap::new();
        self.anything = true;
    }
}

impl Step {
    fn as_fixed(&self) -> Option<&str> {
        match self {
            Self::Fixed(segment) => Some(segment),
            Self::Any(_) => None,
        }
    }
}
