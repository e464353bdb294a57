//! The command line.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, bail};

/// What this process is to do.
pub(crate) enum Command {
    /// Measure everything.
    Run(Options),
    /// Measure the guard alone.
    Guard(Options),
    /// Measure one limit of the machine, given what it works on; such a process is started on the server's core.
    Limit(String, String),
}

/// How to measure.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The server's binary.
    pub(crate) server: PathBuf,
    /// A PostgreSQL server where databases may be made; without it only SQLite is measured.
    pub(crate) postgres: Option<String>,
    /// The core the server is held to; without it the system places it.
    pub(crate) server_core: Option<String>,
    /// How long each scenario runs before it counts.
    pub(crate) warm_up: Duration,
    /// How long each scenario counts.
    pub(crate) duration: Duration,
}

/// A database to measure on.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    /// A file in a scratch folder.
    Sqlite,
    /// A new database on this server.
    Postgres(String),
}

impl Database {
    /// What it is called in tables.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

impl Options {
    /// The databases to measure on.
    pub(crate) fn databases(&self) -> Vec<Database> {
        std::iter::once(Database::Sqlite).chain(self.postgres.clone().map(Database::Postgres)).collect()
    }
}

impl Command {
    /// Reads the command line.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut options = Options {
            server: PathBuf::from("target/release/postern"),
            postgres: None,
            server_core: None,
            warm_up: Duration::from_secs(2),
            duration: Duration::from_secs(8),
        };
        let mut guard_alone = false;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} wants a value"));
            match argument.as_str() {
                "limit" => return Ok(Self::Limit(value()?, arguments.next().unwrap_or_default())),
                "--server" => options.server = value()?.into(),
                "--postgres" => options.postgres = Some(value()?),
                "--server-core" => options.server_core = Some(value()?),
                "--guard" => guard_alone = true,
                "--quick" => {
                    options.warm_up = Duration::from_millis(500);
                    options.duration = Duration::from_secs(2);
                }
                other => bail!("there is no option {other}"),
            }
        }
        Ok(if guard_alone { Self::Guard(options) } else { Self::Run(options) })
    }
}
