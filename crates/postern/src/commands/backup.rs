//! `postern backup`

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;
use postern_flows::Config;
use postern_storage::{Database, backup};
use serde_json::json;

use super::print_json;
use crate::settings;

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// The file to make; there must be none of that name
    file: PathBuf,
}

pub(crate) async fn run(config_file: Option<&Path>, args: BackupArgs) -> anyhow::Result<()> {
    let config = settings::load(config_file)?;
    refuse_postgres(&config)?;
    backup::make(config.database_url.reveal(), &args.file).await?;
    eprintln!(
        "The secret key is not in it: keep {} as well, in another place",
        config.secret_key_file.display()
    );
    let bytes = std::fs::metadata(&args.file)?.len();
    print_json(&json!({ "file": args.file, "bytes": bytes }))
}

fn refuse_postgres(config: &Config) -> anyhow::Result<()> {
    if Database::of(config.database_url.reveal())? == Database::Postgres {
        bail!(
            "the instance is on PostgreSQL, which makes backups of its own: pg_dump --format=custom --file=FILE URL. After \
             pg_restore, and before any node starts, run `postern restore --end-access` (docs/operations.md)"
        );
    }
    Ok(())
}
