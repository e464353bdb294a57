//! The Redis that the tests of shared rate limits run on: a given one, or a throw-away one without files.

use std::{
    env,
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};

use crate::machine::{find, install};

/// How long a new server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs the server until standard input closes, which happens however this program ends. Arguments: the program, the
/// port.
const KEEPER: &str = r#"
trap '' INT TERM HUP
"$1" --port "$2" --bind 127.0.0.1 --save '' --appendonly no >/dev/null 2>&1 &
server=$!
cat >/dev/null
kill "$server"
wait "$server"
"#;

/// A server to count on; a throw-away one ends with this value.
pub(crate) struct Redis {
    url: String,
    keeper: Option<(Child, Option<ChildStdin>)>,
}

impl Redis {
    /// The server named by `POSTERN_REDIS`, or a throw-away one of this machine's own program, which is installed if it
    /// is missing and can be.
    ///
    /// # Errors
    /// Says what is missing, or that it did not start.
    pub(crate) fn start() -> anyhow::Result<Self> {
        if let Ok(url) = env::var("POSTERN_REDIS") {
            println!("using the server of POSTERN_REDIS");
            return Ok(Self { url, keeper: None });
        }
        if program().is_none() {
            install(&["redis-server"], "redis-server", "Elsewhere, install Redis or Valkey.")?;
        }
        let program = program().context("redis-server is still missing")?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(&program)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .spawn()
            .context("start Redis")?;
        let stdin = keeper.stdin.take();
        let redis = Self { url: format!("redis://127.0.0.1:{port}/"), keeper: Some((keeper, stdin)) };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begin.elapsed() > PATIENCE {
                bail!("{} does not answer", program.display());
            }
            thread::sleep(Duration::from_millis(50));
        }
        println!("{} on port {port}", program.display());
        Ok(redis)
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some((keeper, stdin)) = &mut self.keeper {
            drop(stdin.take());
            let _ended = keeper.wait();
        }
    }
}

fn program() -> Option<PathBuf> {
    find(&["redis-server", "valkey-server"])
}
