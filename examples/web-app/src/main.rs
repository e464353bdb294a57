//! Runs Ledgerly by itself; `Settings::from_environment` names the variables it reads, `LISTEN` is its address.

use anyhow::Context as _;
use postern_example_web_app::{Settings, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::from_environment()?;
    let address = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8090".into());
    let listener =
        tokio::net::TcpListener::bind(&address).await.with_context(|| format!("listen on {address}"))?;
    eprintln!("Ledgerly is at {}", settings.base_url);
    serve(listener, settings).await
}
