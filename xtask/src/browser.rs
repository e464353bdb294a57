//! The browser the tests drive: Chromium, its WebDriver server, and axe-core.

use std::{env, path::PathBuf, process::Command};

use anyhow::Context as _;

use crate::{
    axe,
    machine::{find, install, output},
};

/// A browser and what drives and judges it.
pub(crate) struct Browser {
    driver: PathBuf,
    chromium: PathBuf,
    axe: PathBuf,
}

impl Browser {
    /// Finds Chromium and its driver (`CHROMIUM` and `CHROMEDRIVER` in the environment come first), or installs
    /// them, and fetches axe-core.
    ///
    /// # Errors
    /// Says what is missing and how to get it.
    pub(crate) fn prepare() -> anyhow::Result<Self> {
        if chromium().is_none() || driver().is_none() {
            install(
                &["chromium", "chromium-driver", "fonts-dejavu-core"],
                "Chromium with chromedriver",
                "Elsewhere, install Chromium or Chrome and the chromedriver of the same version, or set CHROMIUM and \
                 CHROMEDRIVER to their paths. --no-browser leaves the browser tests out.",
            )?;
        }
        let chromium = chromium().context("chromium is still missing")?;
        let driver = driver().context("chromedriver is still missing")?;
        println!("{} at {}", output(Command::new(&driver).arg("--version"))?, driver.display());
        Ok(Self { driver, chromium, axe: axe::prepare()? })
    }

    /// What the tests read to find it.
    pub(crate) fn variables(&self) -> [(&'static str, &PathBuf); 3] {
        [("POSTERN_BROWSER", &self.driver), ("POSTERN_CHROMIUM", &self.chromium), ("POSTERN_AXE", &self.axe)]
    }
}

fn chromium() -> Option<PathBuf> {
    let named = env::var_os("CHROMIUM").map(PathBuf::from);
    named.or_else(|| find(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]))
}

fn driver() -> Option<PathBuf> {
    env::var_os("CHROMEDRIVER").map(PathBuf::from).or_else(|| find(&["chromedriver"]))
}
