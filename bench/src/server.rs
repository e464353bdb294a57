//! The server that is measured: its own process on its own core, set up by its commands alone.

use std::{
    io::Write as _,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    connection::Connection,
    options::Options,
    process::{Process, on_core},
};

/// How long a server may take to answer for the first time, keys and all.
const PATIENCE: Duration = Duration::from_secs(60);

/// An instance: its data, and how it is configured.
pub(crate) struct Instance {
    folder: TempDir,
    server: std::path::PathBuf,
    core: Option<String>,
    database_url: String,
    pub(crate) port: u16,
}

/// A running server; it ends with this value.
pub(crate) struct Running {
    child: Child,
    /// From the start of the process to its first answer.
    pub(crate) first_answer: Duration,
}

/// A registered client.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Client {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

impl Instance {
    /// A new instance; `database_url` is asked for with the folder its data may lie in.
    pub(crate) fn new(options: &Options, database_url: impl FnOnce(&Path) -> String) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("postern-bench-")?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let server =
            options.server.canonicalize().with_context(|| format!("find {}", options.server.display()))?;
        let database_url = database_url(folder.path());
        Ok(Self { folder, server, core: options.server_core.clone(), database_url, port })
    }

    /// The database it uses.
    pub(crate) fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Starts the server and waits for its first answer.
    pub(crate) async fn start(&self) -> anyhow::Result<Running> {
        let mut command = on_core(self.core.as_deref(), &self.server);
        let log = std::fs::File::create(self.folder.path().join("server.log"))?;
        self.configure(&mut command).arg("serve").stdout(Stdio::null()).stderr(log);
        let begin = Instant::now();
        let mut running =
            Running { child: command.spawn().context("start the server")?, first_answer: PATIENCE };
        while begin.elapsed() < PATIENCE {
            let answer = Connection::new(self.port).get("/.well-known/openid-configuration", &[]).await;
            if answer.is_ok_and(|answer| answer.status.is_success()) {
                running.first_answer = begin.elapsed();
                return Ok(running);
            }
            if let Some(status) = running.child.try_wait()? {
                bail!("the server ended ({status}): {}", self.log());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!("the server does not answer: {}", self.log())
    }

    /// Makes an account.
    pub(crate) fn create_user(&self, name: &str, password: &str) -> anyhow::Result<()> {
        let email = format!("{name}@bench.example");
        let arguments = ["user", "create", "--email", &email, "--username", name, "--password-stdin"];
        self.command(&arguments, password).map(drop)
    }

    /// Registers a confidential client with this redirect URI.
    pub(crate) fn create_client(&self, redirect_uri: &str, scope: &str) -> anyhow::Result<Client> {
        let kind = ["client", "create", "--name", "Bench", "--type", "confidential"];
        let rest = ["--redirect-uri", redirect_uri, "--scope", scope];
        let answer = self.command(&[kind.as_slice(), &rest].concat(), "")?;
        serde_json::from_value(answer).context("read the client")
    }

    /// Runs one of the program's commands beside the server and reads the JSON it prints.
    fn command(&self, arguments: &[&str], input: &str) -> anyhow::Result<Value> {
        let mut command = Command::new(&self.server);
        self.configure(&mut command).args(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        child.stdin.take().context("standard input")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "postern {} failed: {said}", arguments.join(" "));
        serde_json::from_slice(&output.stdout).context("read what a command printed")
    }

    fn configure<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("POSTERN_"))
        {
            command.env_remove(name);
        }
        command
            .current_dir(self.folder.path())
            .env("POSTERN_PUBLIC_URL", format!("http://127.0.0.1:{}", self.port))
            .env("POSTERN_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("POSTERN_DATABASE_URL", &self.database_url)
            .env("POSTERN_SECRET_KEY_FILE", self.folder.path().join("secret.key"))
            .env("POSTERN_TRUSTED_PROXIES", "127.0.0.1/32")
            // What other servers were measured with, and what the limit is measured with.
            .env("POSTERN_KEYS__RSA_BITS", "2048")
    }

    /// Makes a personal token with these limits.
    pub(crate) fn create_token(&self, user: &str, name: &str, limits: &[String]) -> anyhow::Result<String> {
        let mut arguments = vec!["token", "create", "--user", user, "--name", name];
        arguments.extend(limits.iter().flat_map(|limit| ["--limit", limit.as_str()]));
        let made = self.command(&arguments, "")?;
        Ok(made.get("token").and_then(Value::as_str).context("read the token")?.to_owned())
    }

    /// Starts `postern guard` on this port, in front of an API on another.
    pub(crate) async fn start_guard(&self, port: u16, upstream: u16) -> anyhow::Result<Running> {
        let mut command = on_core(self.core.as_deref(), &self.server);
        self.configure(&mut command)
            .args(["guard", "--upstream", &format!("http://127.0.0.1:{upstream}")])
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .stdout(Stdio::null());
        let begin = Instant::now();
        let mut running =
            Running { child: command.spawn().context("start the guard")?, first_answer: PATIENCE };
        while Connection::new(port).get("/", &[]).await.is_err() {
            if let Some(status) = running.child.try_wait()? {
                bail!("the guard ended ({status})");
            }
            ensure!(begin.elapsed() < PATIENCE, "the guard does not answer");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        running.first_answer = begin.elapsed();
        Ok(running)
    }

    /// The folder of its files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }
}

impl Running {
    pub(crate) fn process(&self) -> Process {
        // taskset replaces itself by what it starts, so this is the server's own id.
        Process(self.child.id())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let ended = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        if ended.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
