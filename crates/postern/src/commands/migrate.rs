//! `postern migrate`

use std::path::Path;

use serde_json::json;

use super::print_json;
use crate::{instance, settings};

pub(crate) async fn run(config_file: Option<&Path>) -> anyhow::Result<()> {
    let config = settings::load(config_file)?;
    let applied = instance::migrate(&config).await?;
    print_json(&json!({ "applied": applied }))
}
