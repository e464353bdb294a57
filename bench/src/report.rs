//! The tables and verdicts, as Markdown.

use std::time::Duration;

use crate::{commits::GROUP, limits::Limits, load::Measured, options::Options, scenarios::OnDatabase};

/// What was measured so far; each part is printed as soon as it is known.
pub(crate) struct Report {
    limits: Option<Limits>,
    databases: Vec<OnDatabase>,
}

impl Report {
    /// Says how it will be measured.
    pub(crate) fn begin(options: &Options) -> Self {
        let place = match &options.server_core {
            Some(core) => format!("the server and its database on core {core}, the load beside it"),
            None => "not held to cores, so server and load disturb each other".to_owned(),
        };
        println!(
            "# Measurements\n\n{}; {:.1} s to warm up, {:.1} s on the clock.",
            place,
            options.warm_up.as_secs_f64(),
            options.duration.as_secs_f64()
        );
        Self { limits: None, databases: Vec::new() }
    }

    /// Prints the machine's limits.
    pub(crate) fn limits(&mut self, limits: Limits) {
        println!("\n## The machine, one core\n\n| limit | a second |\n|---|---:|");
        println!(
            "| RS256 signatures, 2048 bits, aws-lc ({} of CPU each) | {:.0} |",
            time(limits.signature_cpu),
            limits.signatures
        );
        println!("| bare axum, a small JSON answer | {:.0} |", limits.bare_axum);
        println!("| SQLite, synced commits of one row | {:.0} |", limits.single_commits);
        println!("| SQLite, rows in synced commits of {GROUP} | {:.0} |", limits.grouped_commits);
        self.limits = Some(limits);
    }

    /// Prints what was measured on a database.
    pub(crate) fn database(&mut self, on: OnDatabase) {
        println!("\n## On {}\n", on.name);
        println!(
            "| operation | a second | p50 | p99 | server CPU | database CPU | load's share of its core |"
        );
        println!("|---|---:|---:|---:|---:|---:|---:|");
        row("code flow: authorize, token, RS256 id_token", &on.flow);
        row("refresh with id_token, 64 at once", &on.refresh);
        row("refresh without id_token, 64 at once", &on.plain_refresh);
        row("introspection", &on.introspect);
        row("userinfo", &on.userinfo);
        println!("\nA refresh's own statements alone: {:.0} a second. ", on.refresh_statements);
        println!("Start to the first answer: {}. ", time(on.cold_start));
        println!(
            "Memory: {:.1} MiB idle, {:.1} MiB at most under this load.",
            on.idle_memory, on.peak_memory
        );
        self.databases.push(on);
    }

    /// Prints whether the goals were reached; each is a ratio within this run, or stands by itself.
    pub(crate) fn verdicts(&self) {
        let Some(limits) = &self.limits else { return };
        println!("\n## Goals\n\n| goal | on | measured | |\n|---|---|---:|---|");
        for on in &self.databases {
            let ratio = |part: f64, whole: f64| part / whole;
            let flow = ratio(on.flow.server_cpu.as_secs_f64(), limits.signature_cpu.as_secs_f64());
            verdict("code flow: CPU of at most 3 signatures", on.name, format!("{flow:.2}"), flow <= 3.0);
            for (what, measured) in [("introspection", &on.introspect), ("userinfo", &on.userinfo)] {
                let part = ratio(limits.bare_axum, measured.rate);
                verdict(
                    &format!("{what}: 1/6 of bare axum or better"),
                    on.name,
                    format!("1/{part:.1}"),
                    part <= 6.0,
                );
            }
            let part = ratio(on.plain_refresh.rate, on.refresh_statements);
            verdict("64 refreshes: half of their own statements", on.name, format!("{part:.2}"), part >= 0.5);
            let start = on.cold_start < Duration::from_millis(100);
            verdict("start to the first answer: under 100 ms", on.name, time(on.cold_start), start);
            let idle = format!("{:.1} MiB", on.idle_memory);
            verdict("idle memory: under 45 MB", on.name, idle, on.idle_memory * 1.048_576 < 45.0);
        }
    }
}

fn row(name: &str, measured: &Measured) {
    let database = measured.database_cpu.map_or_else(|| "in the server".to_owned(), time);
    println!(
        "| {name} | {:.0} | {} | {} | {} | {database} | {:.0} % |",
        measured.rate,
        time(measured.p50),
        time(measured.p99),
        time(measured.server_cpu),
        measured.load_share * 100.0
    );
}

fn verdict(goal: &str, on: &str, measured: String, reached: bool) {
    println!("| {goal} | {on} | {measured} | {} |", if reached { "reached" } else { "**missed**" });
}

/// A time in the unit that suits it.
fn time(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1000.0 { format!("{micros:.0} µs") } else { format!("{:.2} ms", micros / 1000.0) }
}
