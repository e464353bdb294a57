use std::borrow::Cow;
use std::cell::OnceCell;

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::json::Json;
use super::kept::{KeptRequest, KeptVerdict, NotKept};
use super::line::{LimitLine, Place};
use super::method::Method;
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
        self.verdict(request.url.as_str(), &Facts::new(request))
    }

    /// The same for a request that was written down, as far as what was kept of it tells.
    pub fn would_allow(&self, request: &KeptRequest) -> KeptVerdict {
        let Some(url) = request.url() else { return self.without_url(request.method()) };
        match self.verdict(url.as_str(), &Facts::kept(request)) {
            LimitVerdict::Passed(line) => KeptVerdict::Passed(line),
            LimitVerdict::Refused(shortfalls) => {
                let lines = self.set.lines().iter().zip(&shortfalls);
                let open = lines.filter_map(|(line, shortfall)| not_kept(line, *shortfall));
                match open.min() {
                    Some(what) => KeptVerdict::Open(what, shortfalls),
                    None => KeptVerdict::Refused(shortfalls),
                }
            }
        }
    }

    fn verdict(&self, url: &str, facts: &Facts<'_>) -> LimitVerdict {
        let matched = self.urls.matched(url, self.set.lines().len());
        let mut shortfalls = Vec::new();
        for (at, (line, conditions)) in self.set.lines().iter().zip(&self.conditions).enumerate() {
            let fits = matched.get(at).copied().unwrap_or_default();
            match judge(line, conditions, fits, facts) {
                Ok(()) => return LimitVerdict::Passed(Some(at)),
                Err(shortfall) => shortfalls.push(shortfall),
            }
        }
        LimitVerdict::Refused(shortfalls)
    }

    /// What they say to a request whose URL was not kept.
    fn without_url(&self, method: Option<Method>) -> KeptVerdict {
        let shortfall =
            |line: &LimitLine| if line.takes(method) { Shortfall::Url } else { Shortfall::Method };
        let shortfalls: Vec<Shortfall> = self.set.lines().iter().map(shortfall).collect();
        match shortfalls.contains(&Shortfall::Url) {
            true => KeptVerdict::Open(NotKept::Url, shortfalls),
            false => KeptVerdict::Refused(shortfalls),
        }
    }
}

/// What a line that does not let a request pass for certain turns on.
fn not_kept(line: &LimitLine, shortfall: Shortfall) -> Option<NotKept> {
    let Shortfall::Condition(at, Unmet::NotKept) = shortfall else { return None };
    Some(match line.conditions.get(at)?.place {
        Place::JsonData(_) => NotKept::Body,
        Place::QueryParam(_) => NotKept::Query,
    })
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
    if !line.takes(facts.method) {
        return Err(Shortfall::Method);
    }
    if !url_fits {
        return Err(Shortfall::Url);
    }
    let mut open = Ok(());
    for (at, (condition, regex)) in line.conditions.iter().zip(conditions).enumerate() {
        match facts.hold(&condition.place, regex) {
            Ok(()) => {}
            // Whatever that was, a condition after it may fail for certain.
            Err(Unmet::NotKept) => open = open.and(Err(Shortfall::Condition(at, Unmet::NotKept))),
            Err(unmet) => return Err(Shortfall::Condition(at, unmet)),
        }
    }
    open
}

/// A request whose query and body are read when a line first asks for them.
struct Facts<'a> {
    method: Option<Method>,
    sent_query: &'a str,
    sent_body: Body<'a>,
    query: OnceCell<Result<Cow<'a, Query>, Unmet>>,
    body: OnceCell<Result<Json<'a>, Unmet>>,
}

impl<'a> Facts<'a> {
    fn new(request: &RequestFacts<'a>) -> Self {
        Self {
            method: request.method,
            sent_query: request.url.query().unwrap_or_default(),
            sent_body: request.body,
            query: OnceCell::new(),
            body: OnceCell::new(),
        }
    }

    fn kept(request: &'a KeptRequest) -> Self {
        let query = request.query().as_ref().map(Cow::Borrowed).map_err(|why| Unmet::Unreadable(why));
        Self {
            method: request.method(),
            sent_query: "",
            sent_body: Body::Absent,
            query: OnceCell::from(query),
            body: OnceCell::from(Err(Unmet::NotKept)),
        }
    }

    fn query(&self) -> Result<&Query, Unmet> {
        let read = || Query::parse(self.sent_query).map(Cow::Owned).map_err(Unmet::Unreadable);
        self.query.get_or_init(read).as_ref().map(Cow::as_ref).map_err(|unmet| *unmet)
    }

    fn hold(&self, place: &Place, regex: &Regex) -> Result<(), Unmet> {
        match place {
            Place::QueryParam(name) => {
                let query = self.query()?;
                match query.find(name) {
                    Found::Absent if query.is_part() => Err(Unmet::NotKept),
                    Found::Absent => Err(Unmet::Absent),
                    Found::Confusing => Err(Unmet::Confusing),
                    Found::Values(values) if values.iter().flatten().any(|value| !regex.is_match(value)) => {
                        Err(Unmet::Value)
                    }
                    Found::Values(values) if query.is_part() || values.contains(&None) => Err(Unmet::NotKept),
                    Found::Values(_) => Ok(()),
                }
            }
            Place::JsonData(node) => {
                let body = self.body.get_or_init(|| read(self.sent_body).map_err(Unmet::Unreadable));
                let body = body.as_ref().map_err(|unmet| *unmet)?;
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
