use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::instance::program;
use crate::process::Process;

/// How long the demo may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `postern demo`, as a newcomer reads what it prints.
#[derive(Debug)]
pub struct Demo {
    /// Where the server says it is.
    pub server_url: String,
    /// Where the example app says it is.
    pub app_url: String,
    /// The sample user name.
    pub username: String,
    /// The sample password.
    pub password: String,
    process: Process,
    _folder: TempDir,
}

impl Demo {
    /// Starts it and reads what it prints.
    ///
    /// # Panics
    /// If it ends or takes too long; shows what it printed.
    pub async fn start() -> Self {
        let folder = TempDir::with_prefix("postern-test-").expect("a folder");
        let log = folder.path().join("log");
        let mut command = Command::new(program());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("POSTERN_")) {
            command.env_remove(name);
        }
        command.arg("demo").current_dir(folder.path()).env("TMPDIR", folder.path());
        let process = Process::start(&mut command, &log);
        let begin = Instant::now();
        loop {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            if let Some((server_url, app_url, username, password)) = read(&said) {
                return Self { server_url, app_url, username, password, process, _folder: folder };
            }
            assert!(begin.elapsed() < PATIENCE, "the demo is not ready:\n{said}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Asks it to end, as Ctrl-C does, and answers whether its folder is gone.
    pub async fn stop(mut self) -> bool {
        self.process.terminate();
        let begin = Instant::now();
        while self.process.ended().is_none() && begin.elapsed() < Duration::from_secs(15) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let left = std::fs::read_dir(self._folder.path()).expect("its folder");
        self.process.ended().is_some() && left.filter_map(Result::ok).all(|entry| entry.file_name() == "log")
    }
}

/// The two addresses, and the sample sign-in.
fn read(said: &str) -> Option<(String, String, String, String)> {
    let mut urls = said.split_whitespace().filter(|word| word.starts_with("http://"));
    let (server, app) = (urls.next()?, urls.next()?);
    let (_, sign_in) = said.split_once("Sign in as ")?;
    let (username, rest) = sign_in.split_once(" with the password ")?;
    let password = rest.lines().next().filter(|_| rest.contains('\n'))?;
    Some((server.to_owned(), app.to_owned(), username.to_owned(), password.trim().to_owned()))
}
