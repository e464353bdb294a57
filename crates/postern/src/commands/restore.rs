//! `postern restore`

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Args;
use postern_flows::restore::{self, Access, Choice, Restored};
use postern_flows::{Clock, Config, SystemClock};
use postern_storage::Database;

use super::print_json;
use crate::{instance, settings};

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The backup. Without it, access is ended to a PostgreSQL database that pg_restore has put back
    file: Option<PathBuf>,
    /// Carry nothing over from the database that is replaced: everybody signs in again, every app asks again
    #[arg(long)]
    end_access: bool,
    /// Where nobody knows which personal and organization tokens were revoked since, let those of the backup work
    #[arg(long)]
    keep_tokens: bool,
}

pub(crate) async fn run(config_file: Option<&Path>, args: RestoreArgs) -> anyhow::Result<()> {
    let config = settings::load(config_file)?;
    let choice = Choice { end_access: args.end_access, keep_tokens: args.keep_tokens };
    let restored = match (Database::of(config.database_url.reveal())?, &args.file) {
        (Database::Sqlite, Some(file)) => put_back(&config, file, choice).await?,
        (Database::Sqlite, None) => bail!("which backup? postern restore FILE"),
        (Database::Postgres, Some(_)) => bail!(
            "the instance is on PostgreSQL: put the backup back by pg_restore, then run `postern restore --end-access` before any \
             node starts (docs/operations.md)"
        ),
        (Database::Postgres, None) => {
            ensure!(
                args.end_access,
                "say --end-access: after pg_restore, what was spent and revoked since would work again"
            );
            let app = instance::open(config.clone()).await?;
            restore::end_access(&app.db, choice, app.clock.now()).await?
        }
    };
    let app = instance::open(config).await.context("the backup is in its place, but")?;
    restore::write_down(&app, &restored).await?;
    tell(&restored);
    print_json(&restored)
}

async fn put_back(config: &Config, file: &Path, choice: Choice) -> anyhow::Result<Restored> {
    let key = &config.secret_key_file;
    ensure!(
        key.exists(),
        "the secret key {} is not there; no backup can be read without the one it was made with",
        key.display()
    );
    let secret_key = instance::secret_key(key)?;
    Ok(restore::restore(config, &secret_key, file, choice, SystemClock.now()).await?)
}

fn tell(restored: &Restored) {
    if let Some(replaced) = &restored.replaced {
        eprintln!("What was there is in {} now", replaced.display());
    }
    let told = match restored.access {
        Access::CarriedOver => {
            "Sessions, tokens and secrets are as they were in the database that was replaced"
        }
        Access::Ended => {
            "Nobody knows what was revoked since the backup: everybody signs in again, every app asks again, and personal and \
             organization tokens have to be made anew"
        }
        Access::EndedButTokens => {
            "Everybody signs in again and every app asks again. Personal and organization tokens that were revoked since the backup \
             work again: revoke them"
        }
    };
    eprintln!("{told}.");
    if restored.access != Access::CarriedOver {
        eprintln!(
            "Passwords, second factors and client secrets are those of the backup: change what was changed since, and run \
             `postern key rotate` if a signing key was stolen."
        );
    }
}
