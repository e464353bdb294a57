use std::sync::Arc;

use postern_domain::StepUp;
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
    Listed(CompiledLimits, Vec<Takes>),
    /// The routes could not be read: nothing may pass.
    Closed,
}

/// What a route takes.
#[derive(Clone, Debug, Default)]
pub struct Takes {
    /// The scopes that a token must hold, all of them.
    pub(crate) scopes: Vec<String>,
    /// The API that a token must be for, if it is not the guard's.
    pub(crate) resource: Option<String>,
    /// What it takes of the sign-in behind a token, if anything.
    pub(crate) step_up: Option<Arc<StepUp>>,
}

/// What is taken where no route is written down.
static NOTHING: Takes = Takes { scopes: Vec::new(), resource: None, step_up: None };

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
        Ok(Self::Listed(compiled, routes.iter().map(Takes::of).collect()))
    }

    /// What a request takes, by the first route that is about it; `None` if none is, though there are some.
    pub(crate) fn required(&self, request: &RequestFacts<'_>) -> Option<&Takes> {
        let (lines, takes) = match self {
            Self::Open => return Some(&NOTHING),
            Self::Closed => return None,
            Self::Listed(lines, takes) => (lines, takes),
        };
        match lines.allows(&RequestFacts { body: Body::Absent, ..request.clone() }) {
            LimitVerdict::Passed(Some(at)) => takes.get(at),
            LimitVerdict::Passed(None) | LimitVerdict::Refused(_) => None,
        }
    }
}

impl Takes {
    fn of(route: &GuardRoute) -> Self {
        let step_up = StepUp { acr_values: route.acr_values.clone(), max_age: route.max_age };
        Self {
            scopes: route.scopes.clone(),
            resource: route.resource.clone(),
            step_up: (!step_up.is_empty()).then(|| Arc::new(step_up)),
        }
    }
}

fn line(route: &GuardRoute) -> Result<LimitLine, String> {
    let method = |name: &String| Method::parse(name).ok_or_else(|| format!("“{name}” is no HTTP method"));
    let methods = route.methods.iter().map(method).collect::<Result<Vec<_>, _>>()?;
    let pattern = Pattern::parse(&route.pattern).map_err(|error| format!("its pattern, {error}"))?;
    Ok(LimitLine::new((!methods.is_empty()).then_some(methods), pattern, Vec::new()))
}
