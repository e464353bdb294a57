//! What the guard costs: asked at `/v1/guard` with tokens of few and many limits, and as a reverse proxy in front of an
//! API that does nothing, beside nginx that guards nothing.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Child,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, anyhow, bail, ensure};

use crate::{
    awake::Awake,
    connection::Connection,
    limits,
    load::{self, Measured, Watched},
    options::Options,
    process::{Process, on_core},
    server::Instance,
};

/// Connections that ask at once.
const CONNECTIONS: usize = 16;
/// How many limits the tokens have; the last one lets the request pass.
const LINES: [usize; 4] = [0, 1, 10, 1_000];
const USER: &str = "bench";
/// How long one turn lasts at a pace, and how long it goes on before it counts.
const TURN: Duration = Duration::from_secs(1);
const BEFORE_TURN: Duration = Duration::from_millis(250);
const TURNS: usize = 11;
const PATH: &str = "/rest/api/2/issue/JRA-1";

/// Measures, and prints a table.
pub(crate) async fn measure(options: &Options) -> anyhow::Result<()> {
    let instance =
        Instance::new(options, |folder: &Path| format!("sqlite://{}", folder.join("postern.db").display()))?;
    let running = instance.start().await?;
    instance.create_user(USER, "correct-horse-7-battery")?;
    println!("\n## The guard\n\n| asked | calls/s | p50 | p99 | CPU of one |\n|---|---|---|---|---|");
    let mut token = String::new();
    for lines in LINES {
        let limits: Vec<String> = (1..=lines).map(|at| limit(lines - at)).collect();
        token = instance.create_token(USER, &format!("{lines} lines"), &limits)?;
        let authorization = format!("Bearer {token}");
        let headers = [
            ("authorization", authorization.as_str()),
            ("x-forwarded-method", "GET"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "api.example.com"),
            ("x-forwarded-uri", PATH),
        ];
        let measured = full(options, running.process(), instance.port, "/v1/guard", &headers).await?;
        row(&format!("`/v1/guard`, {lines} lines"), &measured);
    }
    behind(options, &instance, &token).await
}

/// The line that lets the request pass is number 0.
fn limit(number: usize) -> String {
    match number {
        0 => "[get].*/rest/api/2/issue/JRA.*".to_owned(),
        other => format!("[get].*/rest/api/2/issue/P{other}-.*"),
    }
}

/// The API itself, behind nginx and behind `postern guard`.
async fn behind(options: &Options, instance: &Instance, token: &str) -> anyhow::Result<()> {
    let (mut api, upstream) = limits::start_bare_axum(options)?;
    let port = free_port()?;
    let guard = instance.start_guard(port, upstream).await?;
    let nginx = Nginx::start(options, instance.folder(), upstream)?;
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str())];
    let direct = full(options, Process(api.id()), upstream, PATH, &headers).await?;
    row("the API itself", &direct);
    if let Some(nginx) = &nginx {
        row("behind nginx", &full(options, Process(nginx.child.id()), nginx.port, PATH, &headers).await?);
    }
    let guarded = full(options, guard.process(), port, PATH, &headers).await?;
    row("behind `postern guard`", &guarded);
    let mut asked = vec![("the API itself", upstream), ("behind `postern guard`", port)];
    asked.extend(nginx.as_ref().map(|nginx| ("behind nginx", nginx.port)));
    at_half(options, guarded.rate / 2.0, &asked, &headers)?;
    drop(api.stdin.take());
    api.wait()?;
    Ok(())
}

fn row(name: &str, measured: &Measured) {
    let Measured { rate, p50, p99, server_cpu, .. } = measured;
    println!("| {name} | {rate:.0} | {p50:.2?} | {p99:.2?} | {server_cpu:.1?} |");
}

