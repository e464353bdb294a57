use std::collections::HashSet;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::audit::By;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::party::Party;
use crate::{Config, Paging, keys, logout, sessions};

/// A client that answers with the status it is told, and keeps the forms it is sent.
struct Listener {
    status: Mutex<u16>,
    forms: Mutex<Vec<String>>,
}

impl Listener {
    fn answers(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    /// The logout tokens it was sent, each as header and claims.
    fn tokens(&self) -> Vec<(String, Value, Value)> {
        let forms = self.forms.lock().unwrap().clone();
        let read = |form: &String| {
            let token = form.strip_prefix("logout_token=").expect("one field").to_owned();
            let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
            let parts: Vec<&str> = token.split('.').collect();
            (token.clone(), part(parts[0]), part(parts[1]))
        };
        forms.iter().map(read).collect()
    }
}

/// Somebody who is signed in at a client that listens.
async fn party() -> (Party, Arc<Listener>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/logout", listener.local_addr().unwrap());
    let kept = Arc::new(Listener { status: Mutex::new(200), forms: Mutex::default() });
    let told = Arc::clone(&kept);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            let form = loop {
                stream.read_buf(&mut request).await.unwrap();
                let text = String::from_utf8_lossy(&request).into_owned();
                let length = |head: &str| -> usize {
                    let lengths = head.lines().filter_map(|line| line.strip_prefix("content-length: "));
                    lengths.map(|length| length.parse().unwrap()).next().unwrap()
                };
                if let Some((head, body)) = text.split_once("\r\n\r\n")
                    && body.len() == length(head)
                {
                    break body.to_owned();
                }
            };
            told.forms.lock().unwrap().push(form);
            let status = *told.status.lock().unwrap();
            let answer = format!("HTTP/1.1 {status} It\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let mut config = Config::default();
    config.outbound.allow = vec!["127.0.0.0/8".to_owned()];
    let party = Party::configured(config, |metadata| {
        metadata.backchannel_logout_uri = Some(WebUrl::parse(&uri).unwrap());
    });
    (party.await, kept)
}

async fn sign_out(party: &Party) {
    let user = party.user.id;
    assert!(sessions::end_there(&party.app, By::user(user), user, party.session.id).await.unwrap());
}

async fn notice(party: &Party) -> LogoutNotice {
    let found = logout::notices(&party.app, &party.client, &Paging::first()).await.unwrap().items;
    let [notice] = found.try_into().unwrap();
    notice
}

#[tokio::test]
async fn a_logout_token_is_what_the_standard_says() {
    let (party, listener) = party().await;
    let id_token = party.tokens().await.id_token.unwrap().reveal().to_owned();
    sign_out(&party).await;
    assert_eq!((tell(&party.app.app).await.unwrap(), tell(&party.app.app).await.unwrap()), (1, 0));
    let [(token, header, claims)] = listener.tokens().try_into().unwrap();
    assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &json!("RS256")));
    let hint = keys::read_id_token_hint(&party.app, &id_token).await.unwrap();
    let now = party.app.clock.now();
    let jti = claims["jti"].clone();
    assert_eq!(
        claims,
        json!({
            "iss": "http://localhost:8080",
            "aud": "web-app",
            "sub": hint.sub,
            "sid": hint.sid.unwrap(),
            "iat": now.0,
            "exp": now.0 + 120,
            "jti": jti,
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        })
    );
    // It is no id_token, and is never taken for one.
    assert!(keys::read_id_token_hint(&party.app, &token).await.is_err());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let keys = party.app.signing_keys().await.unwrap();
    let key = keys.find(header["kid"].as_str().unwrap()).unwrap();
    assert!(key.verify(message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()));
    let told = notice(&party).await;
    assert_eq!((told.delivered_at, told.tries, told.outcome.status), (Some(now), 1, Some(200)));
}

#[tokio::test]
async fn a_client_that_is_down_is_told_again_until_it_is_given_up() {
    let (party, listener) = party().await;
    party.tokens().await;
    sign_out(&party).await;
    listener.answers(503);
    for tried in 1..=8 {
        assert_eq!(tell(&party.app.app).await.unwrap(), 1, "{tried}");
        assert_eq!(tell(&party.app.app).await.unwrap(), 0, "{tried}: too soon");
        assert_eq!(notice(&party).await.tries, tried);
        party.app.advance(Lifetime::days(1));
    }
    assert_eq!(tell(&party.app.app).await.unwrap(), 0);
    let told = notice(&party).await;
    assert_eq!((told.delivered_at, told.next_try_at), (None, None));
    assert_eq!(told.outcome.problem.as_deref(), Some("it answered 503 instead of 200"));
    let jtis: HashSet<String> =
        listener.tokens().iter().map(|(_, _, claims)| claims["jti"].to_string()).collect();
    assert_eq!(jtis.len(), 8, "each try has a token of its own");
}

#[tokio::test]
async fn nobody_is_told_who_does_not_listen_any_more() {
    let (mut party, listener) = party().await;
    party.tokens().await;
    sign_out(&party).await;
    party.reregister(|metadata| metadata.backchannel_logout_uri = None).await;
    assert_eq!(tell(&party.app.app).await.unwrap(), 1);
    assert!(listener.tokens().is_empty());
    assert_eq!(notice(&party).await.next_try_at, None);
}
