//! One file for each command.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod client;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod guard;
pub(crate) mod initial_access_token;
pub(crate) mod key;
pub(crate) mod migrate;
pub(crate) mod openapi;
pub(crate) mod org;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod server;
pub(crate) mod token;
pub(crate) mod user;

use serde::Serialize;

use crate::cli::{Cli, Command};
use crate::traces::Traces;

/// Runs the command that was asked for.
pub(crate) async fn run(cli: Cli, traces: Traces) -> anyhow::Result<()> {
    let config_file = cli.global.config.as_deref();
    match cli.command {
        Command::Serve(args) => serve::run(config_file, args, traces).await,
        Command::Guard(args) => guard::run(config_file, args, traces).await,
        Command::Demo => demo::run(traces).await,
        Command::Migrate(args) => migrate::run(config_file, args).await,
        Command::Backup(args) => backup::run(config_file, args).await,
        Command::Restore(args) => restore::run(config_file, args).await,
        Command::Client(command) => client::run(config_file, command).await,
        Command::InitialAccessToken(command) => initial_access_token::run(config_file, command).await,
        Command::Org(command) => org::run(config_file, command).await,
        Command::User(command) => user::run(config_file, command).await,
        Command::Key(command) => key::run(config_file, command).await,
        Command::Server(command) => server::run(config_file, command).await,
        Command::Token(command) => token::run(config_file, command).await,
        Command::Audit(command) => audit::run(config_file, command).await,
        Command::Openapi => openapi::run(config_file),
        Command::Doctor => doctor::run(config_file).await,
    }
}

/// The answer of a command: JSON on standard output.
pub(crate) fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    use std::io::Write;

    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    Ok(())
}
