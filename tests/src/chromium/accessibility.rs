use anyhow::Context as _;
use serde_json::{Value, json};

use super::{Chromium, variable};

impl Chromium {
    /// What axe-core finds wrong with the page by WCAG 2.2 A and AA and its own best practices: a line each. It needs
    /// pages that may run scripts.
    ///
    /// # Errors
    /// When the check could not run.
    pub async fn accessibility_faults(&self) -> anyhow::Result<Vec<String>> {
        let axe = std::fs::read_to_string(variable("POSTERN_AXE")?).context("read axe-core")?;
        self.run(&format!("{axe}; return null;")).await?;
        let check = json!({"script": "const done = arguments[arguments.length - 1]; \
            axe.run({resultTypes: ['violations']}).then((found) => done(found.violations), (error) => done(String(error)));",
            "args": []});
        let found = self.session.post("/execute/async", &check).await?;
        let violations = found.as_array().with_context(|| format!("axe-core said {found}"))?;
        Ok(violations.iter().flat_map(faults).collect())
    }
}

/// One violation of axe-core, a line for each element that has it.
fn faults(violation: &Value) -> Vec<String> {
    let rule = violation["id"].as_str().unwrap_or_default();
    let help = violation["help"].as_str().unwrap_or_default();
    let nodes = violation["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let line = |node: &Value| {
        let summary = node["failureSummary"].as_str().unwrap_or_default().replace('\n', " ");
        format!("{rule} ({help}): {} — {summary}", node["html"].as_str().unwrap_or_default())
    };
    nodes.iter().map(line).collect()
}
