use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::watchdog;

/// A running program of ours; it is killed at the latest when the tests end.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    /// Starts it with everything it says going into `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Self {
        let log = File::options().create(true).append(true).open(log).expect("open the log");
        let err = log.try_clone().expect("the log once more");
        command.stdin(Stdio::null()).stdout(log).stderr(err);
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{} can't be started: {error}", command.get_program().display()));
        watchdog::add(child.id());
        Self(child)
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("ask for a child")
    }

    /// Ends it at once: SIGKILL.
    pub(crate) fn kill(&mut self) {
        if self.ended().is_none() {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
        watchdog::remove(self.0.id());
    }

    /// Asks it to end: SIGTERM.
    pub(crate) fn terminate(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "kill -TERM");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
