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
    /// Where *stay signed in* leads: an own path.
    pub stay_url: String,
}

impl Page for SignOut {
    const NAME: &'static str = "sign-out";

    fn sample() -> Self {
        Self { chrome: Chrome::sample(Section::Elsewhere), app: None, request: None, stay_url: "/".into() }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        vec![(
            "by an app",
            Self {
                app: Some(AppFace::new("Field Notes")),
                request: Some("sample-request".into()),
                ..Self::sample()
            },
        )]
    }
}
