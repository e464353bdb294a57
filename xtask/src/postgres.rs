//! The PostgreSQL the tests and measurements run on: a given one, or a throw-away cluster.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};

use crate::machine::{find, install, is_root, on_core, output};

/// How long a new cluster may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes the cluster, runs it until standard input closes, which happens however this program ends, and removes
/// it. Arguments: folder with the programs, data folder, port, further options of the server.
const KEEPER: &str = r#"
trap '' INT TERM HUP
bin=$1; data=$2; port=$3; shift 3
"$bin/initdb" -D "$data/db" -U postern -E UTF8 --locale=C --auth=password --pwfile="$data/password" \
    --no-sync >"$data/log" 2>&1 || { cat "$data/log" >&2; rm -rf "$data"; exit 1; }
"$bin/postgres" -D "$data/db" -p "$port" -k "$data" -c listen_addresses=127.0.0.1 "$@" >>"$data/log" 2>&1 &
server=$!
echo started
cat >/dev/null
kill -INT "$server"
wait "$server"
rm -rf "$data"
"#;

/// What a cluster is for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// Tests throw everything away, so nothing is synced to disk.
    Tests,
    /// Measurements want it as it comes, held to this core if one is named.
    Measurements(Option<&'a str>),
}

/// A server to make databases on; a throw-away one ends with this value.
pub(crate) struct Postgres {
    url: String,
    keeper: Option<(Child, ChildStdin)>,
}

impl Postgres {
    /// The server named by `TEST_POSTGRES_URL`, or a throw-away cluster from this machine's own programs, which are
    /// installed if they are missing and can be.
    ///
    /// # Errors
    /// Says what is missing, or why the cluster did not start.
    pub(crate) fn start(purpose: Purpose<'_>) -> anyhow::Result<Self> {
        if let Ok(url) = env::var("TEST_POSTGRES_URL") {
            println!("using the server of TEST_POSTGRES_URL");
            return Ok(Self { url, keeper: None });
        }
        if programs().is_none() {
            install(
                &["postgresql"],
                "PostgreSQL (initdb and postgres)",
                "Or set TEST_POSTGRES_URL to a server where databases may be made. --sqlite-only does without.",
            )?;
        }
        let bin = programs().context("initdb and postgres are still missing")?;
        println!("a throw-away cluster from {}", bin.display());
        start_cluster(&bin, purpose)
    }

    /// Where it is, for an account that may make databases.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some((mut keeper, stdin)) = self.keeper.take() {
            drop(stdin);
            let _ = keeper.wait();
        }
    }
}

/// The folder that holds `initdb` and `postgres`: `PG_BIN`, the newest of Debian's, or one in `PATH`.
fn programs() -> Option<PathBuf> {
    let named = env::var_os("PG_BIN").map(PathBuf::from);
    let mut debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect())
        .unwrap_or_default();
    debian.sort_by_key(|bin| {
        bin.parent().and_then(Path::file_name).and_then(|name| name.to_str()?.parse::<u32>().ok())
    });
    let in_path = find(&["initdb"]).and_then(|initdb| initdb.parent().map(Path::to_path_buf));
    let complete = |bin: &PathBuf| bin.join("initdb").is_file() && bin.join("postgres").is_file();
    named.into_iter().chain(debian.into_iter().rev()).chain(in_path).find(complete)
}

fn start_cluster(bin: &Path, purpose: Purpose<'_>) -> anyhow::Result<Postgres> {
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let data = env::temp_dir().join(format!("postern-postgres-{}", std::process::id()));
    let password = random_hex()?;
    fs::DirBuilder::new().mode(0o700).create(&data).with_context(|| format!("make {}", data.display()))?;
    fs::write(data.join("password"), &password)?;
    let mut command = match purpose {
        Purpose::Measurements(Some(core)) => on_core(core),
        _ => Command::new("env"),
    };
    command.args(as_server_user(&data)?);
    command.args(["sh", "-c", KEEPER, "keeper"]).arg(bin).arg(&data).arg(port.to_string());
    command.args(["-c", "max_connections=300"]);
    if let Purpose::Tests = purpose {
        command.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
    }
    let mut keeper =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("start PostgreSQL")?;
    let stdin = keeper.stdin.take().context("PostgreSQL's standard input")?;
    let mut said = String::new();
    if let Some(stdout) = keeper.stdout.take() {
        BufReader::new(stdout).read_line(&mut said)?;
    }
    if said.trim() != "started" {
        bail!("the PostgreSQL cluster could not be made");
    }
    let postgres = Postgres {
        url: format!("postgres://postern:{password}@127.0.0.1:{port}/postgres"),
        keeper: Some((keeper, stdin)),
    };
    wait_until_ready(&data)?;
    Ok(postgres)
}

/// The words that make a command run as somebody other than root, whom PostgreSQL refuses; none where it need not.
fn as_server_user(data: &Path) -> anyhow::Result<Vec<&'static str>> {
    if !is_root() {
        return Ok(Vec::new());
    }
    let knows = |user: &&str| output(Command::new("id").args(["-u", user])).is_ok();
    let user = ["postgres", "nobody"].into_iter().find(knows).context("no user to run PostgreSQL as")?;
    output(Command::new("chown").arg("-R").arg(user).arg(data))?;
    Ok(vec!["runuser", "-u", user, "--"])
}

/// A server that takes connections writes `ready` into its pid file.
fn wait_until_ready(data: &Path) -> anyhow::Result<()> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let ready = output(Command::new("cat").arg(data.join("db/postmaster.pid")));
        if ready.is_ok_and(|pid_file| pid_file.lines().any(|line| line.trim() == "ready")) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!("PostgreSQL did not start; see {}", data.join("log").display());
}

fn random_hex() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
