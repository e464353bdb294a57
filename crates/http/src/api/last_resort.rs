//! What is answered where no handler did: it panicked, took too long, or was never reached. Machines get what they can
//! read, whatever went wrong.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use postern_domain::Refusal;

use super::Problem;
use crate::answer::OAuthError;

const OAUTH: &str = "/v1/oauth2/";

/// The answer of a handler, if it comes in time and at all.
///
/// # Errors
/// `timed_out`, or `server_error` if the handler panicked.
pub(super) async fn in_time(
    most: Duration,
    work: impl Future<Output = Response>,
) -> Result<Response, Problem> {
    let work = AssertUnwindSafe(work).catch_unwind();
    match tokio::time::timeout(most, work).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(panic)) => {
            let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            tracing::error!(panic = said, "a handler panicked");
            Err(of_status(StatusCode::INTERNAL_SERVER_ERROR))
        }
        Err(_) => Err(of_status(StatusCode::REQUEST_TIMEOUT)),
    }
}

/// Gives an error without words to whoever called something below `/v1` the shape it has there: RFC 6749 section 5.2 for
/// the protocol's endpoints, RFC 9457 for the rest.
pub(crate) fn dressed(path: &str, bare: Response) -> Response {
    let status = bare.status();
    let is_machines = path.starts_with("/v1/");
    // Not 401 and 403: RFC 6750 section 3.1 has an answer to no token at all without words.
    let is_error = matches!(status.as_u16(), 400 | 404 | 405 | 408 | 413 | 500 | 503);
    let kind = bare.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
    let is_bare = kind.is_none_or(|kind| kind.starts_with(b"text/plain"));
    if !is_machines || !is_error || !is_bare {
        return bare;
    }
    let mut dressed = if path.starts_with(OAUTH) {
        let mut response = OAuthError::from(refusal(status)).into_response();
        *response.status_mut() = status;
        response
    } else {
        of_status(status).into_response()
    };
    // What it said besides goes along, such as Allow.
    for (name, value) in bare.headers() {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
            dressed.headers_mut().insert(name.clone(), value.clone());
        }
    }
    dressed
}

fn of_status(status: StatusCode) -> Problem {
    let code = match status {
        StatusCode::REQUEST_TIMEOUT => "timed_out",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        _ => return Problem::new(status, refusal(status).code.as_str(), in_words(status)),
    };
    Problem::new(status, code, in_words(status))
}

fn refusal(status: StatusCode) -> Refusal {
    let words = in_words(status);
    match status {
        StatusCode::NOT_FOUND => Refusal::not_found(words),
        StatusCode::SERVICE_UNAVAILABLE => Refusal::temporarily_unavailable(words),
        status if status.is_server_error() => Refusal::server_error(words),
        _ => Refusal::invalid_request(words),
    }
}

fn in_words(status: StatusCode) -> &'static str {
    match status {
        StatusCode::REQUEST_TIMEOUT => "the request took too long; try again, with less at a time",
        StatusCode::PAYLOAD_TOO_LARGE => "the body is too large",
        StatusCode::NOT_FOUND => "there is nothing at this address",
        StatusCode::METHOD_NOT_ALLOWED => "this is not a method of this address; Allow says which are",
        StatusCode::SERVICE_UNAVAILABLE => "the server cannot answer now; try again in a moment",
        status if status.is_server_error() => "something failed on the server; its log says what",
        _ => "the request cannot be understood",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_panics_or_hangs_is_a_problem() {
        let most = Duration::from_millis(20);
        let panics = async { panic!("no") };
        let problem = in_time(most, panics).await.unwrap_err();
        assert_eq!((problem.status, problem.code), (500, "server_error"));
        let hangs = std::future::pending();
        let problem = in_time(most, hangs).await.unwrap_err();
        assert_eq!((problem.status, problem.code), (408, "timed_out"));
        assert!(in_time(most, async { StatusCode::OK.into_response() }).await.is_ok());
    }

    #[test]
    fn each_gets_the_shape_of_its_place() {
        let of = |path: &str, status: StatusCode| {
            let dressed = dressed(path, (status, [(header::ALLOW, "GET")]).into_response());
            assert_eq!(
                (dressed.status(), &dressed.headers()[header::ALLOW]),
                (status, &"GET".parse().unwrap())
            );
            dressed.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned())
        };
        for status in [400, 404, 405, 408, 413, 500, 503].map(|code| StatusCode::from_u16(code).unwrap()) {
            assert_eq!(of("/v1/users/me", status).unwrap(), "application/problem+json");
            assert_eq!(of("/v1/oauth2/token", status).unwrap(), "application/json");
            assert_eq!(of("/login", status), None);
        }
        let spoken = dressed(
            "/v1/oauth2/authorize",
            (StatusCode::NOT_FOUND, axum::response::Html("")).into_response(),
        );
        assert!(spoken.headers()[header::CONTENT_TYPE].as_bytes().starts_with(b"text/html"));
        assert_eq!(of("/v1/scopes", StatusCode::NO_CONTENT), None);
        assert_eq!(of("/v1/oauth2/userinfo", StatusCode::UNAUTHORIZED), None);
    }
}
