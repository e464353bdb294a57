use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::config;

/// A server that answers every request with these bytes, and counts them.
async fn server(answer: impl Into<Vec<u8>>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, answer, calls) =
        (listener.local_addr().unwrap(), answer.into(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&calls);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let _the_request = stream.read(&mut [0; 4_096]).await;
            let _it_may_hang_up = stream.write_all(&answer).await;
        }
    });
    (address, calls)
}

fn outbound(allow: &[&str]) -> Outbound {
    let allow = allow.iter().map(|network| (*network).to_owned()).collect();
    Outbound::new(&config::Outbound { allow, ca_file: None })
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn what_is_allowed_is_fetched() {
    let (address, calls) = server(ok("keys")).await;
    let outbound = outbound(&["127.0.0.0/8"]);
    assert_eq!(outbound.get(&format!("http://{address}/jwks")).await.unwrap(), b"keys");
    assert_eq!(outbound.get(&format!("http://localhost:{}/jwks", address.port())).await.unwrap(), b"keys");
    let answer = outbound.post_form(&format!("http://{address}/"), &[("a", "b")]).await.unwrap();
    assert_eq!((answer.status, answer.body), (200, b"keys".to_vec()));
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn nothing_within_reach_of_the_server_alone_is_called() {
    let (address, calls) = server(ok("secrets")).await;
    let port = address.port();
    for outbound in [outbound(&[]), outbound(&["10.0.0.0/8"])] {
        for url in [
            format!("http://127.0.0.1:{port}/"),
            format!("https://127.0.0.1:{port}/"),
            format!("http://localhost:{port}/"),
            format!("https://localhost:{port}/"),
            format!("http://[::ffff:127.0.0.1]:{port}/"),
            format!("http://2130706433:{port}/"),
            format!("http://0x7f.1:{port}/"),
            format!("http://0:{port}/"),
            format!("file:///etc/passwd?{port}"),
            format!("ftp://127.0.0.1:{port}/"),
            "http://".to_owned(),
        ] {
            assert_eq!(outbound.get(&url).await, Err(OutboundError), "{url}");
        }
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn nobody_is_led_on_and_nobody_sends_without_end() {
    let (canary, calls) = server(ok("secrets")).await;
    let outbound = outbound(&["127.0.0.1"]);
    for answer in [
        format!("HTTP/1.1 302 Found\r\nlocation: http://{canary}/\r\ncontent-length: 0\r\n\r\n").into_bytes(),
        b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
        b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
        [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec(), vec![b' '; 300 * 1024]].concat(),
        b"no HTTP at all".to_vec(),
    ] {
        let (address, _) = server(answer).await;
        assert_eq!(outbound.get(&format!("http://{address}/")).await, Err(OutboundError));
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

#[test]
fn settings_that_cannot_work_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("ca.pem");
    std::fs::write(&empty, "").unwrap();
    let check = |allow: &[&str], ca_file| {
        let allow = allow.iter().map(|network| (*network).to_owned()).collect();
        Outbound::check(&config::Outbound { allow, ca_file })
    };
    assert_eq!(check(&["10.0.0.0/8", "::1"], None), Ok(()));
    assert!(check(&["intranet"], None).unwrap_err().starts_with("outbound.allow: “intranet” is neither"));
    assert!(check(&[], Some(empty)).unwrap_err().ends_with("has no certificate in it (PEM)"));
    assert!(check(&[], Some(folder.path().join("none"))).unwrap_err().starts_with("outbound.ca_file: "));
}
