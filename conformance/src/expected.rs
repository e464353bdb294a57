//! The results that are kept in the repository, and what a run is held against.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::{outcome::Outcome, run::Ran};

/// What is kept.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Expected {
    /// Why a module does not simply pass, by module and outcome. Written by people.
    #[serde(default)]
    pub(crate) reasons: BTreeMap<String, BTreeMap<Outcome, String>>,
    /// The results, by plan.
    pub(crate) plans: Vec<PlanResults>,
}

/// The results of a plan.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct PlanResults {
    /// What it is called here.
    pub(crate) plan: String,
    /// The suite's version.
    pub(crate) suite: String,
    /// When it ran.
    pub(crate) day: String,
    /// Its modules, in the suite's order.
    pub(crate) modules: Vec<ModuleResults>,
}

/// The results of a module.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct ModuleResults {
    /// What it is called.
    pub(crate) module: String,
    /// How it ended, by database.
    pub(crate) outcomes: BTreeMap<String, Outcome>,
}

impl Expected {
    /// Reads what is kept.
    ///
    /// # Errors
    /// When the file is missing or is not what it should be.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let text = fs::read_to_string(path()).with_context(|| format!("read {}", path().display()))?;
        serde_json::from_str(&text).with_context(|| format!("understand {}", path().display()))
    }

    /// Keeps it.
    ///
    /// # Errors
    /// When the file can't be written.
    pub(crate) fn write(&self) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(path(), text).with_context(|| format!("write {}", path().display()))
    }

    /// Takes these results in place of those there are of the same modules and databases.
    pub(crate) fn record(&mut self, ran: &[Ran], suite: &str) {
        for one in ran {
            let plan = found_or_added(&mut self.plans, |kept| kept.plan == one.plan);
            one.plan.clone_into(&mut plan.plan);
            suite.clone_into(&mut plan.suite);
            one.day.clone_into(&mut plan.day);
            let module = found_or_added(&mut plan.modules, |kept| kept.module == one.module);
            one.module.clone_into(&mut module.module);
            module.outcomes.insert(one.database.to_owned(), one.outcome);
        }
    }

    /// What of these results is not as it should be, in sentences.
    pub(crate) fn regressions(&self, ran: &[Ran]) -> Vec<String> {
        ran.iter().filter_map(|one| self.regression(one)).collect()
    }

    /// The reason that is given for this outcome of a module.
    pub(crate) fn reason(&self, module: &str, outcome: Outcome) -> Option<&str> {
        self.reasons.get(module)?.get(&outcome).map(String::as_str)
    }

    fn regression(&self, ran: &Ran) -> Option<String> {
        let expected = self.outcome(ran);
        let explained = self.reason(&ran.module, ran.outcome).is_some();
        if ran.outcome.is_fine() || (explained && expected == Some(ran.outcome)) {
            return None;
        }
        let was = expected.map_or("there is no result of before", Outcome::name);
        let why = if explained { "" } else { ", and no reason is given for it" };
        let (plan, module, database) = (ran.plan, &ran.module, ran.database);
        Some(format!("{plan}, {module} on {database}: {} (expected: {was}){why}", ran.outcome.name()))
    }

    fn outcome(&self, ran: &Ran) -> Option<Outcome> {
        let plan = self.plans.iter().find(|kept| kept.plan == ran.plan)?;
        let module = plan.modules.iter().find(|kept| kept.module == ran.module)?;
        module.outcomes.get(ran.database).copied()
    }
}

/// The first that fits, or a new one at the end.
fn found_or_added<T: Default>(list: &mut Vec<T>, fits: impl Fn(&T) -> bool) -> &mut T {
    let at = list.iter().position(fits).unwrap_or(list.len());
    if at == list.len() {
        list.push(T::default());
    }
    #[expect(clippy::indexing_slicing, reason = "either found, or just added")]
    &mut list[at]
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("expected.json")
}
