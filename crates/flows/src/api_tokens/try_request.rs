use postern_domain::limits::{
    Body, CompiledLimits, LimitError, LimitSet, LimitVerdict, Method, RequestFacts, RequestUrl,
};
use postern_domain::{Refusal, Said, said};
use postern_storage::tokens::Token;

use super::curl;
use crate::guard::says_json;
use crate::{App, FieldErrors, FormRefusal};

/// Longest request that is tried, in bytes of its parts.
const LONGEST: usize = 256 * 1024;
/// Most mistakes in limits that are shown at a time.
const MAX_SHOWN: usize = 20;

/// A request to try limits with, as somebody typed it: a `curl` command, or its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// Empty is GET, or POST with a body.
    pub method: String,
    /// Whole, with scheme and host.
    pub url: String,
    /// Taken for JSON; empty is none.
    pub body: String,
    /// A command of curl, in the place of the others; may be empty.
    pub curl: String,
    /// The limits, one a line.
    pub limits: String,
}

/// What limits say to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Whether it may pass.
    pub allowed: bool,
    /// Its method.
    pub method: String,
    /// Its URL in normal form, without the query: what limits are matched with.
    pub url: String,
    /// The lines that decide, from 1: the one that lets it pass, or all with how far each got. Empty without limits.
    pub lines: Vec<TriedLine>,
    /// Whether limits that came with the credential by which the token was made refuse it, whatever its own say.
    pub refused_by_inherited: bool,
    /// The scopes that the guard asks for such a request; `None` if none of its routes is about it.
    pub scopes: Option<Vec<String>>,
}

/// A line of limits and what it says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedLine {
    /// Counted from 1.
    pub line: usize,
    /// The limit.
    pub limit: String,
    /// Whether it lets the request pass.
    pub passes: bool,
    /// How far the request got, in words.
    pub reason: Said,
}

/// A request as limits see it.
struct Asked {
    method: String,
    url: RequestUrl,
    body: String,
    /// Why its body can't be judged.
    unreadable: Option<&'static str>,
}

/// The limits of a token that its owner may edit, one a line, and those that came with the credential it was made by.
pub fn own_limits(token: &Token) -> (String, &[LimitSet]) {
    match token.permit.limits.split_last() {
        Some((own, inherited)) => (own.to_string(), inherited),
        None => (String::new(), &[]),
    }
}

/// Tries a request with limits; nothing is changed and nothing is sent.
///
/// # Errors
/// [`FormRefusal::Fields`] with `curl`, `method`, `url`, `body` or `limits` if one of them can't be read.
pub async fn try_request(app: &App, trial: &Trial, inherited: &[LimitSet]) -> Result<Tried, FormRefusal> {
    let mut errors = FieldErrors::none();
    let limits = read_limits(app, &trial.limits, &mut errors);
    let asked = asked(trial, &mut errors);
    let Some(asked) = asked.filter(|_| errors.is_empty()) else { return Err(errors.into()) };
    let inherited = inherited.to_vec();
    let judge = move || judged(&asked, limits, inherited).map(|tried| (tried, asked));
    let (mut tried, asked) = tokio::task::spawn_blocking(judge).await.map_err(Refusal::because)??;
    tried.scopes = app.guard_routes.required(&asked.facts()).map(|takes| takes.scopes.clone());
    Ok(tried)
}

/// Reads limits, one a line; what is wrong with them goes to the field `limits`.
pub(crate) fn read_limits(app: &App, limits: &str, errors: &mut FieldErrors) -> Option<LimitSet> {
    match LimitSet::parse(limits, app.config.limits.caps()) {
        Ok(limits) => limits,
        Err(wrong) => {
            for LimitError { line, column, message } in wrong.iter().take(MAX_SHOWN) {
                errors.add("limits", format!("Line {line}, column {column}: {message}."));
            }
            None
        }
    }
}

