//! `/logout`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{AppFace, Chrome, Page, Section};

/// The question before signing out. Posts `form_token` (and `request`, where an app asked) to `/logout`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/sign_out.html")]
pub struct SignOut {
    /// The frame; its account is the one to sign out.
    pub chrome: Chrome,
    /// The app that asked (OpenID Connect RP-Initiated Logout 1.0, section 2), if one did.
    pub app: Option<AppFace>,
    /// Handle of that app's stored request, sent back as it is.
    pub request: Option<String>,
    /// How many other accounts are signed in in this browser; `all` is posted as well to sign out of those too.
    pub others: usize,
    /// Where *stay signed in* leads: an own path.
    pub stay_url: String,
}

impl Page for SignOut {
    const NAME: &'static str = "sign-out";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Elsewhere),
            app: None,
            request: None,
            others: 0,
            stay_url: "/".into(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let by_an_app = Self {
            app: Some(AppFace::new("Field Notes")),
            request: Some("sample-request".into()),
            ..Self::sample()
        };
        vec![("by an app", by_an_app), ("several accounts", Self { others: 2, ..Self::sample() })]
    }
}
