//! Has the OpenID Foundation's conformance suite judge this server: `cargo xtask conformance` starts it.
//!
//! The suite runs elsewhere and is spoken to through its REST API. For each database a fresh instance is made with the
//! program's own commands, and every plan runs against it, one module after the other, since the modules of a plan
//! share their redirect URIs. The results are held against those kept in `conformance/expected.json`.

mod browser;
mod certificate;
mod configuration;
mod database;
mod document;
mod expected;
mod instance;
mod options;
mod outcome;
mod plan;
mod run;
mod suite;

use anyhow::{Context as _, ensure};

use crate::{
    database::Database, document::Document, expected::Expected, options::Options, run::Ran, suite::Suite,
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    let suite = Suite::at(&options.suite).await?;
    println!("the suite at {} is version {}", options.suite, suite.version());
    let sqlite = run::on(&options, &suite, Database::Sqlite);
    let ran = match &options.database {
        None => sqlite.await?,
        Some(url) => {
            let (sqlite, postgresql) =
                tokio::join!(sqlite, run::on(&options, &suite, Database::Postgres(url.clone())));
            [sqlite?, postgresql?].concat()
        }
    };
    conclude(&options, &suite, &ran)
}

/// Prints the tables, renews what is kept where that is asked for, and says what went wrong.
fn conclude(options: &Options, suite: &Suite, ran: &[Ran]) -> anyhow::Result<()> {
    let mut measured = Expected::default();
    measured.record(ran, suite.version());
    println!("\n{}", document::tables(&measured));
    let mut expected = Expected::read().context("read what is expected")?;
    if options.write {
        expected.record(ran, suite.version());
        expected.write()?;
        Document::read()?.with_tables(&expected)?.write()?;
    }
    let regressions = expected.regressions(ran);
    for regression in &regressions {
        println!("- {regression}");
    }
    ensure!(regressions.is_empty(), "{} results are not as they should be", regressions.len());
    println!("everything is as expected");
    Ok(())
}
