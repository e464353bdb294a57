//! Measures Postern beside the limits of the machine, in one run: `cargo xtask bench` starts it.
//!
//! The server (and PostgreSQL) run on one core and the load on the other. Each limit is measured by this same program
//! on the server's core, since a figure of another day or machine says nothing about a ratio.

mod awake;
mod browser;
mod commits;
mod connection;
mod grants;
mod guard;
mod limits;
mod load;
mod options;
mod process;
mod report;
mod scenarios;
mod server;
mod statements;

use anyhow::Context as _;

use crate::{
    options::{Command, Options},
    report::Report,
};

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match Command::parse(std::env::args().skip(1))? {
            Command::Run(options) => run(&options).await,
            Command::Guard(options) => guard::measure(&options).await,
            Command::Limit(name, argument) => limits::measure(&name, &argument).await,
        }
    })
}

async fn run(options: &Options) -> anyhow::Result<()> {
    let mut report = Report::begin(options);
    report.limits(limits::all(options).await.context("measure the machine's limits")?);
    for database in options.databases() {
        let measured = scenarios::measure(options, &database).await;
        report.database(measured.with_context(|| format!("measure on {}", database.name()))?);
    }
    report.verdicts();
    guard::measure(options).await.context("measure the guard")
}
