use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::Instance;

/// What a command of the program came to.
#[derive(Debug)]
pub struct CommandResult {
    /// Its exit code.
    pub code: i32,
    /// What it printed for programs.
    pub stdout: String,
    /// What it printed for people.
    pub stderr: String,
}

impl Instance {
    /// Runs a command of the program beside the server.
    pub fn cli(&self, arguments: &[&str]) -> CommandResult {
        self.cli_with_input(arguments, "")
    }

    /// The same with something on standard input.
    pub fn cli_with_input(&self, arguments: &[&str], input: &str) -> CommandResult {
        use std::io::Write as _;
        use std::process::Stdio;
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("start the program");
        // A command that refuses its arguments does not read.
        let _ = child.stdin.take().expect("standard input").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("its output");
        CommandResult {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Runs a command that prepares a test; on a machine so busy that it got no turn at the database, once more.
    pub(crate) fn prepare(&self, arguments: &[&str], input: &str) -> Value {
        let mut result = self.cli_with_input(arguments, input);
        for _ in 0..5 {
            if !result.stderr.contains("try again") && !result.stderr.contains("busy") {
                break;
            }
            result = self.cli_with_input(arguments, input);
        }
        result.json()
    }

    /// The program with this instance's settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let site = &self.running.site;
        let mut command = Command::new(program());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("POSTERN_")) {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(site.folder.path()).envs(&site.settings);
        command.env("POSTERN_PUBLIC_URL", site.public.as_str().trim_end_matches('/'));
        command.env("POSTERN_LISTEN", self.running.listen.to_string());
        command.envs(&*self.changed());
        command
    }
}

impl CommandResult {
    /// What it printed for programs.
    ///
    /// # Panics
    /// If it failed, or printed something else than JSON.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }
}

/// The program under test: `POSTERN_BIN`, or what was built beside the tests.
pub(crate) fn program() -> PathBuf {
    if let Some(program) = std::env::var_os("POSTERN_BIN") {
        return program.into();
    }
    let tests = std::env::current_exe().expect("the tests' own path");
    let built = tests.parent().and_then(Path::parent).map(|folder| folder.join("postern")).expect("a folder");
    assert!(
        built.is_file(),
        "{} is missing: run `cargo build --workspace` first, or set POSTERN_BIN",
        built.display()
    );
    built
}
