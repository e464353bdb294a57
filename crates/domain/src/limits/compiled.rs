use std::cell::OnceCell;

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::json::Json;
use super::line::{LimitLine, Place};
use super::pattern::{COMPILED_SIZE, Pattern};
use super::query::{Found, Query};
use super::request::{Body, RequestFacts};
use super::set::LimitSet;
use super::verdict::{LimitVerdict, Shortfall, Unmet};

/// Limits that are ready to judge requests. It is made once for each version of a token.
#[derive(Debug)]
pub struct CompiledLimits {
    set: LimitSet,
    urls: Urls,
    /// The expressions of each line's conditions.
    conditions: Vec<Vec<Regex>>,
}

/// How many URLs are matched in one pass. The automaton of a pass remembers combinations of its lines: those of few are
/// few, so that it knows them all after a while.
const IN_ONE_PASS: usize = 64;

/// The expressions of all URLs.
#[derive(Debug)]
enum Urls {
    One(Regex),
    /// In their order, [`IN_ONE_PASS`] each.
    Many(Vec<RegexSet>),
}

impl CompiledLimits {
    /// Makes them ready.
    ///
    /// # Errors
    /// If one of the expressions is none after all, or all together are too large.
    pub fn compile(set: LimitSet) -> Result<Self, regex::Error> {
        let urls = match set.lines() {
            [line] => Urls::One(regex(&line.url)?),
            lines => Urls::Many(lines.chunks(IN_ONE_PASS).map(one_pass).collect::<Result<_, _>>()?),
        };
        let of_line = |line: &LimitLine| {
            line.conditions.iter().map(|condition| regex(&condition.pattern)).collect::<Result<Vec<_>, _>>()
        };
        let conditions = set.lines().iter().map(of_line).collect::<Result<_, _>>()?;
        Ok(Self { set, urls, conditions })
    }

    /// The limits themselves.
    pub const fn set(&self) -> &LimitSet {
        &self.set
    }

    /// Whether a request may pass, and by which line; or how far each line got.
    pub fn allows(&self, request: &RequestFacts<'_>) -> LimitVerdict {
        let matched = self.urls.matched(request.url.as_str(), self.set.lines().len());
        let facts = Facts::new(request);
        let mut shortfalls = Vec::new();
        for (at, (line, conditions)) in self.set.lines().iter().zip(&self.conditions).enumerate() {
            let fits = matched.get(at).copied().unwrap_or_default();
            match judge(line, conditions, fits, &facts) {
                Ok(()) => return LimitVerdict::Passed(Some(at)),
                Err(shortfall) => shortfalls.push(shortfall),
            }
        }
        LimitVerdict::Refused(shortfalls)
    }
}

impl Urls {
    /// Which lines match `url`.
    fn matched(&self, url: &str, lines: usize) -> Vec<bool> {
        match self {
            Self::One(regex) => vec![regex.is_match(url)],
            Self::Many(passes) => {
                let mut matched = vec![false; lines];
                for (slots, pass) in matched.chunks_mut(IN_ONE_PASS).zip(passes) {
                    for at in pass.matches(url).iter() {
                        if let Some(slot) = slots.get_mut(at) {
                            *slot = true;
                        }
                    }
                }
                matched
            }
        }
    }
}

fn one_pass(lines: &[LimitLine]) -> Result<RegexSet, regex::Error> {
    let urls = lines.iter().map(|line| line.url.anchored());
    RegexSetBuilder::new(urls).size_limit(IN_ONE_PASS * COMPILED_SIZE).build()
}

fn regex(pattern: &Pattern) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&pattern.anchored()).size_limit(COMPILED_SIZE).build()
}

fn judge(line: &LimitLine, conditions: &[Regex], url_fits: bool, facts: &Facts<'_>) -> Result<(), Shortfall> {
    let method_fits = |methods: &Vec<_>| facts.request.method.is_some_and(|method| methods.contains(&method));
    if !line.methods.as_ref().is_none_or(method_fits) {
        return Err(Shortfall::Method);
    }
    if !url_fits {
        return Err(Shortfall::Url);
    }
    for (at, (condition, regex)) in line.conditions.iter().zip(conditions).enumerate() {
        facts.hold(&condition.place, regex).map_err(|unmet| Shortfall::Condition(at, unmet))?;
    }
    Ok(())
}

/// A request whose query and body are read when a line first asks for them.
struct Facts<'a> {
    request: &'a RequestFacts<'a>,
    query: OnceCell<Result<Query, &'static str>>,
    body: OnceCell<Result<Json<'a>, &'static str>>,
}

impl<'a> Facts<'a> {
    const fn new(request: &'a RequestFacts<'a>) -> Self {
        Self { request, query: OnceCell::new(), body: OnceCell::new() }
    }

    fn hold(&self, place: &Place, regex: &Regex) -> Result<(), Unmet> {
        match place {
            Place::QueryParam(name) => {
                let query =
                    self.query.get_or_init(|| Query::parse(self.request.url.query().unwrap_or_default()));
                match query.as_ref().map_err(|why| Unmet::Unreadable(why))?.find(name) {
                    Found::Absent => Err(Unmet::Absent),
                    Found::Confusing => Err(Unmet::Confusing),
                    Found::Values(values) if values.iter().all(|value| regex.is_match(value)) => Ok(()),
                    Found::Values(_) => Err(Unmet::Value),
                }
            }
            Place::JsonData(node) => {
                let body = self.body.get_or_init(|| read(self.request.body));
                let body = body.as_ref().map_err(|why| Unmet::Unreadable(why))?;
                for value in node.values(body).ok_or(Unmet::Absent)? {
                    let scalar = value.scalar().ok_or(Unmet::NotScalar)?;
                    if !regex.is_match(scalar) {
                        return Err(Unmet::Value);
                    }
                }
                Ok(())
            }
        }
    }
}

fn read(body: Body<'_>) -> Result<Json<'_>, &'static str> {
    match body {
        Body::Absent => Err("there is none"),
        Body::Json(bytes) => Json::parse(bytes),
        Body::Unreadable(why) => Err(why),
    }
}
