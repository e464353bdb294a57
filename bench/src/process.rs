//! What the system says about a process: the CPU it used and the memory it holds.

use std::{fs, process::Command, time::Duration};

use anyhow::Context as _;

/// The unit of CPU times in `/proc`: Linux has counted hundredths of a second for user space since ever.
const TICK: Duration = Duration::from_millis(10);

/// A process, perhaps with children.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// This process.
    pub(crate) fn own() -> Self {
        Self(std::process::id())
    }

    /// CPU time used so far by all its threads, its children, and those children that have ended.
    pub(crate) fn cpu(self) -> anyhow::Result<Duration> {
        let own = stat(self.0).with_context(|| format!("process {} is gone", self.0))?;
        let children = all().into_iter().filter_map(stat).filter(|stat| stat.parent == self.0);
        let ticks = children.fold(own.ticks + own.ended_children, |sum, child| sum + child.ticks);
        Ok(TICK * ticks)
    }

    /// CPU time used so far by its own threads.
    pub(crate) fn own_cpu(self) -> anyhow::Result<Duration> {
        let own = stat(self.0).with_context(|| format!("process {} is gone", self.0))?;
        Ok(TICK * own.ticks)
    }

    /// Memory it holds now, and the most it has held, in MiB.
    pub(crate) fn memory(self) -> anyhow::Result<(f64, f64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let mebibytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
        };
        Ok((mebibytes("VmRSS:").context("no VmRSS")?, mebibytes("VmHWM:").context("no VmHWM")?))
    }

    /// The process it was started by.
    pub(crate) fn parent(self) -> Option<Self> {
        stat(self.0).map(|stat| Self(stat.parent))
    }
}

struct Stat {
    parent: u32,
    ticks: u32,
    ended_children: u32,
}

/// The fields after the name, which is in parentheses and may itself contain any of them (proc(5)).
fn stat(process: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let number = |at: usize| fields.get(at)?.parse::<u32>().ok();
    Some(Stat {
        parent: number(1)?,
        ticks: number(11)? + number(12)?,
        ended_children: number(13)? + number(14)?,
    })
}

fn all() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// A command that is held to one core, where one is named.
pub(crate) fn on_core(core: Option<&str>, program: &std::path::Path) -> Command {
    let Some(core) = core else { return Command::new(program) };
    let mut command = Command::new("taskset");
    command.args(["-c", core]).arg(program);
    command
}
