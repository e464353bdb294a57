use postern_domain::limits::{
    Body, CompiledLimits, LimitLine, LimitSet, LimitVerdict, Method, Pattern, RequestFacts,
};

use crate::GuardRoute;

/// What the URLs behind the guard require, ready to be asked.
#[derive(Debug)]
pub enum GuardRoutes {
    /// No route is written down: every URL is open to every token whose limits let it pass.
    Open,
    /// The routes, and what each takes.
    Listed(CompiledLimits, Vec<Vec<String>>),
    /// The routes could not be read: nothing may pass.
    Closed,
}

impl GuardRoutes {
    /// Makes the routes of the configuration ready.
    ///
    /// # Errors
    /// Says which route is wrong, and how.
    pub fn new(routes: &[GuardRoute]) -> Result<Self, String> {
        let lines = routes.iter().enumerate().map(|(at, route)| {
            line(route).map_err(|error| format!("route {} of guard.routes: {error}", at + 1))
        });
        let Some(set) = LimitSet::new(lines.collect::<Result<_, _>>()?) else { return Ok(Self::Open) };
        let compiled = CompiledLimits::compile(set).map_err(|error| format!("guard.routes: {error}"))?;
        Ok(Self::Listed(compiled, routes.iter().map(|route| route.scopes.clone()).collect()))
    }

    /// The scopes that a request takes, by the first route that is about it; `None` if none is, though there are some.
    pub(crate) fn required(&self, request: &RequestFacts<'_>) -> Option<&[String]> {
        let (lines, scopes) = match self {
            Self::Open => return Some(&[]),
            Self::Closed => return None,
            Self::Listed(lines, scopes) => (lines, scopes),
        };
        match lines.allows(&RequestFacts { body: Body::Absent, ..request.clone() }) {
            LimitVerdict::Passed(Some(at)) => scopes.get(at).map(Vec::as_slice),
            LimitVerdict::Passed(None) | LimitVerdict::Refused(_) => None,
        }
    }
}

fn line(route: &GuardRoute) -> Result<LimitLine, String> {
    let method = |name: &String| Method::parse(name).ok_or_else(|| format!("“{name}” is no HTTP method"));
    let methods = route.methods.iter().map(method).collect::<Result<Vec<_>, _>>()?;
    let pattern = Pattern::parse(&route.pattern).map_err(|error| format!("its pattern, {error}"))?;
    Ok(LimitLine::new((!methods.is_empty()).then_some(methods), pattern, Vec::new()))
}
