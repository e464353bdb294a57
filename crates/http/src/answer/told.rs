use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use postern_domain::{ErrorCode, Refusal};
use postern_flows::{Denied, FieldErrors, FormRefusal};
use postern_templating::{Text, span, t};

use super::{retry_after, sentence};

/// What the person is told on the page they are on, with the status that goes with it.
pub(crate) struct Told {
    /// One or two sentences.
    pub(crate) sentence: Text,
    mark: Mark,
}

/// The status of a form's answer, with how long to wait if it is a matter of waiting.
pub(crate) struct Mark {
    status: StatusCode,
    retry_after: Option<HeaderValue>,
}

impl Mark {
    const UNPROCESSABLE: Self = Self { status: StatusCode::UNPROCESSABLE_ENTITY, retry_after: None };

    const fn too_many(retry_after: Option<HeaderValue>) -> Self {
        Self { status: StatusCode::TOO_MANY_REQUESTS, retry_after }
    }

    /// The answer with the status, and with how long to wait.
    pub(crate) fn put_on(&self, mut response: Response) -> Response {
        *response.status_mut() = self.status;
        if let Some(wait) = &self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, wait.clone());
        }
        response
    }
}

impl Told {
    /// Of a password that did not help: `wrong`, or to wait.
    ///
    /// # Errors
    /// What has nothing to do with the password.
    pub(crate) fn of(denied: Denied, wrong: Text) -> Result<Self, Refusal> {
        match denied {
            Denied::Wrong => Ok(Self { sentence: wrong, mark: Mark::UNPROCESSABLE }),
            Denied::TooMany { retry_after } => Ok(Self {
                sentence: t("There were too many wrong tries. Try again in {span}.")
                    .with("span", span(waiting(retry_after))),
                mark: Mark::too_many(Some(HeaderValue::from(retry_after))),
            }),
            Denied::Refused(refusal) => Err(refusal),
        }
    }

    /// The answer with the status, and with how long to wait.
    pub(crate) fn mark(&self, response: Response) -> Response {
        self.mark.put_on(response)
    }
}

/// What is wrong with a form, if it is something that its page can say.
///
/// # Errors
/// What has nothing to do with the form.
pub(crate) fn form_errors(refusal: FormRefusal) -> Result<(FieldErrors, Option<Text>, Mark), Refusal> {
    match refusal {
        FormRefusal::Fields(errors) => Ok((errors, None, Mark::UNPROCESSABLE)),
        FormRefusal::Refused(refusal) if refusal.code == ErrorCode::TooManyRequests => {
            let problem = Text::sentence(sentence(&refusal.description));
            Ok((FieldErrors::none(), Some(problem), Mark::too_many(retry_after(&refusal))))
        }
        FormRefusal::Refused(refusal) => Err(refusal),
    }
}

/// A wait as people are told it: from two minutes on in whole ones.
fn waiting(seconds: i64) -> i64 {
    if seconds < 120 { seconds } else { (seconds + 59) / 60 * 60 }
}
