//! `postern server branding`

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use postern_flows::branding::{self, Brand, BrandChange};
use postern_flows::logo::MAX_LOGO_BYTES;
use postern_flows::{Actor, App};
use serde_json::{Value, json};

use super::source;

#[derive(Debug, Args)]
pub(crate) struct BrandingArgs {
    /// What the server calls itself
    #[arg(long)]
    name: Option<String>,
    /// Its colour, such as '#336699'
    #[arg(long, value_name = "COLOUR")]
    accent: Option<String>,
    /// The file of its logo: PNG, JPEG or WebP, up to 1 MB
    #[arg(long, value_name = "FILE")]
    logo: Option<PathBuf>,
    /// What is put back to what the settings say; can be given more than once
    #[arg(long, value_name = "WHAT")]
    reset: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    Name,
    Accent,
    Logo,
}

/// Changes what is asked for, if anything is, and answers how the server looks.
pub(super) async fn run(app: &App, actor: &Actor, args: BrandingArgs) -> anyhow::Result<Value> {
    let change = BrandChange {
        name: changed("name", args.name, args.reset.contains(&Part::Name))?,
        accent: changed("accent", args.accent, args.reset.contains(&Part::Accent))?,
    };
    // Read before anything is changed.
    let picture = args.logo.as_deref().map(picture).transpose()?;
    let logo = changed("logo", picture, args.reset.contains(&Part::Logo))?;
    if change != BrandChange::default() {
        branding::change(app, actor, &change).await?;
    }
    match logo {
        Some(Some(picture)) => {
            branding::set_logo(app, actor, picture).await?;
        }
        Some(None) => {
            branding::remove_logo(app, actor).await?;
        }
        None => {}
    }
    Ok(shown(app, &app.brand()))
}

fn changed<T>(what: &str, to: Option<T>, is_reset: bool) -> anyhow::Result<Option<Option<T>>> {
    match (to, is_reset) {
        (Some(_), true) => bail!("--{what} and --reset {what} are not for one call: leave one of them out"),
        (Some(to), false) => Ok(Some(Some(to))),
        (None, is_reset) => Ok(is_reset.then_some(None)),
    }
}

fn picture(file: &Path) -> anyhow::Result<Vec<u8>> {
    let named = || format!("the logo in {}", file.display());
    if fs::metadata(file).with_context(named)?.len() > MAX_LOGO_BYTES as u64 {
        bail!("{} is larger than 1 MB; give a smaller one", named());
    }
    fs::read(file).with_context(named)
}

fn shown(app: &App, brand: &Brand) -> Value {
    json!({
        "name": brand.name,
        "accent": brand.accent,
        "logo_url": brand.logo_path().map(|path| app.config.url(&path)),
        "sources": {
            "name": source(brand.sources.name.as_ref()),
            "accent": source(brand.sources.accent.as_ref()),
            "logo": source(brand.sources.logo.as_ref()),
        },
    })
}
