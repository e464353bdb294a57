//! Against a mail server that says what it is told to say.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

use super::*;

/// A mail server, with what it was told and how often it was called.
struct MailServer {
    url: String,
    heard: Arc<Mutex<Vec<String>>>,
    calls: Arc<AtomicUsize>,
}

impl MailServer {
    /// One that answers the command with this line, and every other one as if all were well.
    async fn that_answers(command: &'static str, line: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}?tls=none", listener.local_addr().unwrap());
        let (heard, calls) = (Arc::default(), Arc::default());
        let server = Self { url, heard: Arc::clone(&heard), calls: Arc::clone(&calls) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                calls.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(talk(stream, Arc::clone(&heard), command, line));
            }
        });
        server
    }
}

async fn talk(stream: TcpStream, heard: Arc<Mutex<Vec<String>>>, command: &str, refusal: &str) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let mut is_message = false;
    writer.write_all(b"220 mail.example ready\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        heard.lock().await.push(line.clone());
        if is_message && line != "." {
            continue;
        }
        is_message = line == "DATA" && command != "DATA";
        let answer = match line.as_str() {
            line if line.starts_with(command) => refusal,
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        if writer.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn app_of(public_url: &str, smtp_url: &str) -> TestApp {
    let mut config = Config { public_url: public_url.parse().unwrap(), ..Config::default() };
    config.mail.smtp_url = Some(smtp_url.into());
    app_with(config).await
}

#[tokio::test]
async fn hosts_without_names_send_from_an_address_literal() {
    for (public_url, literal) in [
        ("https://id.acme.example", "id.acme.example"),
        ("http://127.0.0.1:8080", "[127.0.0.1]"),
        ("http://[::1]:8080", "[IPv6:::1]"),
        ("https://[2001:db8::7]", "[IPv6:2001:db8::7]"),
    ] {
        let server = MailServer::that_answers("nothing", "").await;
        let app = app_of(public_url, &server.url).await;
        queued(&app, to("Bob"), invitation(&app)).await;
        pass(&app, &Delivery::of(&app.config).unwrap(), render).await.unwrap();
        let heard = server.heard.lock().await.clone();
        for line in [
            format!("MAIL FROM:<no-reply@{literal}>"),
            "RCPT TO:<bob@example.com>".to_owned(),
            format!("From: Postern <no-reply@{literal}>"),
            "To: Bob <bob@example.com>".to_owned(),
        ] {
            assert_eq!(heard.iter().filter(|heard| **heard == line).count(), 1, "{line}: {heard:?}");
        }
        assert_eq!(heard.iter().filter(|line| line.starts_with("From:")).count(), 1, "{heard:?}");
    }
}

#[tokio::test]
async fn only_what_may_go_better_is_tried_again() {
    for (command, answer, tries) in [
        ("MAIL", "451 4.3.0 try later", 8),
        ("RCPT", "450 4.2.0 greylisted", 8),
        ("DATA", "421 4.3.2 going down", 8),
        (".", "452 4.3.1 no room", 8),
        ("MAIL", "530 5.7.0 who are you", 8),
        ("MAIL", "550 5.7.1 not from you", 1),
        ("RCPT", "550 5.1.1 nobody of that name", 1),
        ("DATA", "554 5.7.1 no", 1),
        (".", "552 5.3.4 too large", 1),
    ] {
        let server = MailServer::that_answers(command, answer).await;
        let app = app_of("https://id.acme.example", &server.url).await;
        queued(&app, to("Bob"), invitation(&app)).await;
        let mut tried = 0;
        for _ in 0..9 {
            // Each pass calls anew, as the next one does after a minute or a day.
            let delivery = Delivery::of(&app.config).unwrap();
            tried += pass(&app, &delivery, render).await.unwrap();
            app.advance(Lifetime::days(1));
        }
        assert_eq!(tried, tries, "{command}: {answer}");
        assert_eq!(server.calls.load(Ordering::SeqCst) as u64, tries, "{command}: {answer}");
    }
}

#[tokio::test]
async fn a_mail_waits_for_a_server_that_is_down() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let down = format!("smtp://{}?tls=none", listener.local_addr().unwrap());
    drop(listener);
    let app = app_of("https://id.acme.example", &down).await;
    queued(&app, to("Bob"), invitation(&app)).await;
    assert_eq!(pass(&app, &Delivery::of(&app.config).unwrap(), render).await.unwrap(), 1);
    app.advance(Lifetime::seconds(60));
    let up = MailServer::that_answers("nothing", "").await;
    let mut config = Config::default();
    config.mail.smtp_url = Some(up.url.clone().into());
    assert_eq!(pass(&app, &Delivery::of(&config).unwrap(), render).await.unwrap(), 1);
    assert!(up.heard.lock().await.iter().any(|line| line == "RCPT TO:<bob@example.com>"));
    app.advance(Lifetime::days(1));
    assert_eq!(pass(&app, &Delivery::of(&config).unwrap(), render).await.unwrap(), 0);
}
