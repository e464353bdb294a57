//! `cargo xtask locales`: the test that knows every message adds those that a catalogue lacks.

use std::process::Command;

use anyhow::ensure;

/// Adds them.
///
/// # Errors
/// When the sources do not build, or a catalogue can't be read.
pub(crate) fn run() -> anyhow::Result<()> {
    let status = Command::new("cargo")
        .args(["test", "-q", "-p", "postern-templating", "catalogues_have_all_messages"])
        .env("POSTERN_UPDATE_LOCALES", "1")
        .status()?;
    ensure!(status.success(), "the catalogues could not be completed");
    Ok(())
}
