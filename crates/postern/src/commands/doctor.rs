//! `postern doctor`

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::bail;
use postern_flows::{Clock, Config, Listen, SystemClock};
use postern_storage::Db;
use serde::Serialize;

use super::print_json;
use crate::{instance, settings};

/// A clock before this says nothing true: 2026-01-01.
const PLAUSIBLE_SINCE: i64 = 1_767_225_600;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Warning,
    Error,
}

/// What was looked at, what was found, and what to do about it.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    status: Status,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, status: Status::Ok, found: found.into(), remedy: None }
    }

    fn warning(check: &'static str, found: impl Into<String>, remedy: &'static str) -> Self {
        Self { check, status: Status::Warning, found: found.into(), remedy: Some(remedy) }
    }

    fn error(check: &'static str, found: impl Into<String>, remedy: &'static str) -> Self {
        Self { check, status: Status::Error, found: found.into(), remedy: Some(remedy) }
    }
}

pub(crate) async fn run(config_file: Option<&Path>) -> anyhow::Result<()> {
    let config = match settings::load(config_file) {
        Ok(config) => config,
        Err(error) => {
            let remedy =
                "correct the setting that is named; `postern serve --print-config` shows all of them";
            return report(vec![Finding::error("settings", format!("{error:#}"), remedy)]);
        }
    };
    let mut findings =
        vec![Finding::ok("settings", "they can be read"), public_url(&config), clock(), tls(&config)];
    findings.push(secret_key(&config.secret_key_file));
    findings.push(database(&config).await);
    findings.push(address(&config).await);
    report(findings)
}

fn report(findings: Vec<Finding>) -> anyhow::Result<()> {
    print_json(&serde_json::json!({ "items": findings }))?;
    let errors = findings.iter().filter(|finding| finding.status == Status::Error).count();
    if errors > 0 {
        bail!("{errors} of {} checks failed", findings.len());
    }
    Ok(())
}

fn public_url(config: &Config) -> Finding {
    let loopback = match config.public_url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if config.is_https() || loopback {
        return Finding::ok("public_url", config.issuer());
    }
    Finding::error(
        "public_url",
        format!("{} is plain http", config.issuer()),
        "serve https: set tls.cert_file and tls.key_file or put a proxy in front, then set public_url to the https URL",
    )
}

fn clock() -> Finding {
    let now = SystemClock.now();
    if now.0 >= PLAUSIBLE_SINCE {
        Finding::ok("clock", format!("{} seconds since 1970", now.0))
    } else {
        let remedy = "set the machine's clock and keep it right with NTP: every expiry depends on it";
        Finding::error("clock", "the machine's clock is in the past", remedy)
    }
}

fn tls(config: &Config) -> Finding {
    let files = [&config.tls.cert_file, &config.tls.key_file];
    match files
        .map(|file| file.as_ref().map(|file| fs::File::open(file).map_err(|error| (file.clone(), error))))
    {
        [None, None] if config.is_https() && config.trusted_proxies.is_empty() => Finding::warning(
            "tls",
            "https is somebody else's work, but no proxy is trusted",
            "set trusted_proxies to the proxy's network, or every caller seems to have the proxy's address",
        ),
        [None, None] => Finding::ok("tls", "not used here"),
        [Some(Ok(_)), Some(Ok(_))] => Finding::ok("tls", "certificate and key can be read"),
        [Some(Err((file, error))), _] | [_, Some(Err((file, error)))] => Finding::error(
            "tls",
            format!("{} cannot be read: {error}", file.display()),
            "correct the path, and let the server's user read the file",
        ),
        _ => Finding::error(
            "tls",
            "only one of certificate and key is set",
            "set tls.cert_file and tls.key_file",
        ),
    }
}

fn secret_key(file: &Path) -> Finding {
    const CHECK: &str = "secret_key_file";
    let mode = match fs::metadata(file) {
        Ok(metadata) => metadata.permissions().mode() & 0o777,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let remedy =
                "nothing to do: the first start makes it; then keep a copy of it apart from the database's";
            return Finding::warning(CHECK, format!("{} is not there yet", file.display()), remedy);
        }
        Err(error) => {
            let remedy = "let the server's user read the file";
            return Finding::error(CHECK, format!("{} cannot be read: {error}", file.display()), remedy);
        }
    };
    if let Err(error) = instance::secret_key(file) {
        return Finding::error(
            CHECK,
            format!("{error:#}"),
            "restore the file that the instance was made with",
        );
    }
    if mode & 0o077 != 0 {
        let remedy = "take the others' rights away: chmod 600";
        return Finding::warning(
            CHECK,
            format!("others may read {} (mode {mode:o})", file.display()),
            remedy,
        );
    }
    Finding::ok(CHECK, format!("{} holds 32 bytes and only its owner may read it", file.display()))
}

async fn database(config: &Config) -> Finding {
    const CHECK: &str = "database";
    const REMEDY: &str = instance::DATABASE_REMEDY;
    match Db::connect(config.database_url.reveal()).await {
        Ok(db) => match db.pending_migrations().await {
            Ok(0) => Finding::ok(CHECK, "it can be reached and its schema is up to date"),
            Ok(pending) => Finding::warning(
                CHECK,
                format!("it can be reached; {pending} changes of its schema are due"),
                "make a backup, then run `postern migrate`; `postern serve` does it too",
            ),
            Err(error) => Finding::error(CHECK, error.to_string(), REMEDY),
        },
        Err(error) => Finding::error(CHECK, format!("{}: {error}", config.database_url), REMEDY),
    }
}

async fn address(config: &Config) -> Finding {
    const CHECK: &str = "listen";
    let Listen::Tcp(address) = &config.listen else {
        return Finding::ok(CHECK, "a Unix socket");
    };
    match tokio::net::TcpListener::bind(address).await {
        Ok(_) => Finding::ok(CHECK, format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Finding::warning(
            CHECK,
            format!("{address} is taken"),
            "fine if this server runs already; else stop the other program or set listen",
        ),
        Err(error) => {
            Finding::error(CHECK, format!("{address}: {error}"), "set listen to an address of this machine")
        }
    }
}
