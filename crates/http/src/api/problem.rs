use std::ops::Deref;
use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use postern_domain::{ErrorCode, Lifetime, Refusal, StepUp, SubjectType};
use postern_flows::{FieldError, FormRefusal};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Reason, log_cause};
use crate::request::RequestId;

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Why a call was refused.
#[derive(Clone, Debug)]
pub(crate) struct Problem(Box<ProblemDetails>);

/// Why a call was refused (RFC 9457). `code` never changes its meaning; `detail` is for people and may.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProblemDetails {
    /// `about:blank`: `status` and `code` say which problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The name of the status.
    title: &'static str,
    /// The status of the answer.
    pub(super) status: u16,
    /// The stable code.
    pub(super) code: &'static str,
    /// What was wrong, what was expected, what to do.
    pub(super) detail: String,
    /// The scope that was missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<&'static str>,
    /// The kinds of subject that would have been served.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    subject_types: Option<Vec<SubjectType>>,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// The request's id, also in `X-Request-Id`.
    request_id: String,
    /// Seconds until another try may succeed, also in `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<i64>,
    /// Which sign-in would do; the challenge says it.
    #[serde(skip)]
    pub(super) step_up: Option<Arc<StepUp>>,
}

/// What is wrong with one field of the body.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    field: &'static str,
    message: String,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(ProblemDetails {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: sentence(detail.into()),
            scope: None,
            subject_types: None,
            errors: Vec::new(),
            request_id: RequestId::current(),
            retry_after: None,
            step_up: None,
        }))
    }

    /// The request cannot be understood.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", detail)
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The same with another status, where the place of the answer knows only some.
    #[must_use]
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status.as_u16();
        self.0.title = status.canonical_reason().unwrap_or("Error");
        self
    }

    /// A credential is needed, and none was sent.
    pub(crate) fn no_credential() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "missing_credential",
            "send a token in the Authorization header: “Bearer TOKEN”",
        )
    }

    /// The credential that was sent is none that works here.
    pub(super) fn bad_credential(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::InvalidToken.as_str(), detail)
    }

    pub(super) fn insufficient_scope(scope: &'static str) -> Self {
        let detail = format!("the token does not hold the scope “{scope}”");
        let mut problem = Self::new(StatusCode::FORBIDDEN, ErrorCode::InsufficientScope.as_str(), detail);
        problem.0.scope = Some(scope);
        problem
    }

    pub(super) fn insufficient_subject(served: &[SubjectType], found: Option<SubjectType>) -> Self {
        let served_words: Vec<&str> = served.iter().copied().map(article).collect();
        let found = found.map_or("an app on its own behalf", article);
        let detail = format!(
            "this is for what speaks for {}; the token speaks for {found}",
            served_words.join(" or ")
        );
        let mut problem = Self::new(StatusCode::FORBIDDEN, ErrorCode::InsufficientSubject.as_str(), detail);
        problem.0.subject_types = Some(served.to_vec());
        problem
    }

    /// Only somebody who has proved of late who they are may do this, and a session that is older is no proof.
    pub(crate) fn fresh_sign_in() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "fresh_sign_in_required",
            "this is for somebody who has signed in a short while ago; sign in again on a page of this server",
        )
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound.as_str(), detail)
    }

    /// The same with how long to wait.
    #[must_use]
    pub(super) fn after(mut self, wait: Lifetime) -> Self {
        self.0.retry_after = Some(wait.as_seconds());
        self
    }
}

fn article(kind: SubjectType) -> &'static str {
    match kind {
        SubjectType::User => "a person",
        SubjectType::Organization => "an organization",
        SubjectType::Customer => "a customer",
    }
}

/// As a sentence of its own.
fn sentence(text: String) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let stop = if text.ends_with(['.', '?']) { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        log_cause(&refusal);
        let status = match refusal.code {
            ErrorCode::InvalidToken | ErrorCode::InsufficientUserAuthentication => StatusCode::UNAUTHORIZED,
            ErrorCode::InsufficientScope
            | ErrorCode::InsufficientSubject
            | ErrorCode::OutsideLimits
            | ErrorCode::Forbidden
            | ErrorCode::AccessDenied => StatusCode::FORBIDDEN,
            ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::Conflict => StatusCode::CONFLICT,
            ErrorCode::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        let unavailable = refusal.code == ErrorCode::TemporarilyUnavailable;
        let wait = refusal.retry_after.or_else(|| unavailable.then(|| Lifetime::seconds(1)));
        let mut problem = Self::new(status, refusal.code.as_str(), refusal.description);
        problem.0.step_up = refusal.step_up;
        match wait {
            Some(wait) => problem.after(wait),
            None => problem,
        }
    }
}

impl From<FormRefusal> for Problem {
    fn from(refusal: FormRefusal) -> Self {
        match refusal {
            FormRefusal::Refused(refusal) => refusal.into(),
            FormRefusal::Fields(errors) => {
                let detail = "some fields cannot be taken as they are; errors says which";
                let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields", detail);
                problem.0.errors = errors.0.into_iter().map(FieldProblem::from).collect();
                problem
            }
        }
    }
}

impl From<FieldError> for FieldProblem {
    fn from(error: FieldError) -> Self {
        Self { field: error.field, message: error.message }
    }
}

impl Deref for Problem {
    type Target = ProblemDetails;

    fn deref(&self) -> &ProblemDetails {
        &self.0
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let wait = self.retry_after;
        let scope = self.scope;
        let code = Reason(self.code);
        let mut response = (status, Json(&*self)).into_response();
        response.extensions_mut().insert(code);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
        if let Some(wait) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        // RFC 6750 section 3.1.
        if let Some(scope) = scope
            && let Ok(challenge) = HeaderValue::from_str(&format!(
                "Bearer realm=\"postern\", error=\"insufficient_scope\", scope=\"{scope}\""
            ))
        {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
