//! Certificates, by way of the `openssl` command.

use std::{
    net::IpAddr,
    path::Path,
    process::{Command, Output, Stdio},
};

use anyhow::{Context as _, ensure};

/// Writes a new key and a certificate it signs itself, for a name or an address, as `key.pem` and `cert.pem`.
///
/// # Errors
/// When there is no `openssl`, or it refuses.
pub(crate) fn make(host: &str, folder: &Path) -> anyhow::Result<()> {
    let kind = host.parse::<IpAddr>().map_or("DNS", |_| "IP");
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-nodes", "-days", "30", "-subj", &format!("/CN={host}")]);
    command.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    command.args(["-addext", &format!("subjectAltName={kind}:{host}")]);
    command.args(["-keyout", "key.pem", "-out", "cert.pem"]).current_dir(folder);
    run(&mut command).map(drop)
}

/// Writes the certificates that a server shows as `file`, so that the instance can be told to trust them: those of a
/// suite on one's own machine are signed by nobody else.
///
/// # Errors
/// When there is no `openssl`, the server is not there, or it shows none.
pub(crate) fn shown_by(host: &str, port: u16, file: &Path) -> anyhow::Result<()> {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-showcerts", "-servername", host, "-connect", &format!("{host}:{port}")]);
    let output = run(command.stdin(Stdio::null()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let mut certificates = String::new();
    let mut inside = false;
    for line in said.lines() {
        inside |= line == "-----BEGIN CERTIFICATE-----";
        if inside {
            certificates.push_str(line);
            certificates.push('\n');
        }
        inside &= line != "-----END CERTIFICATE-----";
    }
    ensure!(!certificates.is_empty(), "{host}:{port} shows no certificate");
    std::fs::write(file, certificates).with_context(|| format!("write {}", file.display()))
}

fn run(command: &mut Command) -> anyhow::Result<Output> {
    let output = command.output().context("the openssl command is missing: install openssl")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "openssl failed ({}): {said}", output.status);
    Ok(output)
}