fn asked(trial: &Trial, errors: &mut FieldErrors) -> Option<Asked> {
    let Trial { method, url, body, curl, .. } = trial;
    if method.len() + url.len() + body.len() + curl.len() > LONGEST {
        errors.add("body", "The request is too long to be tried: 256 KiB at most.");
        return None;
    }
    if curl.trim().is_empty() {
        return from_parts(method, url, body, None, errors);
    }
    match curl::parse(curl) {
        Ok(command) => {
            let body = command.body.unwrap_or_default();
            let kind = command.content_type.as_deref();
            let mut of_command = FieldErrors::none();
            let asked = from_parts(&command.method, &command.url, &body, kind, &mut of_command);
            of_command.0.into_iter().for_each(|error| errors.add("curl", error.message));
            asked
        }
        Err(message) => {
            errors.add("curl", message);
            None
        }
    }
}

fn from_parts(
    method: &str,
    url: &str,
    body: &str,
    kind: Option<&str>,
    errors: &mut FieldErrors,
) -> Option<Asked> {
    let method = match method.trim() {
        "" if body.trim().is_empty() => "GET".to_owned(),
        "" => "POST".to_owned(),
        method => method.to_ascii_uppercase(),
    };
    if !method.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)) {
        errors.add("method", "Write a method such as GET or POST.");
    }
    if url.trim().is_empty() {
        errors.add("url", "Write the whole URL, such as https://api.example.com/projects/7.");
        return None;
    }
    let url = errors.take("url", RequestUrl::parse(url.trim()))?;
    let unreadable = kind.and_then(|kind| says_json(kind).err());
    Some(Asked { method, url, body: body.to_owned(), unreadable })
}

impl Asked {
    fn facts(&self) -> RequestFacts<'_> {
        let body = match (self.body.trim().is_empty(), self.unreadable) {
            (true, _) => Body::Absent,
            (false, Some(why)) => Body::Unreadable(why),
            (false, None) => Body::Json(self.body.as_bytes()),
        };
        RequestFacts { method: Method::parse(&self.method), url: &self.url, body }
    }
}

fn judged(asked: &Asked, own: Option<LimitSet>, inherited: Vec<LimitSet>) -> Result<Tried, Refusal> {
    let facts = asked.facts();
    let mut refused_by_inherited = false;
    for set in inherited {
        let set = CompiledLimits::compile(set).map_err(Refusal::because)?;
        refused_by_inherited |= !set.allows(&facts).passed();
    }
    let compiled = own.map(CompiledLimits::compile).transpose().map_err(Refusal::because)?;
    let verdict = compiled.as_ref().map(|limits| (limits, limits.allows(&facts)));
    let passed = verdict.as_ref().is_none_or(|(_, verdict)| verdict.passed());
    Ok(Tried {
        allowed: passed && !refused_by_inherited,
        method: asked.method.clone(),
        url: asked.url.as_str().to_owned(),
        lines: verdict.map(|(limits, verdict)| lines(limits.set(), &verdict, &facts)).unwrap_or_default(),
        refused_by_inherited,
        scopes: None,
    })
}

fn lines(set: &LimitSet, verdict: &LimitVerdict, facts: &RequestFacts<'_>) -> Vec<TriedLine> {
    let lines = set.lines().iter().enumerate();
    match verdict {
        LimitVerdict::Passed(by) => lines
            .filter(|(at, _)| Some(*at) == *by)
            .map(|(at, line)| TriedLine {
                line: at + 1,
                limit: line.to_string(),
                passes: true,
                reason: said("it lets the request pass"),
            })
            .collect(),
        LimitVerdict::Refused(shortfalls) => lines
            .zip(shortfalls)
            .map(|((at, line), shortfall)| TriedLine {
                line: at + 1,
                limit: line.to_string(),
                passes: false,
                reason: shortfall.describe(line, facts.method),
            })
            .collect(),
    }
}
