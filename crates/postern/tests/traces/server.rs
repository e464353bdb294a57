use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

/// What nobody may find in a trace.
pub(crate) const CANARY: &str = "canary-7d1f";
/// Whom the server believes, and whom not.
pub(crate) const PROXY: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
pub(crate) const STRANGER: Ipv4Addr = Ipv4Addr::LOCALHOST;

const SETTINGS: &str = "
trusted_proxies = [\"127.0.0.2/32\"]
shutdown.notice = \"1s\"
outbound.allow = [\"127.0.0.0/8\"]

[upstream.acme]
issuer = \"https://nobody.invalid\"
client_id = \"postern\"
";

/// The program as people start it.
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl Server {
    /// Starts it with one account and these variables, and waits until it answers.
    pub(crate) async fn start(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("postern.toml"), SETTINGS).unwrap();
        let account = ["user", "create", "--username", "ada", "--password-stdin", "--email"];
        let mut made = command(&folder, 0)
            .args(account)
            .arg(format!("ada-{CANARY}@example.com"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        writeln!(made.stdin.take().unwrap(), "{CANARY}-of-the-account").unwrap();
        assert!(made.wait().unwrap().success());
        let port = free_port();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let mut serve = command(&folder, port);
        serve.arg("serve").envs(variables.iter().copied()).stdout(Stdio::null()).stderr(log);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let server = Self { process: serve.spawn().unwrap(), address, folder };
        let begin = Instant::now();
        // It takes connections before it answers.
        while tokio::net::TcpStream::connect(address).await.is_err() {
            assert!(begin.elapsed() < Duration::from_secs(60), "it does not start: {}", server.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(server.send(PROXY, "GET /metrics", &[], "").await.status, 404);
        server
    }

    /// Sends a request, `METHOD /path`, from an address, and reads the answer.
    pub(crate) async fn send(&self, from: Ipv4Addr, line: &str, headers: &[&str], body: &str) -> Answer {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        let mut stream = socket.connect(self.address).await.unwrap();
        let mut head =
            format!("{line} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n", self.address.port());
        for header in headers {
            head += &format!("{header}\r\n");
        }
        if !body.is_empty() {
            let length = body.len();
            head +=
                &format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n");
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let text = String::from_utf8_lossy(&answer).into_owned();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Answer { status, text }
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "kill -TERM");
    }

    /// Waits until it has ended, and says what it logged.
    pub(crate) async fn ended(mut self, at_most: Duration) -> String {
        let begin = Instant::now();
        while self.process.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < at_most, "it does not end: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.log()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _it_may_have_ended = self.process.kill();
        let _it_may_have_been_waited_for = self.process.wait();
    }
}

/// The program in a folder of its own, without the variables of whoever runs the tests.
fn command(folder: &tempfile::TempDir, port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    for (name, _) in std::env::vars() {
        if name.starts_with("OTEL_") || name.starts_with("POSTERN_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    let listen = format!("127.0.0.1:{port}");
    let public_url = format!("http://localhost:{port}");
    command.current_dir(folder.path()).env("POSTERN_LISTEN", listen).env("POSTERN_PUBLIC_URL", public_url);
    command.stdin(Stdio::null());
    command
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// An answer, head and body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn form_token(&self) -> &str {
        let (_, rest) = self.text.split_once("name=\"form_token\" value=\"").expect("a page with a form");
        rest.split('"').next().unwrap()
    }

    /// Its cookies, as a header that sends them back.
    pub(crate) fn cookie(&self) -> String {
        let lines = self.text.lines().filter(|line| line.to_lowercase().starts_with("set-cookie:"));
        let cookies = lines.filter_map(|line| line.split_once(':')?.1.split(';').next());
        format!("Cookie:{}", cookies.collect::<Vec<_>>().join(";"))
    }
}
