//! The router's table: which paths there are, by which methods, and what each requires of whoever asks.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, any, on};
use postern_flows::App;
use postern_flows::logo::MAX_LOGO_BYTES;

use crate::api::{Access, Gate, Operation, Taken, gate, no_such_method, no_such_path};
use crate::cross_origin::{any_origin, any_origin_of_api};
use crate::middleware::{page_answer, signed_in_only};
use crate::session;

/// Largest body of a form or a protocol request, in bytes.
const BODY_LIMIT: usize = 64 * 1024;
/// Largest body of an upload, in bytes: more than a logo may have, so that a photograph straight from a camera is told
/// that it is too large instead of being cut off on its way.
const UPLOAD_LIMIT: usize = 16 * 1024 * 1024;

/// What a route requires of whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// Nothing: a page for anyone. State changes still need a form token.
    Public,
    /// A signed-in browser; others are sent to sign in first.
    Session,
    /// The same, for a form with a file in it.
    SessionUpload,
    /// Nothing here: a machine's endpoint, which checks credentials itself. No session is looked at, no cookie set.
    Protocol,
    /// The same, for pages of any origin too, without credentials of the browser's.
    ProtocolAnyOrigin,
    /// An operation of the REST API, for whoever its access lets in.
    Api(Access),
}

struct Route {
    path: &'static str,
    method: &'static str,
    right: Right,
    handler: MethodRouter<Arc<App>>,
    /// What else is known of it, if it is one of the REST API's.
    operation: Option<Arc<Operation>>,
}

/// Some routes with their rights.
#[derive(Default)]
pub(crate) struct Routes(Vec<Route>);

impl Routes {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn get<H, T>(self, path: &'static str, right: Right, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.with("GET", path, right, on(MethodFilter::GET, handler))
    }

    pub(crate) fn post<H, T>(self, path: &'static str, right: Right, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.with("POST", path, right, on(MethodFilter::POST, handler))
    }

    /// A method router of more than one method or with layers of its own.
    pub(crate) fn with(
        mut self,
        method: &'static str,
        path: &'static str,
        right: Right,
        handler: MethodRouter<Arc<App>>,
    ) -> Self {
        self.0.push(Route { path, method, right, handler, operation: None });
        self
    }

    /// An operation of the REST API.
    pub(crate) fn api<H, T>(mut self, operation: Operation, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let (path, method, right) = (operation.path, operation.method, Right::Api(operation.access));
        let handler = on(operation.method_filter(), handler);
        self.0.push(Route { path, method, right, handler, operation: Some(Arc::new(operation)) });
        self
    }

    /// The operations of the REST API.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.0.iter().filter_map(|route| route.operation.as_deref())
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The template of every route's path.
    pub(crate) fn templates(&self) -> Vec<&'static str> {
        self.0.iter().map(|route| route.path).collect()
    }

    /// Every route as method, path and right, for the tests that sweep over all of them.
    #[cfg(test)]
    pub(crate) fn table(&self) -> Vec<(&'static str, &'static str, Right)> {
        self.0.iter().map(|route| (route.method, route.path, route.right)).collect()
    }

    /// The router, with what each right means put around its routes.
    pub(crate) fn into_router(self, app: &Arc<App>) -> Router<Arc<App>> {
        let mut pages = Router::new();
        let mut machines = Router::new();
        let mut open_machines = Router::new();
        let mut api = Router::new();
        for Route { path, method, right, handler, operation } in self.0 {
            tracing::trace!(method, path, ?right, "route");
            match right {
                Right::Protocol => machines = machines.route(path, handler),
                Right::ProtocolAnyOrigin => open_machines = open_machines.route(path, handler),
                Right::Api(_) => {
                    let Some(operation) = operation else { continue };
                    let handler = match operation.body {
                        Some(Taken::Picture) => handler.route_layer(DefaultBodyLimit::max(MAX_LOGO_BYTES)),
                        _ => handler,
                    };
                    let gate_state = Gate::new(Arc::clone(app), operation);
                    api = api.route(path, handler.route_layer(from_fn_with_state(gate_state, gate)));
                }
                Right::Public => pages = pages.route(path, handler),
                Right::Session => pages = pages.route(path, handler.route_layer(from_fn(signed_in_only))),
                Right::SessionUpload => {
                    let handler = handler.route_layer(DefaultBodyLimit::max(UPLOAD_LIMIT));
                    pages = pages.route(path, handler.route_layer(from_fn(signed_in_only)));
                }
            }
        }
        let limit = DefaultBodyLimit::max(BODY_LIMIT);
        let pages = pages
            .layer(limit)
            .layer(from_fn_with_state(Arc::clone(app), page_answer))
            .layer(session::layer(app));
        let api = api.method_not_allowed_fallback(no_such_method);
        let nowhere = ["/v1", "/v1/", "/v1/{*rest}"].into_iter();
        let machines = nowhere.fold(machines, |machines, path| machines.route(path, any(no_such_path)));
        let api = api.layer(from_fn_with_state(Arc::clone(app), any_origin_of_api));
        machines.merge(open_machines.layer(from_fn(any_origin))).merge(api).layer(limit).merge(pages)
    }
}
