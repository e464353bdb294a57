//! `cargo xtask conformance`: builds the release binary and has a running conformance suite judge it.

use crate::{
    machine::{cargo, root, target},
    steps::Steps,
};

/// The arguments, which are understood by the program this starts.
pub(crate) struct Options {
    arguments: Vec<String>,
}

impl Options {
    /// Takes the command line as it is.
    pub(crate) fn parse(arguments: &[String]) -> Self {
        Self { arguments: arguments.to_vec() }
    }

    /// A binary that is given is not built.
    fn names_server(&self) -> bool {
        self.arguments.iter().any(|argument| argument == "--server")
    }
}

/// Builds what is needed and runs the plans.
///
/// # Errors
/// When something could not be built or run, or a result is not as it is expected.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mut steps = Steps::default();
    let outcome = run_steps(options, &mut steps);
    steps.print_summary();
    outcome
}

fn run_steps(options: &Options, steps: &mut Steps) -> anyhow::Result<()> {
    if !options.names_server() {
        steps.command("the server", &mut cargo(&["build", "--release", "--package", "postern"]))?;
    }
    steps.command("the judge", &mut cargo(&["build", "--package", "postern-conformance"]))?;
    let mut command = std::process::Command::new(target().join("debug/postern-conformance"));
    command.args(&options.arguments).current_dir(root());
    if !options.names_server() {
        command.arg("--server").arg(target().join("release/postern"));
    }
    steps.command("the suite", &mut command)
}
