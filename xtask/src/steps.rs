//! Runs one step after the other, says how long each took, and sums up at the end.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};

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

    /// Runs a command that nothing after it builds on: if it fails, the run goes on and fails at its end.
    pub(crate) fn check(&mut self, name: &str, command: &mut Command) {
        if let Err(error) = self.command(name, command) {
            println!("{error:#}");
        }
    }

    /// Whether every step so far worked.
    ///
    /// # Errors
    /// Names the steps that failed.
    pub(crate) fn verdict(&self) -> anyhow::Result<()> {
        let failed: Vec<&str> =
            self.done.iter().filter(|(.., worked)| !worked).map(|(name, ..)| name.as_str()).collect();
        ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
        Ok(())
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
