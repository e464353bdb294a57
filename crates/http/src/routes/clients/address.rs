//! Where a client's pages are, and the ways between them.

use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::Client;
use postern_templating::{Notice, t};

pub(super) const LIST: &str = "/developer/clients";
pub(super) const NEW: &str = "/developer/clients/new";

/// What was just done, as the page that the browser is sent to says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Saved,
    Logo,
    LogoRemoved,
    SecretRevoked,
    Deleted,
    /// Not done: two secrets work already.
    NotRotated,
}

impl Done {
    const ALL: [Self; 6] =
        [Self::Saved, Self::Logo, Self::LogoRemoved, Self::SecretRevoked, Self::Deleted, Self::NotRotated];

    const fn code(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Logo => "logo",
            Self::LogoRemoved => "logo-removed",
            Self::SecretRevoked => "secret-revoked",
            Self::Deleted => "deleted",
            Self::NotRotated => "not-rotated",
        }
    }

    /// The notice of a page that is asked for with `done` in its query.
    pub(super) fn notice(code: Option<&str>) -> Option<Notice> {
        let done = Self::ALL.into_iter().find(|done| Some(done.code()) == code)?;
        Some(match done {
            Self::Saved => Notice::done(t("Your changes are saved. They hold from now on.")),
            Self::Logo => Notice::done(t("People see the new logo from now on.")),
            Self::LogoRemoved => {
                Notice::done(t("The logo is gone. People see the initial of the name instead."))
            }
            Self::SecretRevoked => Notice::done(t("The secret stopped working now.")),
            Self::Deleted => Notice::done(t("The client is deleted. Its tokens stopped working now.")),
            Self::NotRotated => Notice::failed(t(
                "Two secrets work already, and a third would end one of them. Revoke the one that is no longer in \
                 use, then rotate.",
            )),
        })
    }

    /// Sends the browser on to a page that says so.
    pub(super) fn and_go_to(self, path: &str) -> Response {
        Redirect::to(&format!("{path}?done={}", self.code())).into_response()
    }
}

/// The path of a client's page: with its `client_id` where that makes a plain path, else with the id of its row.
pub(crate) fn of(client: &Client) -> String {
    let identifier = client.identifier.as_str();
    let plain = identifier.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if plain && identifier != "new" {
        format!("{LIST}/{identifier}")
    } else {
        format!("{LIST}/{}", client.id)
    }
}
