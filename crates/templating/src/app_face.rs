//! How an app is recognised: its name and its logo.

use askama::{Template, filters::HtmlSafe};
use serde::{Deserialize, Serialize};

/// What an app shows of itself. In a template, `{{ face }}` draws the logo (or the initial where there is none); the
/// name is written beside it by the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Template)]
#[template(path = "parts/app_face.html")]
pub struct AppFace {
    /// The app's name as its developer wrote it.
    pub name: String,
    /// Path of the logo on this server, e.g. `/logos/3f2a.png`; none draws the initial.
    pub logo_url: Option<String>,
}

impl HtmlSafe for AppFace {}

impl AppFace {
    /// A face with the initial for a logo.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), logo_url: None }
    }

    /// The same with a logo served from `url`.
    pub fn with_logo(mut self, url: impl Into<String>) -> Self {
        self.logo_url = Some(url.into());
        self
    }

    /// First letter or digit of the name in upper case; a dot where the name has none.
    pub fn initial(&self) -> String {
        self.name
            .chars()
            .find(|c| c.is_alphanumeric())
            .map_or_else(|| "·".into(), |c| c.to_uppercase().collect())
    }

    /// One of six tints, by name, so that apps without a logo can be told apart in a list.
    pub fn tint(&self) -> u32 {
        crate::avatar::tint(&self.name)
    }
}
