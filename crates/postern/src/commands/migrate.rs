//! `postern migrate`

use std::path::Path;

use postern_storage::Db;
use serde_json::json;

use super::print_json;
use crate::settings;

pub(crate) async fn run(config_file: Option<&Path>) -> anyhow::Result<()> {
    let config = settings::load(config_file)?;
    let applied = Db::migrate(config.database_url.reveal()).await?;
    print_json(&json!({ "applied": applied }))
}
