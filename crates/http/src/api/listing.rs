use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use postern_domain::Params;
use postern_flows::{App, Paging, Slice};
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

/// A part of a list that is in memory as a whole. `key` tells its items apart.
///
/// # Errors
/// `invalid_request` for a cursor of another list.
pub(crate) fn part_of<T>(
    app: &App,
    paging: &Paging,
    list: &str,
    all: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
) -> Result<Slice<T>, Problem> {
    let mut all = all.into_iter();
    if let Some(after) = paging.after(app, list)? {
        // If that item is gone meanwhile, so is what followed it, as far as anybody can say.
        all.find(|item| key(item) == after);
    }
    let most = usize::try_from(paging.with_one_more()).unwrap_or(usize::MAX);
    Ok(paging.slice(app, list, all.take(most).collect(), key))
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
