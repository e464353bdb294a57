use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use postern_domain::Params;
use postern_flows::{Paging, Slice};
use serde::Serialize;

use super::Problem;

/// A part of a list.
#[derive(Debug, Serialize)]
pub(crate) struct Listing<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Send it as `cursor` to get those that follow; `null` if none do.
    pub(crate) next_cursor: Option<String>,
}

impl<T> From<Slice<T>> for Listing<T> {
    fn from(slice: Slice<T>) -> Self {
        Self { items: slice.items, next_cursor: slice.next }
    }
}

/// The query of a call, of which the gate has let pass only what the operation knows.
pub(crate) struct Filters(Params);

impl Filters {
    /// Which part of the list is wanted.
    ///
    /// # Errors
    /// `invalid_request` for a limit that is none.
    pub(crate) fn paging(&self) -> Result<Paging, Problem> {
        Ok(Paging::parse(self.get("limit"), self.get("cursor"))?)
    }

    /// A filter, if it was sent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Filters {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        // What cannot be read did not pass the gate.
        Ok(Self(Params::parse(parts.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default()))
    }
}
