//! A fresh server, set up by its commands alone.

use std::{
    io::Write as _,
    net::{IpAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    certificate,
    configuration::{PASSWORD, STATIC_CLIENTS, StaticClient, USER},
    database::Database,
    options::Options,
    suite::Suite,
};

/// How long a server may take to answer for the first time, keys and all.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the instance is set up with besides its addresses: clients come and go faster than anybody's would.
const SETTINGS: &str = "clients.registration = \"open\"\nrate_limits.client_registration = 100000\n";

/// A running server with its data; both end with this value.
pub(crate) struct Instance {
    folder: TempDir,
    server: PathBuf,
    issuer: String,
    child: Option<Child>,
}

impl Instance {
    /// Makes one on this database, with an account and the clients that do not register themselves, and starts it.
    ///
    /// # Errors
    /// Says which command failed, or why the server does not answer.
    pub(crate) async fn start(
        options: &Options,
        suite: &Suite,
        database: &Database,
        alias: &str,
    ) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("postern-conformance-")?;
        let server =
            options.server.canonicalize().with_context(|| format!("find {}", options.server.display()))?;
        let port = TcpListener::bind((listening_address(&options.host), 0))?.local_addr()?.port();
        let issuer = format!("https://{}:{port}", options.host);
        certificate::make(&options.host, folder.path())?;
        let database_url = database.prepare(folder.path()).await?;
        let outbound = outbound(suite, folder.path()).await?;
        let settings = format!(
            "public_url = {}\nlisten = {}\ndatabase_url = {}\nsecret_key_file = \"secret.key\"\n\
             tls.cert_file = \"cert.pem\"\ntls.key_file = \"key.pem\"\n{SETTINGS}{outbound}",
            json!(issuer),
            json!(format!("{}:{port}", listening_address(&options.host))),
            json!(database_url),
        );
        std::fs::write(folder.path().join("postern.toml"), settings)?;
        let mut instance = Self { folder, server, issuer, child: None };
        instance.set_up(&suite.callback_base(alias))?;
        instance.serve(suite).await?;
        Ok(instance)
    }

    /// What the server calls itself.
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    fn set_up(&self, callback_base: &str) -> anyhow::Result<()> {
        self.command(&["migrate"], "")?;
        std::fs::write(self.folder.path().join("claims.json"), claims().to_string())?;
        let email = format!("{USER}@example.com");
        let user = ["user", "create", "--email", &email, "--username", USER, "--name", "Foo Bar"];
        self.command(&[&user[..], &["--claims-file", "claims.json", "--password-stdin"]].concat(), PASSWORD)?;
        STATIC_CLIENTS.iter().try_for_each(|client| self.create_client(client, callback_base))
    }

    fn create_client(&self, client: &StaticClient, callback_base: &str) -> anyhow::Result<()> {
        let redirect_uri = format!("{callback_base}/callback");
        let signed_out = format!("{callback_base}/post_logout_redirect");
        let kind = ["client", "create", "--type", "confidential", "--name", client.name];
        let known = ["--client-id", client.id, "--client-secret-stdin", "--auth-method", client.auth_method];
        let back = ["--redirect-uri", &redirect_uri, "--post-logout-redirect-uri", &signed_out];
        let scope = ["--scope", "openid profile email address phone offline_access"];
        let arguments = [&kind[..], &known, &back, &scope];
        self.command(&arguments.concat(), client.secret).map(drop)
    }

    async fn serve(&mut self, suite: &Suite) -> anyhow::Result<()> {
        let log = std::fs::File::create(self.folder.path().join("server.log"))?;
        let mut command = self.program();
        command.arg("serve").stdout(Stdio::null()).stderr(log);
        let mut child = command.spawn().context("start the server")?;
        let begin = Instant::now();
        let discovery = format!("{}/.well-known/openid-configuration", self.issuer);
        while !suite.answers(&discovery).await {
            if let Some(status) = child.try_wait()? {
                bail!("the server ended ({status}): {}", self.log());
            }
            if begin.elapsed() > PATIENCE {
                self.child = Some(child);
                bail!("the server does not answer: {}", self.log());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.child = Some(child);
        Ok(())
    }

    /// Runs one of the program's commands and gives what it prints.
    fn command(&self, arguments: &[&str], input: &str) -> anyhow::Result<Vec<u8>> {
        let mut command = self.program();
        command.args(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        child.stdin.take().context("standard input")?.write_all(input.as_bytes())?;
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "postern {} failed: {said}", arguments.join(" "));
        Ok(output.stdout)
    }

    fn program(&self) -> Command {
        let mut command = Command::new(&self.server);
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("POSTERN_"))
        {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path());
        command
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let ended = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status();
        if ended.is_err() {
            let _ = child.kill();
        }
        let _ = child.wait();
    }
}

/// Loopback as long as the suite is on this machine; a suite in a container needs more.
fn listening_address(host: &str) -> &str {
    match host.parse::<IpAddr>() {
        Ok(address) if address.is_loopback() => host,
        _ => "0.0.0.0",
    }
}

/// The instance's own requests (logout, keys, sectors) go to the suite, which may be on this machine.
async fn outbound(suite: &Suite, folder: &Path) -> anyhow::Result<String> {
    let (host, port) = suite.host_and_port()?;
    certificate::shown_by(host, port, &folder.join("suite.pem"))?;
    let addresses = tokio::net::lookup_host((host, port)).await.with_context(|| format!("look up {host}"))?;
    let addresses: Vec<String> = addresses.map(|address| address.ip().to_string()).collect();
    Ok(format!("outbound.allow = {}\noutbound.ca_file = \"suite.pem\"\n", json!(addresses)))
}

/// Every claim of OpenID Connect Core section 5.1 that a person may have, since the suite asks for all of them.
fn claims() -> Value {
    json!({
        "given_name": "Foo", "family_name": "Bar", "middle_name": "Quux", "nickname": "foobar",
        "profile": "https://foo.example/", "picture": "https://foo.example/portrait.png",
        "website": "https://foo.example/", "gender": "female", "birthdate": "1984-02-29",
        "zoneinfo": "Europe/Berlin", "locale": "en-GB",
        "phone_number": "+49 30 1234567", "phone_number_verified": true,
        "address": {
            "street_address": "Example Street 1", "postal_code": "10115", "locality": "Berlin",
            "region": "Berlin", "country": "Germany",
        },
    })
}
