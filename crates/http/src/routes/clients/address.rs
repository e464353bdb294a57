//! Where a client's pages are, and the ways between them.

use axum::response::{IntoResponse, Redirect, Response};
use postern_domain::Client;
use postern_templating::Notice;

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
}

impl Done {
    const ALL: [Self; 5] = [Self::Saved, Self::Logo, Self::LogoRemoved, Self::SecretRevoked, Self::Deleted];

    const fn code(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Logo => "logo",
            Self::LogoRemoved => "logo-removed",
            Self::SecretRevoked => "secret-revoked",
            Self::Deleted => "deleted",
        }
    }

    /// The notice of a page that is asked for with `done` in its query.
    pub(super) fn notice(code: Option<&str>) -> Option<Notice> {
        let done = Self::ALL.into_iter().find(|done| Some(done.code()) == code)?;
        Some(Notice::done(match done {
            Self::Saved => "Your changes are saved. They hold from now on.",
            Self::Logo => "People see the new logo from now on.",
            Self::LogoRemoved => "The logo is gone. People see the initial of the name instead.",
            Self::SecretRevoked => "The secret stopped working now.",
            Self::Deleted => "The client is deleted. Its tokens stopped working now.",
        }))
    }

    /// Sends the browser on to a page that says so.
    pub(super) fn and_go_to(self, path: &str) -> Response {
        Redirect::to(&format!("{path}?done={}", self.code())).into_response()
    }
}

/// The path of a client's page: with its `client_id` where that makes a plain path, else with the id of its row.
pub(super) fn of(client: &Client) -> String {
    let identifier = client.identifier.as_str();
    let plain = identifier.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if plain && identifier != "new" {
        format!("{LIST}/{identifier}")
    } else {
        format!("{LIST}/{}", client.id)
    }
}

/// Sends somebody who signed in too long ago to prove who they are, and back to `path`.
pub(super) fn prove_first(path: &str) -> Response {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", path).finish();
    Redirect::to(&format!("/reauthenticate?{query}")).into_response()
}
