//! The examples of `examples/guard` behind the real nginx and the real Caddy, as Debian has them. They run where
//! `POSTERN_TEST_PROXIES` is set, as `cargo xtask test` does; both have to be installed then.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use postern_tests::free_port;

use super::examples::{CLEAR, EXAMPLES, UNCLEAR};
use super::scene::{Program, Scene, basic, send};
use super::upstream::upstream;

/// A program of this name, in `PATH` or where Debian keeps those of administrators.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    let wanted = std::env::var_os("POSTERN_TEST_PROXIES").is_some();
    assert!(!wanted || found.is_some(), "{name} is missing: apt-get install {name}");
    if found.is_none() {
        println!("{name} is missing: nothing is tried with it");
    }
    found
}

/// An example with its addresses replaced by those of this test, as a file.
fn configured(scene: &Scene, file: &str, upstream: SocketAddr, listen: SocketAddr) -> PathBuf {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/guard").join(file);
    let text = std::fs::read_to_string(&example).expect("the example");
    let text = text
        .replace("127.0.0.1:8080", &scene.instance.listen().to_string())
        .replace("127.0.0.1:9000", &upstream.to_string())
        .replace("127.0.0.1:8088", &listen.to_string())
        .replace("http://:8088", &format!("http://:{}", listen.port()));
    let made = scene.instance.folder().join(file);
    std::fs::write(&made, text).expect("write it");
    made
}

async fn nginx(scene: &Scene) -> Option<(Program, SocketAddr)> {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let mut command = Command::new(program("nginx")?);
    let file = configured(scene, "nginx.conf", upstream().await, listen);
    // Its worker is another user where this one is root.
    let folder = scene.instance.folder();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder, open).expect("open the folder");
    command.arg("-p").arg(folder).arg("-c").arg(file).args(["-g", "daemon off;"]).stderr(Stdio::null());
    Some((Program::start(command, listen), listen))
}

async fn caddy(scene: &Scene) -> Option<(Program, SocketAddr)> {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let mut command = Command::new(program("caddy")?);
    let file = configured(scene, "Caddyfile", upstream().await, listen);
    let folder = scene.instance.folder();
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
    command
        .env("HOME", folder)
        .env("XDG_CONFIG_HOME", folder)
        .env("XDG_DATA_HOME", folder)
        .stderr(Stdio::null());
    Some((Program::start(command, listen), listen))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_nginx() {
    let scene = Scene::new(&[]).await;
    let Some((_program, address)) = nginx(&scene).await else { return };
    examples(&scene, address);
    paths(&scene, address);
    claims(&scene, address);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_caddy() {
    let scene = Scene::new(&[]).await;
    let Some((_program, address)) = caddy(&scene).await else { return };
    examples(&scene, address);
    paths(&scene, address);
    claims(&scene, address);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nginx_answers_429_for_too_many_calls() {
    let scene = Scene::new(&[("guard.rate_limits", "true"), ("rate_limits.default", "3/min")]).await;
    let Some((_program, address)) = nginx(&scene).await else { return };
    let token = scene.token(&[]);
    let ask =
        || send(address, &format!("GET / HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer {token}"), b"");
    let answers: Vec<_> = (0..8).map(|_| ask()).collect();
    let last = answers.last().expect("an answer");
    assert_eq!(last.0, 429, "{}", last.1);
    assert!(last.1.to_lowercase().contains("retry-after: "), "{}", last.1);
}

fn examples(scene: &Scene, address: SocketAddr) {
    let mut limits: &[&str] = &[];
    let mut token = String::new();
    for example in EXAMPLES {
        if token.is_empty() || limits != example.limits {
            (limits, token) = (example.limits, scene.token(example.limits));
        }
        for credential in [format!("Bearer {token}"), basic(&scene.person.username, &token)] {
            let (method, target, body) = (example.method, example.target, example.body);
            let head = format!(
                "{method} {target} HTTP/1.1\r\nhost: HOST\r\nauthorization: {credential}\r\n\
                 content-type: application/json\r\ncontent-length: {}",
                body.len()
            );
            let (status, text) = send(address, &head, body.as_bytes());
            // Neither sends a body along, and then nobody can say that it is what it must be.
            let passes = example.passes && !example.reads_body();
            assert_eq!(status, if passes { 200 } else { 403 }, "{limits:?} {method} {target}: {text}");
            assert!(!passes || text.contains(&format!("{method} {target} HTTP/1.1\r\n")), "{text}");
        }
    }
}

fn paths(scene: &Scene, address: SocketAddr) {
    let token = scene.token(&[]);
    let ask = |target: &str| {
        send(address, &format!("GET {target} HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer {token}"), b"")
    };
    for target in UNCLEAR {
        let (status, text) = ask(target);
        assert!((400..500).contains(&status), "{target}: {text}");
    }
    for target in CLEAR {
        let (status, text) = ask(target);
        assert!(status == 200 && text.contains(&format!("GET {target} HTTP/1.1\r\n")), "{target}: {text}");
    }
}

fn claims(scene: &Scene, address: SocketAddr) {
    let token = scene.token(&["[get].*/open/.*"]);
    let ask = |line: &str, more: &str| {
        send(
            address,
            &format!("{line} HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer {token}\r\n{more}"),
            b"",
        )
    };
    let claims = "x-auth-subject: root\r\nx-auth-organization: root\r\nX_Auth_Organization: root\r\nx_auth_subject: root\r\n\
                  x-auth-identity-token: root\r\n\
                  x-http-method-override: DELETE\r\nx-original-url: /admin\r\nx-rewrite-url: /admin\r\nx-forwarded-uri: /admin\r\n\
                  x-forwarded-method: DELETE\r\nforwarded: for=admin\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\n\
                  http2-settings: AAMA";
    let (status, text) = ask("GET /open/1", claims);
    assert_eq!(status, 200, "{text}");
    let lower = text.to_lowercase();
    for absent in ["root", "delete", "admin", "h2c", "http2-settings", "bearer", "authorization", "{http"] {
        assert!(!lower.contains(absent), "{absent} arrived: {text}");
    }
    assert!(lower.contains(&format!("x-auth-subject: {}\r\n", scene.person.id)), "{text}");
    for more in [
        "x-forwarded-uri: /open/1",
        "x-original-url: /open/1",
        "X_Forwarded_Uri: /open/1",
        "x-rewrite-url: /open/1",
    ] {
        assert_eq!(ask("GET /secret", more).0, 403, "{more}");
        assert_eq!(ask("POST /open/1", "x-forwarded-method: GET").0, 403);
    }
    let nobody = send(address, "GET /open/1 HTTP/1.1\r\nhost: HOST", b"");
    assert!(nobody.0 == 401 && nobody.1.to_lowercase().contains("www-authenticate: bearer"), "{}", nobody.1);
}
