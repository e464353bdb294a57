use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::When;

/// The button that leads to a sign-in provider: it posts `return_to`, `purpose` and `form_token` to `/login/upstream/{name}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProviderButton {
    /// What the provider is called in addresses.
    pub name: String,
    /// What people know it as.
    pub label: String,
}

impl ProviderButton {
    /// The buttons of the samples.
    pub(crate) fn samples() -> Vec<Self> {
        [("google", "Google"), ("acme", "Analytical Engines of Marylebone")]
            .map(|(name, label)| Self { name: name.into(), label: label.into() })
            .into()
    }
}

/// Who at which sign-in provider opens the account, and which providers there are. A row's button posts `connection` (the
/// row's id) and `form_token` to `/settings/security/providers`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignInProviders {
    /// Those that are connected, the oldest first.
    pub connected: Vec<ConnectedProvider>,
    /// Those that can be.
    pub offered: Vec<ProviderButton>,
}

/// Somebody at a provider who opens the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConnectedProvider {
    /// Handle for the form.
    pub id: String,
    /// What people know the provider as.
    pub label: String,
    /// What the provider called the person when it was connected.
    pub shown: String,
    /// Since when.
    pub since: When,
    /// When it was last used to sign in, if ever.
    pub last_used: Option<When>,
    /// Whether it lets the person in: an administrator can take a provider away.
    pub is_in_force: bool,
    /// Whether a way in is left without it.
    pub can_go: bool,
}

impl SignInProviders {
    pub(crate) fn sample() -> Self {
        let row = |label: &str, shown: &str| ConnectedProvider {
            id: format!("connection-{}", shown.len()),
            label: label.into(),
            shown: shown.into(),
            since: When::new(SAMPLE_NOW - 90 * 86_400, SAMPLE_NOW),
            last_used: Some(When::new(SAMPLE_NOW - 86_400, SAMPLE_NOW)),
            is_in_force: true,
            can_go: true,
        };
        let unused = ConnectedProvider {
            last_used: None,
            is_in_force: false,
            ..row("https://id.example.org", "ada.l")
        };
        Self { connected: vec![row("Google", "ada@example.com"), unused], offered: ProviderButton::samples() }
    }

    /// The same of an account that can be signed in to in this way only.
    pub(crate) fn sample_last() -> Self {
        let mut one = Self::sample();
        one.connected.truncate(1);
        for row in &mut one.connected {
            row.can_go = false;
        }
        one
    }
}
