//! Tasks of this repository: `cargo xtask test`, `bench`, `size`, `conformance` and `locales`.
//!
//! It builds in seconds, since it runs before anything else is built: standard library and `anyhow` only.

mod axe;
mod bench;
mod browser;
mod conformance;
mod locales;
mod machine;
mod postgres;
mod proxies;
mod redis;
mod size;
mod steps;
mod test;

use std::process::ExitCode;

use anyhow::bail;

const USAGE: &str = "\
usage: cargo xtask test [--sqlite-only] [--no-browser] [FILTER]
           formatting, lints, documentation, every test on SQLite and PostgreSQL, the browser tests,
           the build with traces;
           with FILTER only the tests whose names contain it
       cargo xtask bench [--sqlite-only] [--quick]
           operations a second of the release binary, beside the limits of this machine
       cargo xtask size [--people N] [--months N]
           how much room people take in the database who use it for months, by a clock that runs ahead
       cargo xtask conformance --suite URL [--database URL] [--plan NAME]… [--host NAME] [--server PATH] [--write]
           what the OpenID Foundation's conformance suite, running there, says of it; see docs/conformance.md
       cargo xtask locales
           adds to the catalogues in locales/ the messages that they lack; see docs/languages.md";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> anyhow::Result<()> {
    match arguments.split_first().map(|(task, rest)| (task.as_str(), rest)) {
        Some(("test", rest)) => test::run(&test::Options::parse(rest)?),
        Some(("bench", rest)) => bench::run(&bench::Options::parse(rest)?),
        Some(("size", rest)) => size::run(&size::Options::parse(rest)?),
        Some(("conformance", rest)) => conformance::run(&conformance::Options::parse(rest)),
        Some(("locales", _)) => locales::run(),
        Some(("help" | "--help" | "-h", _)) => {
            println!("{USAGE}");
            Ok(())
        }
        Some((other, _)) => bail!("there is no task called {other}\n{USAGE}"),
        None => bail!("say which task\n{USAGE}"),
    }
}
