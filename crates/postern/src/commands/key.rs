//! `postern key …`

use std::path::Path;

use clap::Subcommand;
use postern_domain::Timestamp;
use postern_flows::Actor;
use postern_flows::keys::{self, KeySet, PublishedKey};
use serde_json::{Value, json};

use super::print_json;
use crate::{instance, settings};

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// List the signing keys
    List,
    /// Make the next keys current, as soon as everybody can know them, and new ones next
    Rotate,
}

pub(crate) async fn run(config_file: Option<&Path>, command: KeyCommand) -> anyhow::Result<()> {
    let app = instance::open(settings::load(config_file)?).await?;
    let keys = match command {
        KeyCommand::List => app.signing_keys().await?,
        KeyCommand::Rotate => keys::rotate(&app, &Actor::operator()).await?,
    };
    print_json(&listed(&keys, app.clock.now()))
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
