//! The `postern` program: settings, wiring, commands.

mod cli;
mod commands;
mod instance;
mod log;
mod service_manager;
mod settings;
mod traces;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::traces::Traces;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("postern: {error:#}");
            ExitCode::from(1)
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let traces = Traces::start(cli.command.serves())?;
    commands::run(cli, traces).await
}
