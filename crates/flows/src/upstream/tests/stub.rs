use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::client_jwt::testing::{PAIRS, Pairs};

/// A provider that answers each path as a test wants it, and keeps what it was asked.
pub(super) struct Stub {
    address: SocketAddr,
    answers: Mutex<HashMap<String, (u16, String)>>,
    asked: Mutex<Vec<String>>,
}

impl Stub {
    /// One that answers rightly.
    pub(super) async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stub = Arc::new(Self { address, answers: Mutex::default(), asked: Mutex::default() });
        stub.discovered(|_| {});
        stub.keys(&PAIRS);
        let serving = Arc::clone(&stub);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let stub = Arc::clone(&serving);
                tokio::spawn(async move { stub.answer(stream).await });
            }
        });
        stub
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a path answers from now on.
    pub(super) fn says(&self, path: &str, status: u16, body: &Value) {
        self.says_text(path, status, &body.to_string());
    }

    pub(super) fn says_text(&self, path: &str, status: u16, body: &str) {
        self.answers.lock().unwrap().insert(path.to_owned(), (status, body.to_owned()));
    }

    /// What it says of itself.
    pub(super) fn discovered(&self, change: impl FnOnce(&mut Value)) {
        let at = self.issuer();
        let mut metadata = json!({
            "issuer": at,
            "authorization_endpoint": format!("{at}/authorize"),
            "token_endpoint": format!("{at}/token"),
            "userinfo_endpoint": format!("{at}/userinfo"),
            "jwks_uri": format!("{at}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        change(&mut metadata);
        self.says("/.well-known/openid-configuration", 200, &metadata);
    }

    /// Its keys.
    pub(super) fn keys(&self, pairs: &Pairs) {
        self.says("/jwks", 200, &serde_json::to_value(pairs.public()).unwrap());
    }

    /// Answers the code with an id_token of these claims.
    pub(super) fn tokens_with(&self, claims: &Value) {
        self.tokens(&PAIRS.sign(&json!({ "alg": "RS256", "kid": "rsa" }), claims));
    }

    /// Answers the code with this id_token.
    pub(super) fn tokens(&self, id_token: &str) {
        let answer =
            json!({ "access_token": "an-access-token", "token_type": "Bearer", "id_token": id_token });
        self.says("/token", 200, &answer);
    }

    /// What it was asked under a path: the whole requests.
    pub(super) fn asked(&self, path: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let under = |request: &&String| request.split(' ').nth(1) == Some(path);
        asked.iter().filter(under).cloned().collect()
    }

    async fn answer(&self, mut stream: TcpStream) {
        let request = read(&mut stream).await;
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(request);
        let known = self.answers.lock().unwrap().get(&path).cloned();
        let (status, body) = known.unwrap_or((404, "{}".to_owned()));
        let answer = format!(
            "HTTP/1.1 {status} So\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let _it_may_hang_up = stream.write_all(answer.as_bytes()).await;
    }
}

/// A request with its body.
async fn read(stream: &mut TcpStream) -> String {
    let (mut bytes, mut part) = (Vec::new(), [0; 4_096]);
    loop {
        let count = stream.read(&mut part).await.unwrap_or(0);
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned)
            });
            let length: usize = length.and_then(|length| length.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        if count == 0 {
            return text;
        }
    }
}
