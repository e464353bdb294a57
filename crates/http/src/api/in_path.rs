use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::Problem;

/// The name or id in a path. One that cannot be an id names nothing, so it is answered as what is not there.
pub(crate) struct InPath<T>(pub(crate) T);

/// The same of a path with two.
pub(crate) struct InPath2<A, B>(pub(crate) A, pub(crate) B);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| names_nothing())?;
        read(&text).map(Self)
    }
}

impl<A: FromStr, B: FromStr, S: Send + Sync> FromRequestParts<S> for InPath2<A, B> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path((a, b)) =
            Path::<(String, String)>::from_request_parts(parts, state).await.map_err(|_| names_nothing())?;
        Ok(Self(read(&a)?, read(&b)?))
    }
}

fn read<T: FromStr>(text: &str) -> Result<T, Problem> {
    if text.contains('\0') {
        return Err(names_nothing());
    }
    text.parse().map_err(|_| names_nothing())
}

fn names_nothing() -> Problem {
    Problem::not_found("there is no such thing; it may have been deleted")
}
