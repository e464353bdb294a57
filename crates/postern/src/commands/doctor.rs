//! `postern doctor`

mod certificate;
mod clock;
mod database;
mod disk;
mod finding;
mod mail;
mod outside;
mod providers;
mod secret_key;
mod settings;
mod traces;

use std::path::Path;

use anyhow::bail;

use self::finding::{Finding, Status};
use super::print_json;

pub(crate) async fn run(config_file: Option<&Path>) -> anyhow::Result<()> {
    let config = match crate::settings::load(config_file) {
        Ok(config) => config,
        Err(error) => {
            let remedy =
                "correct the setting that is named; `postern serve --print-config` shows all of them";
            return report(vec![Finding::error("settings", format!("{error:#}"), remedy)]);
        }
    };
    let mut findings = vec![
        Finding::ok("settings", "they can be read"),
        settings::public_url(&config),
        clock::clock(),
        settings::tls(&config),
        secret_key::secret_key(&config.secret_key_file),
    ];
    findings.extend(database::database(&config).await);
    findings.extend(disk::disk(&config).await);
    findings.push(mail::mail(&config).await);
    findings.push(traces::traces());
    findings.extend(providers::providers(&config).await);
    findings.push(settings::address(&config).await);
    findings.push(outside::outside(&config).await);
    findings.extend(certificate::certificate(&config).await);
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
