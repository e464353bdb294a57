use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use postern_domain::{ErrorCode, Refusal};
use postern_flows::{Denied, FieldErrors, FormRefusal};

/// What the person is told on the page they are on, with the status that goes with it.
pub(crate) struct Told {
    /// One or two sentences.
    pub(crate) sentence: String,
    status: StatusCode,
    retry_after: Option<i64>,
}

impl Told {
    /// Of a password that did not help: `wrong`, or to wait.
    ///
    /// # Errors
    /// What has nothing to do with the password.
    pub(crate) fn of(denied: Denied, wrong: &str) -> Result<Self, Refusal> {
        match denied {
            Denied::Wrong => Ok(Self {
                sentence: wrong.to_owned(),
                status: StatusCode::UNPROCESSABLE_ENTITY,
                retry_after: None,
            }),
            Denied::TooMany { retry_after } => Ok(Self {
                sentence: format!("There were too many wrong tries. Try again in {}.", in_words(retry_after)),
                status: StatusCode::TOO_MANY_REQUESTS,
                retry_after: Some(retry_after),
            }),
            Denied::Refused(refusal) => Err(refusal),
        }
    }

    /// The answer with the status, and with how long to wait.
    pub(crate) fn mark(&self, mut response: Response) -> Response {
        *response.status_mut() = self.status;
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What is wrong with a form, if it is something that its page can say.
///
/// # Errors
/// What has nothing to do with the form.
pub(crate) fn form_errors(
    refusal: FormRefusal,
) -> Result<(FieldErrors, Option<String>, StatusCode), Refusal> {
    match refusal {
        FormRefusal::Fields(errors) => Ok((errors, None, StatusCode::UNPROCESSABLE_ENTITY)),
        FormRefusal::Refused(refusal) if refusal.code == ErrorCode::TooManyRequests => {
            let mut letters = refusal.description.chars();
            let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            let problem = format!("{first}{}.", letters.as_str());
            Ok((FieldErrors::none(), Some(problem), StatusCode::TOO_MANY_REQUESTS))
        }
        FormRefusal::Refused(refusal) => Err(refusal),
    }
}

fn in_words(seconds: i64) -> String {
    match seconds {
        1 => "a second".to_owned(),
        seconds if seconds < 120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", (seconds + 59) / 60),
    }
}
