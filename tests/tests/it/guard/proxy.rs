//! `postern guard`: what goes on, what does not, and what is streamed.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use flate2::{Compression, write::GzEncoder};

use super::examples::{CLEAR, EXAMPLES, UNCLEAR};
use super::scene::{Program, Scene, basic, guard, send};
use super::upstream::upstream;

async fn behind(settings: &[(&str, &str)]) -> (Scene, Program, SocketAddr) {
    let scene = Scene::new(settings).await;
    let (program, address) = guard(&scene.instance, upstream().await);
    (scene, program, address)
}

/// A head with a token.
fn head(method: &str, target: &str, token: &str) -> String {
    format!("{method} {target} HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer {token}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn examples_do_what_they_say() {
    let (scene, _program, guard) = behind(&[]).await;
    let mut limits: &[&str] = &[];
    let mut token = String::new();
    for example in EXAMPLES {
        if token.is_empty() || limits != example.limits {
            (limits, token) = (example.limits, scene.token(example.limits));
        }
        for credential in [format!("Bearer {token}"), basic(&scene.person.username, &token)] {
            let (method, target, body) = (example.method, example.target, example.body);
            let length = body.len();
            let head = format!(
                "{method} {target} HTTP/1.1\r\nhost: HOST\r\nauthorization: {credential}\r\n\
                 content-type: application/json\r\ncontent-length: {length}"
            );
            let (status, text) = send(guard, &head, body.as_bytes());
            assert_eq!(
                status,
                if example.passes { 200 } else { 403 },
                "{limits:?} {method} {target}: {text}"
            );
            assert!(!example.passes || text.ends_with(&format!("LENGTH {length}\r\nBODY {body}")), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_judged_is_what_arrives() {
    let (scene, _program, guard) = behind(&[]).await;
    let token = scene.token(&[]);
    for target in CLEAR {
        let (status, text) = send(guard, &head("GET", target, &token), b"");
        assert!(status == 200 && text.contains(&format!("GET {target} HTTP/1.1\r\n")), "{target}: {text}");
    }
    // A fragment is cut off before anything is judged or passed on.
    for target in UNCLEAR.into_iter().filter(|target| !target.contains('#')) {
        let (status, text) = send(guard, &head("GET", target, &token), b"");
        assert!((400..404).contains(&status), "{target}: {text}");
    }
    let authorization = format!("authorization: Bearer {token}");
    for (what, head, expected) in [
        ("no host", format!("GET / HTTP/1.1\r\n{authorization}"), 403),
        ("two hosts", format!("GET / HTTP/1.1\r\nhost: HOST\r\nhost: b.example\r\n{authorization}"), 403),
        ("absolute", format!("GET http://HOST/a HTTP/1.1\r\nhost: HOST\r\n{authorization}"), 200),
        (
            "absolute, another",
            format!("GET http://b.example/a HTTP/1.1\r\nhost: HOST\r\n{authorization}"),
            403,
        ),
        ("HTTP/1.0", format!("GET /a HTTP/1.0\r\nhost: HOST\r\n{authorization}"), 200),
        (
            "the credential as a hop",
            format!("{}\r\nconnection: authorization", head("GET", "/", &token)),
            401,
        ),
        ("no credential", "GET / HTTP/1.1\r\nhost: HOST".to_owned(), 401),
        ("all of it", head("OPTIONS", "*", &token), 403),
    ] {
        let (status, text) = send(guard, &head, b"");
        assert_eq!(status, expected, "{what}: {text}");
        assert!(
            status == 200 || text.contains("x-request-id: ") && text.contains("cache-control: no-store"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_only_the_guard_may_say_comes_from_a_client() {
    let (scene, _program, guard) = behind(&[]).await;
    let token = scene.token(&[]);
    let claims = "x-auth-subject: root\r\nx-auth-anything: root\r\nx_auth_subject: root\r\nx-http-method-override: DELETE\r\n\
                  x-original-url: /admin\r\nx-rewrite-url: /admin\r\nx-forwarded-uri: /admin\r\nx-forwarded-prefix: /admin\r\n\
                  forwarded: for=admin\r\nx-forwarded-for: 203.0.113.99\r\nte: trailers\r\nkeep-alive: 1\r\nx-hop: admin\r\n\
                  connection: x-hop, upgrade\r\nupgrade: h2c\r\nhttp2-settings: AAMA\r\ncookie: a=b\r\naccept: text/x";
    let (status, text) = send(guard, &format!("{}\r\n{claims}", head("GET", "/", &token)), b"");
    assert_eq!(status, 200, "{text}");
    for absent in ["root", "DELETE", "admin", "h2c", "http2-settings", "Bearer", "x-hop", "trailers"] {
        assert!(!text.contains(absent), "{absent} arrived: {text}");
    }
    for present in [&format!("x-auth-subject: {}", scene.person.id), "cookie: a=b", "accept: text/x"] {
        assert!(text.contains(present), "{present} did not: {text}");
    }
    let (status, text) = send(guard, &head("GET", "/moved", &token), b"");
    assert!(status == 302 && text.contains("location: ../Other//Place?x=%2F"), "{text}");
    let (status, text) = send(guard, &head("HEAD", "/", &token), b"");
    assert!(status == 200 && text.ends_with("\r\n\r\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_are_streamed_unless_limits_look_into_them() {
    const SIZE: usize = 200 * 1024 * 1024;
    let (scene, _program, guard) = behind(&[]).await;
    let (free, limited) = (scene.token(&[]), scene.token(&[".*[JsonData::a==1]"]));
    let large = vec![b'x'; SIZE];
    let (status, text) =
        send(guard, &format!("{}\r\ncontent-length: {SIZE}", head("POST", "/", &free)), &large);
    assert!(status == 200 && text.contains(&format!("LENGTH {SIZE}\r\n")), "{text}");
    let json = |more: &str, body: &[u8]| {
        let head = format!("{}\r\ncontent-type: application/json{more}", head("POST", "/", &limited));
        send(guard, &head, body)
    };
    let length = |body: &[u8]| format!("\r\ncontent-length: {}", body.len());
    let good = br#"{"a":1}"#;
    let (status, text) = json("\r\ntransfer-encoding: chunked", b"3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n");
    assert!(status == 200 && text.ends_with("LENGTH 7\r\nBODY {\"a\":1}"), "{text}");
    assert_eq!(json(&format!("{}\r\nexpect: 100-continue", length(good)), good).0, 100);
    let long = format!(r#"{{"a":1,"b":"{}"}}"#, "x".repeat(70_000));
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(good).unwrap();
    let packed = packed.finish().unwrap();
    for (what, more, body) in [
        ("too long", length(long.as_bytes()), long.as_bytes()),
        ("compressed", format!("{}\r\ncontent-encoding: gzip", length(&packed)), &packed),
        ("two types", format!("{}\r\ncontent-type: text/plain", length(good)), good),
        ("no body", length(b""), b""),
        ("a mark in front", length(b"\xef\xbb\xbf{\"a\":1}"), b"\xef\xbb\xbf{\"a\":1}"),
        ("twice", length(br#"{"a":2,"A":1}"#), br#"{"a":2,"A":1}"#),
    ] {
        let (status, text) = json(&more, body);
        assert!(status == 403 && text.contains("outside_limits"), "{what}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_passes() {
    let (scene, _program, guard) = behind(&[]).await;
    let token = scene.token(&[]);
    let mut stream = TcpStream::connect(guard).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let asked = head("GET", "/socket", &token).replace("HOST", &guard.to_string());
    write!(stream, "{asked}\r\nconnection: keep-alive, Upgrade\r\nupgrade: WebSocket\r\n\r\n").unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        read.extend(byte);
    }
    let answer = String::from_utf8(read).unwrap();
    assert!(answer.starts_with("HTTP/1.1 101 ") && answer.contains("upgrade: websocket"), "{answer}");
    let sent = vec![7; 100_000];
    let mut writer = stream.try_clone().unwrap();
    let copy = sent.clone();
    std::thread::spawn(move || writer.write_all(&copy));
    let mut echoed = vec![0; sent.len()];
    stream.read_exact(&mut echoed).unwrap();
    assert!(echoed == sent);
}
