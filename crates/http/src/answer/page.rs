use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use postern_domain::{ErrorCode, Refusal};
use postern_flows::App;
use postern_templating::pages::{ErrorDetail, ErrorPage, Side};
use postern_templating::{Section, Text, t};

use super::{log_cause, retry_after};
use crate::page;
use crate::request::{RequestId, Visitor};

/// A refusal that a person sees. It is rendered around the handlers, where the visitor is known.
#[derive(Clone, Debug)]
pub(crate) struct PageRefusal {
    refusal: Refusal,
    side: Side,
    facts: Vec<(Text, String)>,
}

impl PageRefusal {
    /// A mistake of the app that sent the person here; `facts` are for its developer.
    pub(crate) const fn of_app(
        refusal: Refusal,
        app_name: Option<String>,
        facts: Vec<(Text, String)>,
    ) -> Self {
        Self { refusal, side: Side::App(app_name), facts }
    }

    /// The page itself.
    pub(crate) fn render(self, app: &App, visitor: &Visitor) -> Response {
        log_cause(&self.refusal);
        let status = status_of(self.refusal.code);
        let wait = retry_after(&self.refusal);
        let of_app = matches!(self.side, Side::App(_));
        let (what, advice) = if of_app {
            (
                t("The app that sent you here made a request that cannot be answered."),
                t(
                    "Nothing was shared with it. Go back to the app and try again; if it stays, tell its makers.",
                ),
            )
        } else {
            (Text::sentence(sentence(&self.refusal.description)), advice(self.refusal.code))
        };
        let error = ErrorPage {
            chrome: page::chrome(app, visitor, Section::Elsewhere),
            status: status.as_u16(),
            id: RequestId::current(),
            what,
            side: self.side,
            advice,
            action: None,
            detail: of_app.then(|| ErrorDetail {
                code: self.refusal.code.as_str().to_owned(),
                description: self.refusal.description.to_string(),
                facts: self.facts,
            }),
        };
        let mut response = page::render(&error);
        *response.status_mut() = status;
        if let Some(wait) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    }
}

impl From<Refusal> for PageRefusal {
    fn from(refusal: Refusal) -> Self {
        let ours = matches!(refusal.code, ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable);
        let side = if ours { Side::Server } else { Side::Yours };
        Self { refusal, side, facts: Vec::new() }
    }
}

/// Only carries the refusal out to where the page is rendered.
impl IntoResponse for PageRefusal {
    fn into_response(self) -> Response {
        let mut response = status_of(self.refusal.code).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::Forbidden | ErrorCode::AccessDenied => StatusCode::FORBIDDEN,
        ErrorCode::Conflict => StatusCode::CONFLICT,
        ErrorCode::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

fn advice(code: ErrorCode) -> Text {
    match code {
        ErrorCode::NotFound => t("The address may be mistyped, or what it led to was deleted."),
        ErrorCode::Forbidden => {
            t("Go back and try once more. If it stays, ask somebody who has the right to do it.")
        }
        ErrorCode::TooManyRequests => t("Wait a minute, then try again."),
        ErrorCode::ServerError => {
            t("Try again in a minute. If it stays, give the id below to the people who run this server.")
        }
        ErrorCode::TemporarilyUnavailable => t("Try again in a moment."),
        _ => t("Go back and check what you sent."),
    }
}

/// A description as a sentence of its own.
pub(crate) fn sentence(description: &str) -> String {
    let mut letters = description.chars();
    let mut text: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    text.push_str(letters.as_str());
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}
