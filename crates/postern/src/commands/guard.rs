//! `postern guard`

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use postern_http::{Server, Upstream, guarded};

use super::serve::{notice, stopped};
use crate::traces::Traces;
use crate::{instance, settings};

#[derive(Debug, Args)]
pub(crate) struct GuardArgs {
    /// The API to stand in front of: http://HOST:PORT
    #[arg(long, value_name = "URL")]
    upstream: String,
    /// Where to listen: an address with a port, or unix:/path
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
}

pub(crate) async fn run(config_file: Option<&Path>, args: GuardArgs, traces: Traces) -> anyhow::Result<()> {
    let flags = [("guard.listen", args.listen)];
    let mut config = settings::load_with(config_file, flags)?;
    let upstream = Upstream::new(&args.upstream)?;
    config.listen = config.guard.listen.clone();
    let server = Server::bind(&config).await?;
    let app = instance::open(config).await?;
    println!("The guard stands in front of {} at {}", args.upstream, server.bound().context("no address")?);
    let recorder = instance::record(&app);
    let (health, notice) = (Arc::clone(&app.health), notice(&app.config));
    let router = traces.around(guarded(Arc::clone(&app), upstream), &app);
    server.serve(router, health, notice, stopped()?).await;
    tokio::join!(recorder.stop(), traces.stop());
    Ok(())
}
