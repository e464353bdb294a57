//! `cargo xtask test`: everything that has to hold before a change is good.

use std::{fmt::Write as _, process::Command};

use anyhow::{bail, ensure};

use crate::{
    browser::Browser,
    machine::{self, cargo, output},
    postgres::{Postgres, Purpose},
    proxies,
    redis::Redis,
    steps::Steps,
};

/// What differs in a build with traces: the program and its own tests.
const TRACES: [&str; 7] =
    ["--workspace", "--features", "postern/otel", "--bin", "postern", "--test", "traces"];

/// What may be left out, and which tests to run.
#[derive(Default)]
pub(crate) struct Options {
    sqlite_only: bool,
    no_browser: bool,
    filter: Option<String>,
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
                "--no-browser" => options.no_browser = true,
                flag if flag.starts_with('-') => bail!("there is no option {flag}"),
                filter if options.filter.is_none() => options.filter = Some(filter.to_owned()),
                more => bail!("one filter at a time, not {more} as well"),
            }
        }
        Ok(options)
    }

    /// The runs of the tests: their names, and what the test programs are told.
    fn passes(&self) -> Vec<(&'static str, Vec<&str>)> {
        let filter = self.filter.as_deref();
        let without_browser = ("tests", filter.into_iter().chain(["--skip", "browser::"]).collect());
        match (self.no_browser, filter) {
            (true, _) => vec![without_browser],
            (false, Some(filter)) => vec![("tests", vec![filter])],
            (false, None) => vec![without_browser, ("browser tests", vec!["browser::"])],
        }
    }

    /// What this run does not show, in words.
    fn left_out(&self) -> String {
        let mut words = String::new();
        if let Some(filter) = &self.filter {
            let _ = writeln!(
                words,
                "left out, as asked: formatting, lints, documentation, traces, tests without {filter:?}"
            );
        }
        if self.sqlite_only {
            words += "left out, as asked: every test on PostgreSQL, and those of counters shared in Redis\n";
        }
        if self.no_browser {
            words += "left out, as asked: the browser tests\n";
        }
        words
    }
}

/// Runs the steps and sums up. What nothing else builds on may fail without stopping the run.
///
/// # Errors
/// Names what failed.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mut steps = Steps::default();
    let outcome = run_steps(options, &mut steps);
    steps.print_summary();
    print!("{}", options.left_out());
    outcome
}

fn run_steps(options: &Options, steps: &mut Steps) -> anyhow::Result<()> {
    if options.filter.is_none() {
        check(steps)?;
    }
    let postgres = match options.sqlite_only {
        true => None,
        false => Some(steps.step("PostgreSQL", || Postgres::start(Purpose::Tests))?),
    };
    let redis = match options.sqlite_only {
        true => None,
        false => Some(steps.step("Redis", Redis::start)?),
    };
    let browser = match options.no_browser {
        true => None,
        false => Some(steps.step("browser", Browser::prepare)?),
    };
    steps.step("reverse proxies", proxies::prepare)?;
    // All of the workspace at once: building single packages would unify features differently and build
    // hundreds of dependencies again. `cargo test` alone would not build the program the tests start.
    steps.command("build", &mut cargo(&["build", "--workspace"]))?;
    let environment = |command: &mut Command| {
        command.env("POSTERN_BIN", machine::target().join("debug/postern")).env("POSTERN_TEST_PROXIES", "1");
        match &postgres {
            Some(postgres) => command.env("TEST_POSTGRES_URL", postgres.url()),
            None => command.env("POSTERN_TEST_SQLITE_ONLY", "1"),
        };
        command.envs(redis.iter().map(|redis| ("POSTERN_REDIS", redis.url())));
        command.envs(browser.iter().flat_map(Browser::variables));
    };
    for (name, libtest) in options.passes() {
        let mut tests = cargo(&["test", "--workspace", "--no-fail-fast", "--"]);
        environment(&mut tests);
        steps.check(name, tests.args(libtest));
    }
    // At the end: the program that the other tests start is another one afterwards.
    if options.filter.is_none() {
        steps.check("traces", &mut cargo(&[&["test"], &TRACES[..], &["--no-fail-fast"]].concat()));
    }
    steps.verdict()
}

/// What needs no test: formatting, lints and documentation.
fn check(steps: &mut Steps) -> anyhow::Result<()> {
    for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let there = output(&mut cargo(&[tool, "--version"])).is_ok();
        ensure!(there, "{component} is missing: rustup component add {component}");
    }
    steps.check("formatting", &mut cargo(&["fmt", "--all", "--check"]));
    let lint = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    steps.check("lints", &mut cargo(&lint));
    let lint = [&["clippy"], &TRACES[..], &["--quiet", "--", "-D", "warnings"]].concat();
    steps.check("lints of the build with traces", &mut cargo(&lint));
    let mut documentation =
        cargo(&["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"]);
    steps.check("documentation", documentation.env("RUSTDOCFLAGS", "-D warnings"));
    Ok(())
}
