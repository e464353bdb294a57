//! `postern migrate`

use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;
use postern_flows::{Config, ServiceUrl, audit, transfer};
use postern_storage::StorageError;
use postern_storage::transfer::Transfer;
use serde_json::json;

use super::print_json;
use crate::{instance, settings};

#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    /// Move the instance from SQLite to this empty PostgreSQL database: postgres://…
    #[arg(long, value_name = "URL")]
    to: Option<String>,
}

pub(crate) async fn run(config_file: Option<&Path>, args: MigrateArgs) -> anyhow::Result<()> {
    let config = settings::load(config_file)?;
    match args.to {
        Some(to) => move_to(config, to.into()).await,
        None => {
            let applied = instance::migrate(&config).await?;
            print_json(&json!({ "applied": applied }))
        }
    }
}

async fn move_to(config: Config, to: ServiceUrl) -> anyhow::Result<()> {
    let from = config.database_url.clone();
    let mut transfer = match Transfer::begin(from.reveal()).await {
        Err(StorageError::Busy) => bail!(
            "a server or another program has {from} open: stop every `postern serve` on it first, so that nothing is left behind"
        ),
        transfer => transfer.with_context(|| format!("the instance cannot be moved from {from}"))?,
    };
    let tables = transfer.copy_to(to.reveal()).await;
    let tables =
        tables.with_context(|| format!("the instance cannot be moved to {to}; it is where it was"))?;
    let app = instance::open(Config { database_url: to.clone(), ..config }).await?;
    let verified = audit::verify(&app).await?;
    if !verified.intact {
        print_json(&verified)?;
        bail!(
            "the audit does not fit together in {to}, so the instance stays where it was: drop that database, and look at `postern \
             audit verify` here"
        );
    }
    let rows = tables.iter().map(|table| table.rows).sum();
    transfer::write_down(&app, rows).await?;
    transfer.leave(&to.to_string()).await?;
    eprintln!(
        "The instance is at {to} now. Set database_url to that, with the same secret key, and start the server. No server starts on \
         {from} any more; keep it until you have a backup."
    );
    print_json(&json!({ "tables": tables, "rows": rows, "audit": verified }))
}
