//! `/logout`, and where apps send people to sign out: after it.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{AppFace, Chrome, Page};

/// How many seconds apps have to sign the browser out where no script sees that they have.
const PATIENCE: u8 = 4;

/// Loads what signs the browser out of its apps (OpenID Connect Front-Channel Logout 1.0, section 2), then goes on: by a
/// script as soon as all of it is there, without one by a refresh: of both, a browser has one. The CSP needs the frames'
/// origins in `frame-src`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/signed_out.html")]
pub struct SignedOut {
    /// The frame; it has no account any more.
    pub chrome: Chrome,
    /// The addresses to load.
    pub frames: Vec<String>,
    /// The app that asked, if one did and is gone back to.
    pub app: Option<AppFace>,
    /// Where to go on to: that app's address, or an own path.
    pub next_url: String,
}

impl Page for SignedOut {
    const NAME: &'static str = "signed-out";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_signed_out(),
            frames: vec!["https://notes.example.com/signed-out".into()],
            app: None,
            next_url: "/login?done=signed-out".into(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        vec![(
            "back to an app",
            Self {
                app: Some(AppFace::new("Field Notes")),
                next_url: "https://notes.example.com/bye?state=sample".into(),
                ..Self::sample()
            },
        )]
    }
}
