//! `cargo xtask bench`: builds the release binary and measures it beside the limits of this machine.

use std::process::Command;

use anyhow::bail;

use crate::{
    machine::{cargo, on_core, root, target, two_cores},
    postgres::{Postgres, Purpose},
    steps::Steps,
};

/// What may be left out.
#[derive(Default)]
pub(crate) struct Options {
    sqlite_only: bool,
    quick: bool,
    guard: bool,
}

impl Options {
    /// Reads the command line.
    ///
    /// # Errors
    /// Names what was not understood.
    pub(crate) fn parse(arguments: &[String]) -> anyhow::Result<Self> {
        let mut options = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "--sqlite-only" => options.sqlite_only = true,
                "--quick" => options.quick = true,
                "--guard" => options.guard = true,
                other => bail!("there is no option {other}"),
            }
        }
        Ok(options)
    }
}

/// Builds, measures, and sums up.
///
/// # Errors
/// When something could not be measured; a goal that was missed is no error.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mut steps = Steps::default();
    let cores = two_cores();
    let outcome = run_steps(options, cores, &mut steps);
    steps.print_summary();
    outcome
}

fn run_steps(options: &Options, cores: Option<(&str, &str)>, steps: &mut Steps) -> anyhow::Result<()> {
    let build = ["build", "--release", "--package", "postern", "--package", "postern-bench"];
    steps.command("build", &mut cargo(&build))?;
    let server_core = cores.map(|(server, _)| server);
    let postgres = match options.sqlite_only || options.guard {
        true => None,
        false => Some(steps.step("PostgreSQL", || Postgres::start(Purpose::Measurements(server_core)))?),
    };
    let mut command = cores.map_or_else(|| Command::new("env"), |(_, load)| on_core(load));
    command.arg(target().join("release/postern-bench")).current_dir(root());
    command.arg("--server").arg(target().join("release/postern"));
    command.args(server_core.iter().flat_map(|core| ["--server-core", core]));
    command.args(postgres.iter().flat_map(|postgres| ["--postgres", postgres.url()]));
    command.args(options.quick.then_some("--quick"));
    command.args(options.guard.then_some("--guard"));
    steps.command("measurements", &mut command)
}
