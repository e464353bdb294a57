//! `examples/spa` as it stands in the repository, its two settings aside.

use std::{io, path::Path};

use postern_tests::{
    Engine, Instance, Registration,
    chromium::{Chromium, Setup},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/spa");

#[tokio::test]
async fn the_browser_app_signs_in_refreshes_and_signs_out() {
    let instance = Instance::start(Engine::Sqlite).await;
    let person = instance.person();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let registration = Registration::public().redirect_uris(&[&url]).scope("openid profile email");
    let client = instance.client(&registration);
    let issuer = instance.public_url().as_str().trim_end_matches('/');
    let settings = format!(
        "export const issuer = {issuer:?}; export const clientId = {:?}; export const scope = \"openid profile\";",
        client.id
    );
    tokio::spawn(serve(listener, settings));

    let browser = Chromium::start(Setup::default()).await.unwrap();
    browser.open(&url).await.unwrap();
    press(&browser, "Sign in with Postern").await;
    fill(&browser, "identifier", &person.username).await;
    fill(&browser, "password", &person.password).await;
    browser.click(&browser.find("#sign-in").await.unwrap()).await.unwrap();
    let allow = browser.find("[name=decision][value=allow]").await.unwrap();
    let comes_back = "document.dispatchEvent(new Event('visibilitychange')); \
                      return document.querySelector('[value=allow]').disabled";
    assert_eq!(browser.run(comes_back).await.unwrap(), true, "a click begun elsewhere could allow it");
    browser.click(&allow).await.unwrap();
    reads(&browser, &format!("Signed in as {}.", person.name)).await;
    assert_eq!(browser.url().await.unwrap(), url, "the code is out of the address bar");

    press(&browser, "Refresh the tokens").await;
    reads(&browser, "The tokens were refreshed.").await;
    press(&browser, "Call userinfo").await;
    reads(&browser, &format!("\"preferred_username\": \"{}\"", person.username)).await;
    assert_eq!(browser.accessibility_faults().await.unwrap(), Vec::<String>::new());
    press(&browser, "Sign out and revoke the tokens").await;
    reads(&browser, "Signed out, and the tokens were revoked.").await;
}

async fn press(browser: &Chromium, control: &str) {
    browser.click(&browser.control(control).await.unwrap()).await.unwrap();
}

async fn fill(browser: &Chromium, name: &str, text: &str) {
    let field = browser.find(&format!("[name={name}]")).await.unwrap();
    browser.fill(&field, text).await.unwrap();
}

/// Waits until the page says something.
async fn reads(browser: &Chromium, text: &str) {
    for _ in 0..600 {
        if browser.body().await.is_ok_and(|body| body.contains(text)) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the page does not say {text:?} but: {}", browser.body().await.unwrap());
}

/// As much of a static server as one folder takes.
async fn serve(listener: TcpListener, settings: String) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(answer(stream, settings.clone()));
    }
}

async fn answer(mut stream: TcpStream, settings: String) -> io::Result<()> {
    let mut request = vec![0; 8192];
    let length = stream.read(&mut request).await?;
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split([' ', '?']).nth(1).unwrap_or_default().trim_start_matches('/');
    let name = if path.is_empty() { "index.html" } else { path };
    let body = match name {
        "config.js" => settings,
        _ => std::fs::read_to_string(Path::new(FOLDER).join(name)).unwrap_or_default(),
    };
    let kind = match name.rsplit_once('.') {
        Some((_, "js")) => "text/javascript",
        Some((_, "css")) => "text/css",
        _ => "text/html; charset=utf-8",
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await
}
