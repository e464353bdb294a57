//! Running plans on one database.

use std::time::Instant;

use anyhow::Context as _;

use crate::{
    configuration,
    database::Database,
    instance::Instance,
    options::Options,
    outcome::Outcome,
    plan::Plan,
    suite::{Module, Suite},
};

/// A module that ran.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    /// The plan it is of.
    pub(crate) plan: &'static str,
    /// What it is called.
    pub(crate) module: String,
    /// The database it ran on.
    pub(crate) database: &'static str,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// The day it ran.
    pub(crate) day: String,
}

/// Runs the plans that were asked for on a fresh instance.
///
/// # Errors
/// When the instance can't be made or the suite does not answer; a module that fails is no error.
pub(crate) async fn on(options: &Options, suite: &Suite, database: Database) -> anyhow::Result<Vec<Ran>> {
    let name = database.name();
    let alias = format!("postern-{}-{}", name.to_lowercase(), std::process::id());
    let made = Instance::start(options, suite, &database, &alias).await;
    let ran = match made {
        Ok(instance) => all(options, suite, &instance, name, &alias).await,
        Err(error) => Err(error),
    };
    database.remove().await?;
    ran.with_context(|| format!("on {name}"))
}

async fn all(
    options: &Options,
    suite: &Suite,
    instance: &Instance,
    database: &'static str,
    alias: &str,
) -> anyhow::Result<Vec<Ran>> {
    let mut ran = Vec::new();
    let configuration = configuration::of(instance.issuer(), alias);
    for plan in &options.plans {
        let made = suite.make(plan, &configuration).await.with_context(|| format!("make {}", plan.name))?;
        println!("{database}: {}, {} modules", plan.name, made.modules.len());
        for module in &made.modules {
            let begin = Instant::now();
            let ended = suite.run(&made, module).await.with_context(|| module.test_module.clone())?;
            let seconds = begin.elapsed().as_secs_f64();
            println!("{database:10} {:11} {seconds:6.1} s  {}", ended.outcome.name(), module.test_module);
            ended.complaints.iter().for_each(|complaint| println!("    - {complaint}"));
            ran.push(recorded(plan, module, database, ended.outcome, ended.day));
        }
    }
    Ok(ran)
}

fn recorded(plan: &Plan, module: &Module, database: &'static str, outcome: Outcome, day: String) -> Ran {
    Ran { plan: plan.name, module: module.test_module.clone(), database, outcome, day }
}
