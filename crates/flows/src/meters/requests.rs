use std::collections::HashMap;
use std::time::Duration;

use postern_domain::meter::{Counter, Histogram};

/// Requests by the template of their route: of templates there are few, of paths any number.
pub struct Requests {
    routes: HashMap<&'static str, Route>,
    nowhere: Route,
}

/// The requests of one route.
#[derive(Default)]
pub struct Route {
    /// By the first digit of the status: 1 to 5.
    answered: [Counter; 5],
    took: Histogram,
}

/// The classes of statuses.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

impl Requests {
    pub(super) fn of(templates: Vec<&'static str>) -> Self {
        let routes = templates.into_iter().map(|template| (template, Route::default())).collect();
        Self { routes, nowhere: Route::default() }
    }

    /// The route with this template; all that have none are one.
    pub fn route(&self, template: Option<&str>) -> &Route {
        template.and_then(|template| self.routes.get(template)).unwrap_or(&self.nowhere)
    }

    /// Those that were asked for, by template.
    pub(super) fn asked(&self) -> impl Iterator<Item = (&'static str, &Route)> {
        let all = self.routes.iter().map(|(template, route)| (*template, route));
        all.chain([("none", &self.nowhere)]).filter(|(_, route)| route.is_asked())
    }
}

impl Route {
    /// A request was answered with this status, after so long.
    pub fn answered(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).checked_sub(1);
        if let Some(counter) = class.and_then(|class| self.answered.get(class)) {
            counter.add_one();
        }
        self.took.record(took);
    }

    pub(super) fn classes(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = CLASSES.into_iter().zip(self.answered.iter().map(Counter::count));
        counts.filter(|(_, count)| *count > 0)
    }

    pub(super) const fn took(&self) -> &Histogram {
        &self.took
    }

    fn is_asked(&self) -> bool {
        self.classes().next().is_some()
    }
}
