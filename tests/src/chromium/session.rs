use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::{Setup, variable};

/// A running chromedriver with the one browser it drives: both end with this value.
pub(super) struct Session {
    driver: Child,
    url: String,
    http: reqwest::Client,
}

impl Session {
    /// Starts both.
    ///
    /// # Errors
    /// When the programs are not there, with the remedy, or don't start.
    pub(super) async fn start(setup: Setup) -> anyhow::Result<Self> {
        let program = variable("POSTERN_BROWSER")?;
        let mut driver = Command::new(program).arg("--port=0").stdout(Stdio::piped()).spawn()?;
        let port = port_of(&mut driver)?;
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build()?;
        let mut session = Self { driver, url: format!("http://127.0.0.1:{port}/session"), http };
        let capabilities = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": options(setup)?}}});
        let answer = session.post("", &capabilities).await.context("start Chromium")?;
        let id = answer["sessionId"].as_str().context("no session was opened")?;
        session.url = format!("{}/{id}", session.url);
        Ok(session)
    }

    /// Asks for something of the browser (WebDriver, section 6).
    ///
    /// # Errors
    /// What the browser says.
    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        value_of(self.http.get(format!("{}{path}", self.url)).send().await?).await
    }

    /// Takes something away.
    ///
    /// # Errors
    /// What the browser says.
    pub(super) async fn delete(&self, path: &str) -> anyhow::Result<Value> {
        value_of(self.http.delete(format!("{}{path}", self.url)).send().await?).await
    }

    /// Has the browser do something.
    ///
    /// # Errors
    /// What the browser says.
    pub(super) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        value_of(self.http.post(format!("{}{path}", self.url)).json(body).send().await?).await
    }

    /// Ends the browser (WebDriver, section 8.2); the answer comes once it has gone. By hand, for a value that ends cannot wait
    /// for the client's runtime.
    fn close(&self) -> std::io::Result<()> {
        let address = self.url.trim_start_matches("http://");
        let (host, path) = address.split_once('/').unwrap_or((address, "session"));
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(stream, "DELETE /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
        stream.read(&mut [0; 16]).map(drop)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A chromedriver that is told to end leaves browsers behind that are at work.
        let _ = self.close();
        let ended = Command::new("kill").arg("-TERM").arg(self.driver.id().to_string()).status();
        if ended.is_err() {
            let _ = self.driver.kill();
        }
        let _ = self.driver.wait();
    }
}

fn options(setup: Setup) -> anyhow::Result<Value> {
    // Without a sandbox, since tests often run as root in a container, where Chromium refuses to start otherwise; it
    // opens pages of this machine only.
    let arguments =
        ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"];
    let scripts = if setup.javascript { 1 } else { 2 };
    let preferences = json!({
        "profile.managed_default_content_settings.javascript": scripts,
        "credentials_enable_service": false,
        "profile.password_manager_leak_detection": false,
    });
    Ok(json!({"binary": variable("POSTERN_CHROMIUM")?, "args": arguments, "prefs": preferences}))
}

/// The port chromedriver chose, from what it prints.
fn port_of(driver: &mut Child) -> anyhow::Result<u16> {
    let stdout = driver.stdout.take().context("chromedriver's output")?;
    let mut lines = BufReader::new(stdout).lines();
    while let Some(Ok(line)) = lines.next() {
        let port = line.rsplit_once("on port ").and_then(|(_, port)| port.trim_end_matches('.').parse().ok());
        // Asked for any port, it first says 0.
        if let Some(port) = port.filter(|port| *port != 0) {
            // Whatever else it prints must go somewhere, or it would block.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(port);
        }
    }
    bail!("chromedriver did not start")
}

async fn value_of(response: reqwest::Response) -> anyhow::Result<Value> {
    let status = response.status();
    let mut answer: Value = response.json().await?;
    let value = answer.get_mut("value").map(Value::take).unwrap_or_default();
    if !status.is_success() {
        bail!(
            "{}: {}",
            value["error"].as_str().unwrap_or("error"),
            value["message"].as_str().unwrap_or_default()
        );
    }
    Ok(value)
}
