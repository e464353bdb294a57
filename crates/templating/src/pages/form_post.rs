//! The answer to an app by `response_mode=form_post`.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Page};

/// Carries an authorization response to the app in a form (OAuth 2.0 Form Post Response Mode, section 2). A script
/// sends it at once; without scripts there is a button. The CSP needs the action's origin in `form-action`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/form_post.html")]
pub struct FormPost {
    /// The frame.
    pub chrome: Chrome,
    /// The app's name.
    pub app_name: String,
    /// The redirect URI the form is sent to.
    pub action: String,
    /// The parameters: name and value.
    pub fields: Vec<(String, String)>,
}

impl Page for FormPost {
    const NAME: &'static str = "form-post";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_signed_out(),
            app_name: "Field Notes".into(),
            action: "https://notes.example.com/callback".into(),
            fields: vec![
                ("code".into(), "sample-code".into()),
                ("state".into(), "sample-state".into()),
                ("iss".into(), "https://id.example.com".into()),
            ],
        }
    }
}