async fn ask(connection: &mut Connection, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<()> {
    let answer = connection.get(path, headers).await?;
    ensure!(answer.status == 200, "it answered {}: {}", answer.status, answer.text());
    Ok(())
}

/// As fast as it goes.
async fn full(
    options: &Options,
    server: Process,
    port: u16,
    path: &str,
    headers: &[(&str, &str)],
) -> anyhow::Result<Measured> {
    // The first call reads the token and makes its limits ready; what counts is how it goes on.
    ask(&mut Connection::new(port), path, headers).await?;
    let mut connections: Vec<_> = (0..CONNECTIONS).map(|_| Connection::new(port)).collect();
    let watched = Watched { server, database: None };
    load::run(options, watched, &mut connections, async |connection: &mut Connection| {
        ask(connection, path, headers).await
    })
    .await
}

/// The API alone and what stands in front of it, at half of what the guard can do.
///
/// They take turns of a second, and the middle one of their turns counts: a machine that stands still for some
/// milliseconds spoils the turn it does so in, and no other.
fn at_half(
    options: &Options,
    half: f64,
    asked: &[(&str, u16)],
    headers: &[(&str, &str)],
) -> anyhow::Result<()> {
    let _awake = Awake::start(options)?;
    let mut turns = vec![Vec::new(); asked.len()];
    for _ in 0..TURNS {
        for ((_, port), turns) in asked.iter().zip(&mut turns) {
            turns.push(paced(half, *port, headers)?);
        }
    }
    println!(
        "\nAt half of what `postern guard` can do, {half:.0} calls/s, paced; of {TURNS} turns of a second:\n"
    );
    println!(
        "| asked | p50, middle turn | p99, best turn | middle turn | worst turn |\n|---|---|---|---|---|"
    );
    let mut middles = Vec::new();
    for ((name, _), turns) in asked.iter().zip(&turns) {
        let sorted = |of: fn(&(Duration, Duration)) -> Duration| {
            let mut times: Vec<Duration> = turns.iter().map(of).collect();
            times.sort_unstable();
            times
        };
        let (p50, p99) = (sorted(|turn| turn.0), sorted(|turn| turn.1));
        let (Some(p50), [best, .., worst], Some(middle)) = (p50.get(TURNS / 2), &p99[..], p99.get(TURNS / 2))
        else {
            bail!("there were no turns");
        };
        println!("| {name} | {p50:.2?} | {best:.2?} | {middle:.2?} | {worst:.2?} |");
        middles.push(*middle);
    }
    let [direct, guarded, ..] = middles[..] else { bail!("nothing was asked") };
    let added = guarded.saturating_sub(direct);
    let verdict = if added < Duration::from_millis(1) { "met" } else { "MISSED" };
    println!("\nadded at p99: {added:.2?} (goal: under 1 ms, {verdict})");
    Ok(())
}

/// A turn at this rate; the median and the 99th percentile from the moment at which each call was due.
///
/// Each connection has a thread that sleeps until its next call is due: the operating system wakes it to within some
/// 60 µs, where a timer of the runtime would be a millisecond late and waiting busily would take the core from others.
fn paced(rate: f64, port: u16, headers: &[(&str, &str)]) -> anyhow::Result<(Duration, Duration)> {
    let interval = Duration::from_secs_f64(CONNECTIONS as f64 / rate);
    let begin = Instant::now();
    let (counts_from, end) = (begin + BEFORE_TURN, begin + BEFORE_TURN + TURN);
    let one = |number: usize| -> anyhow::Result<Vec<Duration>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let mut connection = Connection::new(port);
        let mut due = begin + interval.mul_f64(number as f64 / CONNECTIONS as f64);
        let mut times = Vec::new();
        while due < end {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            runtime.block_on(ask(&mut connection, PATH, headers))?;
            if due >= counts_from {
                times.push(due.elapsed());
            }
            due += interval;
        }
        Ok(times)
    };
    let mut times = thread::scope(|scope| {
        let running: Vec<_> = (0..CONNECTIONS).map(|number| scope.spawn(move || one(number))).collect();
        running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| anyhow!("a connection's thread panicked"))?)
            .collect::<anyhow::Result<Vec<_>>>()
    })?
    .concat();
    times.sort_unstable();
    let at = |hundredth: usize| times.get(times.len() * hundredth / 100).copied().context("no call was made");
    Ok((at(50)?, at(99)?))
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// nginx that passes everything on; it ends with this value.
struct Nginx {
    child: Child,
    port: u16,
}

impl Nginx {
    /// Starts it, if it is installed.
    fn start(options: &Options, folder: &Path, upstream: u16) -> anyhow::Result<Option<Self>> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
        let Some(program) = folders.find(|folder| folder.join("nginx").is_file()) else {
            return Ok(None);
        };
        let port = free_port()?;
        let file = folder.join("nginx.conf");
        let text = format!(
            "pid nginx.pid; error_log stderr; worker_processes 1; daemon off; master_process off; events {{}} http {{ \
             access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; \
             scgi_temp_path s; upstream api {{ server 127.0.0.1:{upstream}; keepalive 64; }} \
             server {{ listen 127.0.0.1:{port}; keepalive_requests 10000000; location / {{ proxy_pass http://api; \
             proxy_http_version 1.1; proxy_set_header Connection \"\"; }} }} }}"
        );
        std::fs::write(&file, text)?;
        let mut command = on_core(options.server_core.as_deref(), &program.join("nginx"));
        let child = command.arg("-p").arg(folder).arg("-c").arg(file).spawn().context("start nginx")?;
        let begin = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(begin.elapsed() < Duration::from_secs(5), "nginx does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Some(Self { child, port }))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
