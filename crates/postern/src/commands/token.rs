//! `postern token …`

use std::io::Read as _;
use std::path::Path;

use anyhow::Context;
use clap::Subcommand;
use postern_flows::bearer;

use super::print_json;
use crate::{instance, settings};

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Say what a token is and whether it works
    Explain {
        /// The token; without it, or as “-”, it is read from standard input, which no process list shows
        token: Option<String>,
    },
}

/// Longest text that is read as a token, in bytes.
const LONGEST: u64 = 64 * 1024;

pub(crate) async fn run(config_file: Option<&Path>, command: TokenCommand) -> anyhow::Result<()> {
    let TokenCommand::Explain { token } = command;
    let token = match token.filter(|token| token != "-") {
        Some(token) => token,
        None => from_standard_input().context("the token cannot be read from standard input")?,
    };
    let app = instance::open(settings::load(config_file)?).await?;
    print_json(&bearer::explain(&app, &token).await?)
}

fn from_standard_input() -> std::io::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(LONGEST).read_to_string(&mut text)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
