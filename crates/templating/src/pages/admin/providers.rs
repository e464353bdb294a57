//! `/admin/providers`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::pages::SAMPLE_NOW;
use crate::{AdminTab, Badge, Chrome, Page, Section, Tone, When, t};

/// The sign-in providers of the settings.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/admin/providers.html")]
pub struct AdminProviders {
    /// The frame.
    pub chrome: Chrome,
    /// The providers, by name.
    pub providers: Vec<AdminProviderRow>,
}

/// A sign-in provider.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdminProviderRow {
    /// What it is called in the settings.
    pub name: String,
    /// What people know it as.
    pub label: String,
    /// Its issuer.
    pub issuer: String,
    /// The redirect URI that has to be registered there.
    pub callback_url: String,
    /// Whether it lets people in, and answers.
    pub state: Badge,
    /// Whether somebody who has no account gets one.
    pub signs_up: bool,
    /// Whether addresses count as verified that it says are verified.
    pub trusts_email: bool,
    /// How many accounts are connected to it.
    pub connected: u64,
    /// When somebody last signed in by it, if ever.
    pub last_used: Option<When>,
}

impl Page for AdminProviders {
    const NAME: &'static str = "admin-providers";

    fn sample() -> Self {
        let row = |name: &str, label: &str, issuer: &str, state, connected| AdminProviderRow {
            name: name.into(),
            label: label.into(),
            issuer: issuer.into(),
            callback_url: format!("https://id.example.com/login/upstream/{name}/callback"),
            state,
            signs_up: connected > 1,
            trusts_email: connected > 1,
            connected,
            last_used: (connected > 0).then(|| When::new(SAMPLE_NOW - 3_600, SAMPLE_NOW)),
        };
        let (google, acme) = ("https://accounts.google.com", "https://login.acme.example/realms/everybody");
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Providers)),
            providers: vec![
                row("acme", "Acme", acme, Badge::new(Tone::Bad, t("does not answer")), 0),
                row("google", "Google", google, Badge::new(Tone::Good, t("in use")), 1_204),
                row("old", "Old", "https://old.example", Badge::new(Tone::Neutral, t("disabled")), 1),
            ],
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        vec![("none", Self { providers: Vec::new(), ..Self::sample() })]
    }
}
