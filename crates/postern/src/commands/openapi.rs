//! `postern openapi`: what the API offers, for programs.

use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use super::print_json;
use crate::settings;

/// Prints the document that a server with these settings answers at `/openapi.json`.
pub(crate) fn run(config_file: Option<&Path>) -> anyhow::Result<()> {
    let config = settings::load(config_file)?;
    let document: Value = serde_json::from_str(&postern_http::openapi(&config)).context("the document")?;
    print_json(&document)
}
