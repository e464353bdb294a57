//! The command line.

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use url::Url;

use crate::plan::{PLANS, Plan};

/// What is to be judged, where and by whom.
#[derive(Debug)]
pub(crate) struct Options {
    /// Where the running suite is.
    pub(crate) suite: Url,
    /// The server's binary.
    pub(crate) server: PathBuf,
    /// A PostgreSQL server where databases may be made; without it only SQLite is judged.
    pub(crate) database: Option<String>,
    /// The name or address by which the suite reaches this machine.
    pub(crate) host: String,
    /// Which plans to run.
    pub(crate) plans: Vec<&'static Plan>,
    /// Whether the results are kept as those to expect.
    pub(crate) write: bool,
}

impl Options {
    /// Reads the command line.
    ///
    /// # Errors
    /// Names what is missing or was not understood.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut suite = None;
        let mut options = Self {
            suite: Url::parse("https://localhost.invalid")?,
            server: PathBuf::from("target/release/postern"),
            database: None,
            host: "127.0.0.1".to_owned(),
            plans: Vec::new(),
            write: false,
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} wants a value"));
            match argument.as_str() {
                "--suite" => suite = Some(suite_url(&value()?)?),
                "--server" => options.server = value()?.into(),
                "--database" => options.database = Some(value()?),
                "--host" => options.host = value()?,
                "--plan" => options.plans.push(plan_called(&value()?)?),
                "--write" => options.write = true,
                other => bail!("there is no option {other}"),
            }
        }
        options.suite = suite.context("--suite URL is missing: where the running suite is")?;
        if options.plans.is_empty() {
            options.plans = PLANS.iter().collect();
        }
        Ok(options)
    }
}

fn suite_url(text: &str) -> anyhow::Result<Url> {
    let url = Url::parse(text).with_context(|| format!("--suite {text} is no URL"))?;
    ensure!(
        url.scheme() == "https" && url.path() == "/",
        "--suite wants https and a host, nothing behind it"
    );
    Ok(url)
}

fn plan_called(name: &str) -> anyhow::Result<&'static Plan> {
    let known = || PLANS.iter().map(|plan| plan.name).collect::<Vec<_>>().join(", ");
    PLANS
        .iter()
        .find(|plan| plan.name == name)
        .with_context(|| format!("no plan {name}; there are {}", known()))
}
