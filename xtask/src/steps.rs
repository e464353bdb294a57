//! Runs one step after the other, says how long each took, and sums up at the end.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};

/// The steps done so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(String, Duration, bool)>,
}

impl Steps {
    /// Runs a command as a step; its output goes where this program's goes.
    ///
    /// # Errors
    /// When the command can't be started or fails.
    pub(crate) fn command(&mut self, name: &str, command: &mut Command) -> anyhow::Result<()> {
        self.step(name, || {
            let status =
                command.status().with_context(|| format!("start {}", command.get_program().display()))?;
            if !status.success() {
                bail!("{name} failed ({status})");
            }
            Ok(())
        })
    }

    /// Runs a function as a step.
    ///
    /// # Errors
    /// Those of the function.
    pub(crate) fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        println!("\n── {name}");
        let begin = Instant::now();
        let outcome = work();
        self.done.push((name.to_owned(), begin.elapsed(), outcome.is_ok()));
        outcome
    }

    /// Prints what was done and how long it took.
    pub(crate) fn print_summary(&self) {
        println!("\n── summary");
        for (name, time, worked) in &self.done {
            println!("{} {:>7.1} s  {name}", if *worked { "ok    " } else { "FAILED" }, time.as_secs_f64());
        }
        let total: Duration = self.done.iter().map(|(_, time, _)| *time).sum();
        println!("       {:>7.1} s  in all", total.as_secs_f64());
    }
}
