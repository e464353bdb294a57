use axum::response::{IntoResponse, Redirect, Response};
use postern_templating::{Notice, t};

/// What was just done, as the page that the browser is sent to says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Saved,
    Renewed,
    Revoked,
}

impl Done {
    const ALL: [Self; 3] = [Self::Saved, Self::Renewed, Self::Revoked];

    const fn code(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Renewed => "renewed",
            Self::Revoked => "revoked",
        }
    }

    /// The notice of a page that is asked for with `done` in its query.
    pub(super) fn notice(code: Option<&str>) -> Option<Notice> {
        let done = Self::ALL.into_iter().find(|done| Some(done.code()) == code)?;
        Some(Notice::done(match done {
            Self::Saved => t("The token is saved. The change holds now."),
            Self::Renewed => t("The token is renewed. The same value lives on."),
            Self::Revoked => t("The token is revoked. It stopped working now."),
        }))
    }

    /// Sends the browser on to a page that says so.
    pub(super) fn and_go_to(self, path: &str) -> Response {
        Redirect::to(&format!("{path}?done={}", self.code())).into_response()
    }
}
