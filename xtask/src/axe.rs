//! The accessibility checker that the browser tests run in every page: axe-core, fetched once into `target/`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};

use crate::machine::{self, find, output};

/// The version that both packages below carry, so that machines agree in their verdicts.
const NPM_PACKAGE: &str = "axe-core@4.12.1";
const PYTHON_PACKAGE: &str = "axe-playwright-python==0.1.8";

/// The path of `axe.min.js`: the one in the environment's `POSTERN_AXE`, or the one fetched before, or fetched
/// now from npm's or Python's packages.
///
/// # Errors
/// When it can't be fetched; says what to install.
pub(crate) fn prepare() -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os("POSTERN_AXE") {
        return Ok(path.into());
    }
    let folder = machine::target().join("axe-4.12.1");
    let script = folder.join("axe.min.js");
    if script.is_file() {
        return Ok(script);
    }
    let scratch = folder.join("scratch");
    fs::create_dir_all(&scratch)?;
    let fetched = fetch(&scratch)?;
    fs::rename(&fetched, &script).context("keep axe.min.js")?;
    fs::remove_dir_all(&scratch)?;
    Ok(script)
}

fn fetch(scratch: &Path) -> anyhow::Result<PathBuf> {
    if let Some(npm) = find(&["npm"])
        && let Ok(script) = from_npm(&npm, scratch)
    {
        return Ok(script);
    }
    if python().is_none() {
        machine::install(
            &["python3", "python3-pip"],
            "npm or pip, which fetch the accessibility checker axe-core,",
            "Or set POSTERN_AXE to the path of an axe.min.js.",
        )?;
    }
    match python() {
        Some(python) => from_python(&python, scratch),
        None => {
            bail!("neither npm nor pip could fetch axe-core; set POSTERN_AXE to the path of an axe.min.js")
        }
    }
}

fn from_npm(npm: &Path, scratch: &Path) -> anyhow::Result<PathBuf> {
    output(Command::new(npm).args(["pack", "--silent", NPM_PACKAGE]).current_dir(scratch))?;
    output(Command::new("tar").arg("-xzf").arg(file_ending(scratch, "tgz")?).arg("-C").arg(scratch))?;
    Ok(scratch.join("package/axe.min.js"))
}

/// A Python that has pip.
fn python() -> Option<PathBuf> {
    let python = find(&["python3"])?;
    output(Command::new(&python).args(["-m", "pip", "--version"])).ok().map(|_| python)
}

fn from_python(python: &Path, scratch: &Path) -> anyhow::Result<PathBuf> {
    let download = ["-m", "pip", "download", "-q", "--no-deps", "-d", ".", PYTHON_PACKAGE];
    output(Command::new(python).args(download).current_dir(scratch))?;
    let wheel = file_ending(scratch, "whl")?;
    output(Command::new(python).args(["-m", "zipfile", "-e"]).arg(wheel).arg(scratch))?;
    Ok(scratch.join("axe_playwright_python/axe.min.js"))
}

fn file_ending(folder: &Path, ending: &str) -> anyhow::Result<PathBuf> {
    let files = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut matching = files.filter(|path| path.extension().is_some_and(|extension| extension == ending));
    matching.next().with_context(|| format!("no .{ending} file was fetched"))
}
