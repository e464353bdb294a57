//! Keeps the cores from falling asleep: on a virtual machine, waking one takes up to milliseconds, which would be counted
//! as the time of whoever is measured.

use std::{
    env, hint,
    io::Read as _,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::Context as _;

use crate::{options::Options, process::on_core};

/// Processes that turn round and round on the load's and on the server's core when nobody else wants it.
pub(crate) struct Awake(Vec<Child>);

impl Awake {
    /// Starts them, if the server has a core of its own.
    pub(crate) fn start(options: &Options) -> anyhow::Result<Self> {
        let mut awake = Self(Vec::new());
        if let Some(core) = &options.server_core {
            let chrt = Path::new("chrt");
            for mut command in [Command::new(chrt), on_core(Some(core), chrt)] {
                command.args(["--idle", "0"]).arg(env::current_exe()?).args(["limit", "awake"]);
                awake.0.push(command.stdin(Stdio::piped()).spawn().context("start chrt")?);
            }
        }
        Ok(awake)
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        for child in &mut self.0 {
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }
}

/// Turns round and round until standard input closes.
pub(crate) fn stay() -> ! {
    ends_with_input();
    loop {
        hint::spin_loop();
    }
}

/// Ends this process when its parent does, whose end of the pipe at standard input closes then.
pub(crate) fn ends_with_input() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
}
