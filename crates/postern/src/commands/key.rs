//! `postern key …`

use std::path::Path;

use clap::Subcommand;
use postern_domain::Timestamp;
use postern_flows::keys::{self, KeyFetcher, KeySet, PublishedKey};
use postern_flows::{Actor, App};
use serde_json::{Value, json};

use super::print_json;
use crate::{instance, settings};

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// List the signing keys
    List,
    /// List who has fetched the signing keys, and whether the next ones were among them
    Fetches,
    /// Make the next keys current, as soon as everybody can know them, and new ones next
    Rotate,
}

pub(crate) async fn run(config_file: Option<&Path>, command: KeyCommand) -> anyhow::Result<()> {
    let app = instance::open(settings::load(config_file)?).await?;
    let keys = match command {
        KeyCommand::List => app.signing_keys().await?,
        KeyCommand::Fetches => return fetches(&app).await,
        KeyCommand::Rotate => {
            warn_of_those_behind(&app).await?;
            keys::rotate(&app, &Actor::operator()).await?
        }
    };
    print_json(&listed(&keys, app.clock.now()))
}

async fn fetches(app: &App) -> anyhow::Result<()> {
    let one = |fetcher: KeyFetcher| {
        json!({
            "address": fetcher.address,
            "program": fetcher.program,
            "first_at": fetcher.first_at,
            "last_at": fetcher.last_at,
            "fetches": fetcher.fetches,
            "has_next": fetcher.has_next,
        })
    };
    let found = keys::fetchers(app, &Actor::operator()).await?;
    print_json(&json!({ "items": found.into_iter().map(one).collect::<Vec<_>>() }))
}

async fn warn_of_those_behind(app: &App) -> anyhow::Result<()> {
    let (found, now) = (keys::fetchers(app, &Actor::operator()).await?, app.clock.now());
    let behind = found.iter().filter(|fetcher| fetcher.is_behind(now)).count();
    if behind > 0 {
        eprintln!(
            "{behind} of the programs that fetched the keys in the last day did not have the next keys yet: see postern key \
             fetches. They may refuse what those sign until they fetch them again."
        );
    }
    Ok(())
}

fn listed(keys: &KeySet, now: Timestamp) -> Value {
    let one = |published: &PublishedKey| {
        json!({
            "kid": published.key.kid(),
            "algorithm": published.key.algorithm(),
            "state": published.state(now),
            "created_at": published.created_at,
            "signs_from": published.signs_from,
            "signs_until": published.signs_until,
            "removed_at": published.removed_at,
        })
    };
    json!({ "items": keys.keys().iter().map(one).collect::<Vec<_>>() })
}
