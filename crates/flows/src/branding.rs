//! How the instance looks: what the console set wins over the settings, and these over what it is by itself. Every node
//! sees a change within a second.

mod change;
mod held;
mod stored;

use postern_domain::Accent;

use crate::{Config, SettingSource};
use stored::Stored;

pub use change::{BrandChange, change, remove_logo, set_logo};
pub(crate) use held::HeldBrand;
pub(crate) use stored::find_logo;

/// How the instance looks at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// What it calls itself.
    pub name: String,
    /// Its colour.
    pub accent: Option<Accent>,
    /// The digest of its logo; without one it has Postern's own mark.
    pub logo: Option<String>,
    /// Where each of them comes from.
    pub sources: BrandSources,
}

/// Where each part of a [`Brand`] comes from; `None` if it is as it is by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandSources {
    /// The name.
    pub name: Option<SettingSource>,
    /// The colour.
    pub accent: Option<SettingSource>,
    /// The logo, which only the console can set.
    pub logo: Option<SettingSource>,
}

impl Brand {
    fn new(config: &Config, stored: Stored) -> Self {
        let source = |is_stored: bool, setting: &str| match is_stored {
            true => Some(SettingSource::Console),
            false => config.sources.get(setting).cloned(),
        };
        let sources = BrandSources {
            name: source(stored.name.is_some(), "branding.name"),
            accent: source(stored.accent.is_some(), "branding.accent"),
            logo: source(stored.logo.is_some(), "branding.logo"),
        };
        Self {
            name: stored.name.unwrap_or_else(|| config.branding.name.clone()),
            accent: stored.accent.or_else(|| config.branding.accent.clone()),
            logo: stored.logo,
            sources,
        }
    }

    /// Where its logo is served, below the public URL.
    pub fn logo_path(&self) -> Option<String> {
        self.logo.as_ref().map(|digest| format!("/logos/{digest}.png"))
    }
}

#[cfg(test)]
mod tests;
