//! `postern serve`

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use postern_flows::api_tokens::{self, Presence};
use postern_flows::{App, Config, Tls, setup};
use postern_http::{Server, metrics_router};
use tokio::signal::unix::{SignalKind, signal};

use super::print_json;
use crate::traces::Traces;
use crate::{instance, service_manager, settings};

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Print the settings in effect as JSON, secrets hidden, and exit
    #[arg(long)]
    print_config: bool,
    /// Where to listen: an address with a port, or unix:/path
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The issuer: the URL by which people and apps reach the server
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// sqlite://path or postgres://…
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

pub(crate) async fn run(config_file: Option<&Path>, args: ServeArgs, traces: Traces) -> anyhow::Result<()> {
    let flags =
        [("listen", args.listen), ("public_url", args.public_url), ("database_url", args.database_url)];
    let config = settings::load_with(config_file, flags)?;
    if args.print_config {
        return print_json(&settings::shown(&config)?);
    }
    let servers = Servers::bind(&config).await?;
    let app = instance::open(config).await?;
    let node = api_tokens::enter(&app).await?;
    // A new instance makes its keys before it says that it is ready.
    app.signing_keys().await?;
    println!("{}", greeting(&app.config));
    if let Some(link) = setup::link(&app).await? {
        println!("Nobody has an account yet. Make the first administrator at {link}");
    }
    serve(app, servers, node, traces).await
}

/// Where people and apps reach the server, and where its figures are read.
pub(crate) struct Servers {
    main: Server,
    metrics: Option<Server>,
}

impl Servers {
    async fn bind(config: &Config) -> anyhow::Result<Self> {
        let metrics = match &config.metrics.listen {
            Some(listen) => {
                let bound = Server::bind_to(listen, &Tls::default()).await;
                Some(bound.context("metrics.listen cannot be had")?)
            }
            None => None,
        };
        Ok(Self { main: Server::bind(config).await?, metrics })
    }
}

impl From<Server> for Servers {
    fn from(main: Server) -> Self {
        Self { main, metrics: None }
    }
}

/// Serves until the process is told to stop.
pub(crate) async fn serve(
    app: Arc<App>,
    servers: Servers,
    node: Presence,
    traces: Traces,
) -> anyhow::Result<()> {
    let stop = stopped()?;
    let (upkeep, mails) = (instance::keep_up(&app), instance::send_mails(&app)?);
    let logouts = instance::tell_clients(&app);
    let alive = instance::say_alive(&app, node);
    let (recorder, fetches) = (instance::record(&app), instance::note_fetches(&app));
    let router = traces.around(postern_http::router(Arc::clone(&app)), &app);
    service_manager::tell(service_manager::READY);
    let metrics = servers.metrics.map(|server| tokio::spawn(show_metrics(server, Arc::clone(&app))));
    servers.main.serve(router, Arc::clone(&app.health), notice(&app.config), stop).await;
    for task in [upkeep, mails, logouts, alive].into_iter().chain(metrics) {
        task.abort();
    }
    tokio::join!(recorder.stop(), fetches.stop(), traces.stop());
    if let Err(refusal) = api_tokens::leave(&app, node).await {
        tracing::warn!(?refusal, "the other nodes could not be told that this one stops");
    }
    Ok(())
}

/// How long the server goes on while it says that it is about to end.
pub(crate) fn notice(config: &Config) -> Duration {
    Duration::from_secs(u64::try_from(config.shutdown.notice.as_seconds()).unwrap_or_default())
}

/// Shows the figures until it is aborted.
async fn show_metrics(server: Server, app: Arc<App>) {
    server.serve(metrics_router(app), Arc::default(), Duration::ZERO, std::future::pending()).await;
}

/// Done when the process is told to stop.
pub(crate) fn stopped() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
        service_manager::tell(service_manager::STOPPING);
        tracing::info!("stopping: no new connections, requests in progress are finished");
    })
}

/// What a server says of itself when it starts.
pub(crate) fn greeting(config: &Config) -> String {
    format!("Postern is ready at {}", config.issuer())
}
