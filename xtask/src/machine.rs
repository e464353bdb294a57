//! What this machine has, and what can be installed on it.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let manifest = env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&manifest).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Where everything goes that is built or fetched.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Cargo, at the repository's root.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments).current_dir(root());
    cargo
}

/// The first of these programs that is in `PATH`.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names
        .iter()
        .find_map(|name| env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file()))
}

/// The cores for the thing measured and for the load: none where there are too few, or no way to hold a process.
pub(crate) fn two_cores() -> Option<(&'static str, &'static str)> {
    let enough = std::thread::available_parallelism().is_ok_and(|cores| cores.get() >= 2);
    (enough && find(&["taskset"]).is_some()).then_some(("0", "1"))
}

/// The beginning of a command that is held to one core.
pub(crate) fn on_core(core: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", core]);
    command
}

/// Whether this runs as root.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// What a command prints, trimmed.
///
/// # Errors
/// When it can't be started or fails, with what it said.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().display().to_string();
    let output = command.output().with_context(|| format!("start {name}"))?;
    if !output.status.success() {
        bail!("{name} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Installs Debian packages where that is possible: as root, with apt-get.
///
/// # Errors
/// Says what to install by hand where it is not.
pub(crate) fn install(packages: &[&str], what: &str, otherwise: &str) -> anyhow::Result<()> {
    let by_hand = format!(
        "{what} is missing. On Debian or Ubuntu: apt-get install {}. {otherwise}",
        packages.join(" ")
    );
    let Some(apt) = find(&["apt-get"]).filter(|_| is_root()) else { bail!(by_hand) };
    println!("{what} is missing: installing {}", packages.join(" "));
    for arguments in [&["update", "-qq"][..], &["install", "-y", "-qq", "--no-install-recommends"]] {
        let mut command = Command::new(&apt);
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        if arguments.contains(&"install") {
            command.args(packages);
        }
        if !command.status().context("start apt-get")?.success() {
            bail!("apt-get failed. {by_hand}");
        }
    }
    Ok(())
}
