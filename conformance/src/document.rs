//! `docs/conformance.md`, whose tables are written by `--write`.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::PathBuf};

use anyhow::Context as _;

use crate::{
    expected::{Expected, ModuleResults, PlanResults},
    outcome::Outcome,
    plan::PLANS,
};

/// The databases, in the order of the tables' columns.
const DATABASES: [&str; 2] = ["SQLite", "PostgreSQL"];
const BEGIN: &str = "<!-- results: written by cargo xtask conformance --write -->\n";
const END: &str = "<!-- end of results -->\n";

/// The document's text.
pub(crate) struct Document(String);

impl Document {
    /// Reads it.
    ///
    /// # Errors
    /// When it is missing.
    pub(crate) fn read() -> anyhow::Result<Self> {
        fs::read_to_string(path()).map(Self).with_context(|| format!("read {}", path().display()))
    }

    /// Replaces the tables.
    ///
    /// # Errors
    /// When the lines between which they belong are missing.
    pub(crate) fn with_tables(&self, expected: &Expected) -> anyhow::Result<Self> {
        let marks = "docs/conformance.md lacks the lines between which results belong";
        let (before, rest) = self.0.split_once(BEGIN).context(marks)?;
        let (_, after) = rest.split_once(END).context(marks)?;
        Ok(Self(format!("{before}{BEGIN}\n{}\n{END}{after}", tables(expected).trim_end())))
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the file can't be written.
    pub(crate) fn write(&self) -> anyhow::Result<()> {
        fs::write(path(), &self.0).with_context(|| format!("write {}", path().display()))
    }
}

/// An overview, a table for each plan, and the reasons for what did not simply pass.
pub(crate) fn tables(expected: &Expected) -> String {
    let mut plans: Vec<&PlanResults> = expected.plans.iter().collect();
    plans.sort_by_key(|kept| PLANS.iter().position(|plan| plan.name == kept.plan));
    let mut text = overview(&plans);
    plans.iter().for_each(|plan| text.push_str(&modules(plan)));
    text.push_str(&reasons(expected, &plans));
    text
}

fn overview(plans: &[&PlanResults]) -> String {
    let mut text =
        "| plan | database | modules | passed | review | skipped | warning | failed | suite | day |\n\
                    |---|---|---:|---:|---:|---:|---:|---:|---|---|\n"
            .to_owned();
    for plan in plans {
        for database in DATABASES {
            let outcomes: Vec<Outcome> =
                plan.modules.iter().filter_map(|module| module.outcomes.get(database).copied()).collect();
            if outcomes.is_empty() {
                continue;
            }
            let count = |of: &[Outcome]| outcomes.iter().filter(|outcome| of.contains(outcome)).count();
            let _ = writeln!(
                text,
                "| {} | {database} | {} | {} | {} | {} | {} | {} | {} | {} |",
                plan.plan,
                outcomes.len(),
                count(&[Outcome::Passed]),
                count(&[Outcome::Review]),
                count(&[Outcome::Skipped]),
                count(&[Outcome::Warning]),
                count(&[Outcome::Failed, Outcome::Interrupted, Outcome::TimedOut]),
                plan.suite,
                plan.day,
            );
        }
    }
    text
}

fn modules(plan: &PlanResults) -> String {
    let mut text = format!("\n### {}\n\n| module | SQLite | PostgreSQL |\n|---|---|---|\n", plan.plan);
    for ModuleResults { module, outcomes } in &plan.modules {
        let cell = |database: &str| outcomes.get(database).map_or("not run", |outcome| outcome.name());
        let [first, second] = DATABASES.map(cell);
        let _ = writeln!(text, "| {module} | {first} | {second} |");
    }
    text
}

/// Those that are needed: a reason stays in the file when its module passes one day, but is not shown.
fn reasons(expected: &Expected, plans: &[&PlanResults]) -> String {
    let mut seen = BTreeSet::new();
    let modules = plans.iter().flat_map(|plan| &plan.modules);
    let endings =
        modules.flat_map(|module| module.outcomes.values().map(|outcome| (&*module.module, *outcome)));
    let mut text = String::new();
    for (module, outcome) in endings.filter(|(_, outcome)| *outcome != Outcome::Passed) {
        let reason = expected.reason(module, outcome).unwrap_or("no reason is known");
        if seen.insert((module, outcome)) {
            let _ = writeln!(text, "| {module} | {} | {reason} |", outcome.name());
        }
    }
    match text.is_empty() {
        true => text,
        false => format!("\n### What did not simply pass\n\n| module | | why |\n|---|---|---|\n{text}"),
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/conformance.md")
}
