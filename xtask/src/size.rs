//! `cargo xtask size`: how much room people take in the database who use it for months.

use anyhow::{Context as _, bail};

use crate::{machine::cargo, steps::Steps};

/// The test that lives through the months. Its clock is its own, so that it does not take as long as they do.
const TEST: &str = "upkeep::tests::size::of_people_who_use_it_for_months";

/// How many people, and for how long.
pub(crate) struct Options {
    people: u32,
    months: u32,
}

impl Options {
    /// Reads the command line.
    ///
    /// # Errors
    /// Names what was not understood.
    pub(crate) fn parse(arguments: &[String]) -> anyhow::Result<Self> {
        let mut options = Self { people: 20, months: 18 };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let place = match name.as_str() {
                "--people" => &mut options.people,
                "--months" => &mut options.months,
                other => bail!("there is no option {other}"),
            };
            let value = arguments.next().with_context(|| format!("{name} wants a number"))?;
            *place = value.parse().with_context(|| format!("{name} wants a number, not {value}"))?;
        }
        Ok(options)
    }
}

/// Builds, lives through the months, and prints what there is after each.
///
/// # Errors
/// When it could not be measured.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let test = ["test", "--quiet", "--workspace", "--lib"];
    let mut command = cargo(&test);
    command.args([TEST, "--", "--exact", "--nocapture"]);
    command.env("POSTERN_SIZE", format!("{} {}", options.people, options.months));
    Steps::default().command("size", &mut command)
}
