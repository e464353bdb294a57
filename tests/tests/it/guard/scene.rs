//! An instance with somebody who has tokens, and ways to ask with them.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use base64::Engine as _;
use postern_tests::{Engine, Instance, Person, Request, unique};

/// Longest that a program may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Scene {
    pub(super) instance: Instance,
    pub(super) person: Person,
}

impl Scene {
    /// An instance that trusts reverse proxies on this machine.
    pub(super) async fn new(settings: &[(&str, &str)]) -> Self {
        let trusted = [("trusted_proxies", "127.0.0.0/8")];
        let settings: Vec<_> = trusted.iter().chain(settings).copied().collect();
        let instance = Instance::start_with(Engine::Sqlite, &settings).await;
        let person = instance.person();
        Self { instance, person }
    }

    /// The same with settings that only a file can hold.
    pub(super) async fn with_file(settings: &str) -> Self {
        let instance = Instance::set_up(Engine::Sqlite, &[("trusted_proxies", "127.0.0.0/8")]);
        std::fs::write(instance.folder().join("postern.toml"), settings).expect("write the settings");
        instance.restart();
        instance.wait_until_ready().await;
        let person = instance.person();
        Self { instance, person }
    }

    /// A personal token with these limits.
    pub(super) fn token(&self, limits: &[&str]) -> String {
        let options: Vec<&str> = limits.iter().flat_map(|limit| ["--limit", limit]).collect();
        token(&self.instance, &[&["--user", self.person.username.as_str()], options.as_slice()].concat())
    }
}

/// A token made by the command line.
pub(super) fn token(instance: &Instance, options: &[&str]) -> String {
    let name = unique("token");
    let made = instance.cli(&[&["token", "create", "--name", &name], options].concat()).json();
    let token = made["token"].as_str().expect("a token").to_owned();
    instance.secrets().add(&token);
    token
}

/// What a reverse proxy asks about a request to `https://api.example.com`.
pub(super) fn about(method: &str, target: &str) -> Request {
    Request::get("/v1/guard")
        .header("x-forwarded-method", method)
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "api.example.com")
        .header("x-forwarded-uri", target)
}

/// `Authorization: Basic` for these two halves.
pub(super) fn basic(user: &str, token: &str) -> String {
    format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(format!("{user}:{token}")))
}

/// A program of a test, which ends with it.
pub(super) struct Program(Child);

impl Program {
    /// Starts it and waits until something listens at `address`.
    pub(super) fn start(mut command: Command, address: SocketAddr) -> Self {
        let mut program = Self(command.spawn().expect("start the program"));
        let begin = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = program.0.try_wait().expect("ask for a child");
            assert!(ended.is_none() && begin.elapsed() < PATIENCE, "nothing listens at {address}: {ended:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
        program
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let ended = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let begin = Instant::now();
        while ended.is_ok() && begin.elapsed() < Duration::from_secs(5) {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `postern guard` in front of an upstream.
pub(super) fn guard(instance: &Instance, upstream: SocketAddr) -> (Program, SocketAddr) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, postern_tests::free_port()));
    let mut command = instance.command(&["guard", "--upstream", &format!("http://{upstream}")]);
    command.args(["--listen", &address.to_string()]).stdout(std::process::Stdio::null());
    (Program::start(command, address), address)
}

/// Sends a head and a body as they are and reads the answer: its status and all of it. The head gets what ends it.
pub(super) fn send(to: SocketAddr, head: &str, body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(to).expect("connect");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time-out");
    let head = head.replace("HOST", &to.to_string());
    stream.write_all(head.as_bytes()).expect("send the head");
    stream.write_all(b"\r\nconnection: close\r\n\r\n").expect("send its end");
    // Who refuses need not read the body.
    let _ = stream.write_all(body);
    let mut read = Vec::new();
    let _ = stream.read_to_end(&mut read);
    let text = String::from_utf8_lossy(&read).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, text)
}
