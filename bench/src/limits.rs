//! What the machine can do at most, on the core the server gets: signatures, bare HTTP, commits.

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use axum::{Json, Router, routing::get};
use serde_json::json;

use crate::{
    awake,
    commits::{self, GROUP},
    connection::Connection,
    load::{self, Watched},
    options::Options,
    process::{Process, on_core},
    statements,
};

/// How long each limit is measured.
const TIME: Duration = Duration::from_secs(3);
/// Connections to the bare HTTP server.
const CONNECTIONS: usize = 16;

/// The machine's limits.
pub(crate) struct Limits {
    /// RS256 signatures a second with a 2048-bit key that was parsed once, and the CPU time of one.
    pub(crate) signatures: f64,
    pub(crate) signature_cpu: Duration,
    /// A small JSON answer a second from axum and nothing else.
    pub(crate) bare_axum: f64,
    /// Synced commits a second on SQLite: one row each, and rows in commits of [`GROUP`].
    pub(crate) single_commits: f64,
    pub(crate) grouped_commits: f64,
}

/// Measures all of them, each in a process of its own on the server's core.
pub(crate) async fn all(options: &Options) -> anyhow::Result<Limits> {
    let signatures = number(options, &["signatures"])?;
    Ok(Limits {
        signatures,
        signature_cpu: Duration::from_secs_f64(number(options, &["signature-cpu"])?),
        bare_axum: bare_axum(options).await?,
        single_commits: number(options, &["single-commits"])?,
        grouped_commits: number(options, &["grouped-commits"])?,
    })
}

/// How many times a second the database at `url` does what a refresh asks of it.
pub(crate) fn refresh_statements(options: &Options, url: &str) -> anyhow::Result<f64> {
    number(options, &["refresh-statements", url])
}

/// Measures one of them in this process, and prints it.
pub(crate) async fn measure(name: &str, argument: &str) -> anyhow::Result<()> {
    match name {
        "signatures" => println!("{}", signatures()?.0),
        "signature-cpu" => println!("{}", signatures()?.1),
        "bare-axum" => serve_bare_axum().await?,
        "awake" => awake::stay(),
        "single-commits" => println!("{}", commits::rate(1).await?),
        "grouped-commits" => println!("{}", commits::rate(GROUP).await?),
        "refresh-statements" => println!("{}", statements::rate(argument).await?),
        other => bail!("there is no limit called {other}"),
    }
    Ok(())
}

fn start(options: &Options, limit: &[&str]) -> anyhow::Result<Child> {
    let mut command = on_core(options.server_core.as_deref(), &env::current_exe()?);
    command.arg("limit").args(limit).stdin(Stdio::piped()).stdout(Stdio::piped());
    command.spawn().with_context(|| format!("start the measurement of {limit:?}"))
}

fn number(options: &Options, limit: &[&str]) -> anyhow::Result<f64> {
    let output = start(options, limit)?.wait_with_output()?;
    ensure!(output.status.success(), "the measurement of {limit:?} failed");
    String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .with_context(|| format!("read the measurement of {limit:?}"))
}

/// Signatures a second, and CPU seconds of one.
fn signatures() -> anyhow::Result<(f64, f64)> {
    let key = RsaKeyPair::generate(KeySize::Rsa2048)?;
    let random = SystemRandom::new();
    // About the length of an id_token's header and claims.
    let message = [7; 600];
    let mut signature = vec![0; key.public_modulus_len()];
    let (cpu, begin) = (Process::own().cpu()?, Instant::now());
    let mut count = 0_u32;
    while begin.elapsed() < TIME {
        key.sign(&RSA_PKCS1_SHA256, &random, &message, &mut signature)?;
        count += 1;
    }
    let cpu = Process::own().cpu()? - cpu;
    Ok((f64::from(count) / begin.elapsed().as_secs_f64(), cpu.as_secs_f64() / f64::from(count)))
}

async fn serve_bare_axum() -> anyhow::Result<()> {
    let answer =
        || async { Json(json!({"active": true, "scope": "openid profile email", "token_type": "Bearer"})) };
    let router = Router::new().fallback(get(answer).post(answer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    awake::ends_with_input();
    axum::serve(listener, router).await?;
    Ok(())
}

/// Starts axum and nothing else; it ends when its standard input closes.
pub(crate) fn start_bare_axum(options: &Options) -> anyhow::Result<(Child, u16)> {
    let mut child = start(options, &["bare-axum"])?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("its output")?).read_line(&mut line)?;
    let port = line.trim().parse().context("read its port")?;
    Ok((child, port))
}

async fn bare_axum(options: &Options) -> anyhow::Result<f64> {
    let (mut child, port) = start_bare_axum(options)?;
    let watched = Watched { server: Process(child.id()), database: None };
    let mut connections: Vec<_> = (0..CONNECTIONS).map(|_| Connection::new(port)).collect();
    let measured = load::run(options, watched, &mut connections, async |connection: &mut Connection| {
        let answer = connection.get("/", &[]).await?;
        ensure!(answer.status == 200, "it answered {}", answer.status);
        Ok(())
    })
    .await?;
    drop(child.stdin.take());
    child.wait()?;
    Ok(measured.rate)
}
