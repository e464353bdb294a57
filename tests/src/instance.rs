use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use crate::address::{free_port, unique};
use crate::process::Process;
use crate::{
    Browser, Database, Engine, OAuthClient, Person, RawConnection, Registration, Request, Secrets, Wire,
};

/// How long a start may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server with a folder, a database and settings of its own. A test's hold on it: what this test has seen
/// of secrets must not stand in the log when it is dropped.
#[derive(Debug)]
pub struct Instance {
    pub(crate) running: Arc<Running>,
    secrets: Secrets,
}

/// What several holds on one running server share.
#[derive(Debug)]
pub(crate) struct Running {
    site: Arc<Site>,
    listen: SocketAddr,
    log: PathBuf,
    process: Mutex<Process>,
}

/// What the nodes of one installation share.
#[derive(Debug)]
struct Site {
    database: Database,
    folder: TempDir,
    public: Url,
    settings: BTreeMap<String, String>,
}

/// What a command of the program came to.
#[derive(Debug)]
pub struct CommandResult {
    /// Its exit code.
    pub code: i32,
    /// What it printed for programs.
    pub stdout: String,
    /// What it printed for people.
    pub stderr: String,
}

impl Instance {
    /// Starts the program on a new database.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[]).await
    }

    /// The same with settings, such as `("registration.open", "true")`.
    pub async fn start_with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let instance = Self::set_up(engine, settings);
        instance.restart();
        instance.wait_until_ready().await;
        instance
    }

    /// Makes folder, database and settings, but does not start the program: commands can be run.
    pub fn set_up(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let folder = TempDir::with_prefix("postern-test-").expect("a folder");
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let named = |name: &str| settings.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let public = named("public_url").map_or_else(|| format!("http://{listen}"), str::to_owned);
        let listen = named("listen").map_or(listen, |address| address.parse().expect("an address"));
        let database = Database::create(engine, folder.path());
        let site = Site {
            settings: defaults(folder.path(), &database)
                .into_iter()
                .chain(settings.iter().map(|(name, value)| (variable(name), (*value).to_owned())))
                .collect(),
            public: Url::parse(&public).expect("a public URL"),
            database,
            folder,
        };
        Self::of(Arc::new(site), listen)
    }

    fn of(site: Arc<Site>, listen: SocketAddr) -> Self {
        let log = site.folder.path().join(unique("log"));
        let idle = Process::start(&mut Command::new("true"), &log);
        let running = Running { site, listen, log, process: Mutex::new(idle) };
        Self { running: Arc::new(running), secrets: Secrets::default() }
    }

    /// Starts a further node on the same database with the same settings.
    pub async fn another_node(&self) -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let node = Self::of(Arc::clone(&self.running.site), listen);
        node.restart();
        node.wait_until_ready().await;
        node
    }

    /// A further hold on the same server.
    pub(crate) fn share(running: &Arc<Running>) -> Self {
        Self { running: Arc::clone(running), secrets: Secrets::default() }
    }

    /// Starts the program (again).
    pub fn restart(&self) {
        let mut process = self.process();
        process.kill();
        *process = Process::start(&mut self.command(&["serve"]), &self.running.log);
    }

    /// Waits until the server answers.
    ///
    /// # Panics
    /// If it ends or takes too long; shows the log.
    pub async fn wait_until_ready(&self) {
        let begin = Instant::now();
        let wire = self.wire();
        while begin.elapsed() < PATIENCE {
            let asked = wire.try_send(Request::get("/.well-known/openid-configuration")).await;
            if asked.is_ok_and(|answer| answer.status == 200) {
                return;
            }
            if let Some(status) = self.process().ended() {
                panic!("the server ended with {status}:\n{}", self.log());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the server is not ready after {PATIENCE:?}:\n{}", self.log());
    }

    /// Kills the server without a warning: SIGKILL.
    pub fn kill(&self) {
        self.process().kill();
    }

    /// Asks the server to end (SIGTERM) and waits until it has.
    pub async fn stop(&self, patience: Duration) -> Option<ExitStatus> {
        self.process().terminate();
        let begin = Instant::now();
        while begin.elapsed() < patience {
            if let Some(status) = self.process().ended() {
                return Some(status);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }

    /// How the server ended, if it did.
    pub fn ended(&self) -> Option<ExitStatus> {
        self.process().ended()
    }

    /// Resident memory of the server, in bytes.
    ///
    /// # Panics
    /// Where there is no `/proc`.
    pub fn memory(&self) -> u64 {
        self.memory_line("VmRSS:")
    }

    /// The most resident memory the server ever had, in bytes.
    ///
    /// # Panics
    /// Where there is no `/proc`.
    pub fn peak_memory(&self) -> u64 {
        self.memory_line("VmHWM:")
    }

    fn memory_line(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process().id())).expect("/proc");
        let line = status.lines().find(|line| line.starts_with(name)).expect("a line of /proc");
        let kib: u64 =
            line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number");
        kib * 1024
    }

    /// Runs a command of the program beside the server.
    pub fn cli(&self, arguments: &[&str]) -> CommandResult {
        self.cli_with_input(arguments, "")
    }

    /// The same with something on standard input.
    pub fn cli_with_input(&self, arguments: &[&str], input: &str) -> CommandResult {
        use std::io::Write as _;
        use std::process::Stdio;
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("start the program");
        // A command that refuses its arguments does not read.
        let _ = child.stdin.take().expect("standard input").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("its output");
        CommandResult {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Runs a command that prepares a test; on a machine so busy that it got no turn at the database, once more.
    pub(crate) fn prepare(&self, arguments: &[&str], input: &str) -> Value {
        let mut result = self.cli_with_input(arguments, input);
        for _ in 0..5 {
            if !result.stderr.contains("try again") && !result.stderr.contains("busy") {
                break;
            }
            result = self.cli_with_input(arguments, input);
        }
        result.json()
    }

    /// The program with this instance's settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let site = &self.running.site;
        let mut command = Command::new(program());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("POSTERN_")) {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(site.folder.path()).envs(&site.settings);
        command.env("POSTERN_PUBLIC_URL", site.public.as_str().trim_end_matches('/'));
        command.env("POSTERN_LISTEN", self.running.listen.to_string());
        command
    }

    /// Makes an account by the command line.
    pub fn person(&self) -> Person {
        Person::create(self, &[])
    }

    /// Makes an administrator's account by the command line.
    pub fn administrator(&self) -> Person {
        Person::create(self, &["--admin"])
    }

    /// Registers a client by the command line.
    pub fn client(&self, registration: &Registration) -> OAuthClient {
        OAuthClient::register(self, registration)
    }

    /// Somebody's browser, signed out.
    pub fn browser(&self) -> Browser {
        Browser::new(self.wire())
    }

    /// A browser in which somebody is signed in.
    pub async fn browser_of(&self, person: &Person) -> Browser {
        let browser = self.browser();
        browser.sign_in(person).await;
        browser
    }

    /// A bare HTTP client with an address of its own.
    pub fn wire(&self) -> Wire {
        Wire::new(&self.running.site.public, self.running.listen, &self.secrets)
    }

    /// A bare HTTP client with a given address.
    pub fn wire_from(&self, address: std::net::IpAddr) -> Wire {
        Wire::from_address(&self.running.site.public, self.running.listen, &self.secrets, Some(address))
    }

    /// A connection for bytes that no HTTP client would send.
    pub async fn raw(&self) -> RawConnection {
        RawConnection::open(self.running.listen).await
    }

    /// What the server is told to call itself.
    pub fn public_url(&self) -> &Url {
        &self.running.site.public
    }

    /// Where the server really listens.
    pub fn listen(&self) -> SocketAddr {
        self.running.listen
    }

    /// The database under it.
    pub fn database(&self) -> &Database {
        &self.running.site.database
    }

    /// The folder with all files of the instance.
    pub fn folder(&self) -> &Path {
        self.running.site.folder.path()
    }

    /// What this test has seen of secrets.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// All that the server has said so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.running.log).unwrap_or_default()).into_owned()
    }

    fn process(&self) -> MutexGuard<'_, Process> {
        self.running.process.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl CommandResult {
    /// What it printed for programs.
    ///
    /// # Panics
    /// If it failed, or printed something else than JSON.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.secrets.assert_absent_from("the server's log", &self.log());
        }
    }
}

fn defaults(folder: &Path, database: &Database) -> BTreeMap<String, String> {
    let pairs = [
        ("database_url", database.url.clone()),
        ("secret_key_file", folder.join("secret.key").display().to_string()),
        ("keys.rsa_bits", "2048".to_owned()),
    ];
    pairs.map(|(name, value)| (variable(name), value)).into()
}

/// The environment's name of a setting.
fn variable(setting: &str) -> String {
    format!("POSTERN_{}", setting.replace('.', "__").to_uppercase())
}

/// The program under test: `POSTERN_BIN`, or what was built beside the tests.
pub(crate) fn program() -> PathBuf {
    if let Some(program) = std::env::var_os("POSTERN_BIN") {
        return program.into();
    }
    let tests = std::env::current_exe().expect("the tests' own path");
    let built = tests.parent().and_then(Path::parent).map(|folder| folder.join("postern")).expect("a folder");
    assert!(
        built.is_file(),
        "{} is missing: run `cargo build --workspace` first, or set POSTERN_BIN",
        built.display()
    );
    built
}
