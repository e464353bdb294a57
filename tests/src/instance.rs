mod command;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use url::Url;

pub use command::CommandResult;
pub(crate) use command::program;

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
    changed: Mutex<BTreeMap<String, String>>,
}

/// What the nodes of one installation share.
#[derive(Debug)]
struct Site {
    database: Database,
    folder: TempDir,
    public: Url,
    settings: BTreeMap<String, String>,
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
        let running = Running { site, listen, log, process: Mutex::new(idle), changed: Mutex::default() };
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

    /// Changes a setting for every later start and command.
    pub fn set(&self, setting: &str, value: &str) {
        self.changed().insert(variable(setting), value.to_owned());
    }

    fn changed(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.running.changed.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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

    /// How much processor time the server has used so far, to a hundredth of a second.
    ///
    /// # Panics
    /// Where there is no `/proc`.
    pub fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process().id())).expect("/proc");
        // Behind the program's name, which may hold spaces: utime and stime are the fields 14 and 15 (proc(5)), in
        // hundredths of a second.
        let (_, fields) = stat.rsplit_once(')').expect("a program's name");
        let ticks = fields.split_whitespace().skip(11).take(2);
        Duration::from_millis(ticks.map(|ticks| ticks.parse::<u64>().expect("a number") * 10).sum())
    }

    fn memory_line(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process().id())).expect("/proc");
        let line = status.lines().find(|line| line.starts_with(name)).expect("a line of /proc");
        let kib: u64 =
            line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number");
        kib * 1024
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
