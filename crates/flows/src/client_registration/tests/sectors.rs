use postern_domain::ErrorCode;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::super::register;
use super::sent;
use crate::testing::{HERE, TestApp, app_with};
use crate::{ClientRegistration, Config};

/// What a registration comes to whose sector answers this.
async fn outcome(app: &TestApp, listed: &str) -> Result<(), (ErrorCode, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer =
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{listed}", listed.len());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _the_request = stream.read(&mut [0; 4_096]).await;
        let _it_may_hang_up = stream.write_all(answer.as_bytes()).await;
    });
    let asked = sent(json!({
        "redirect_uris": ["https://a.example/cb", "https://b.example/cb"],
        "subject_type": "pairwise",
        "sector_identifier_uri": format!("http://{address}/sector.json"),
    }));
    let told = register(app, None, &asked, HERE).await.map(drop);
    told.map_err(|refusal| (refusal.code, refusal.description.into_owned()))
}

async fn app(allow: &[&str]) -> TestApp {
    let mut config = Config::default();
    config.clients.registration = ClientRegistration::Open;
    config.outbound.allow = allow.iter().map(|network| (*network).to_owned()).collect();
    app_with(config).await
}

#[tokio::test]
async fn a_sector_lists_every_redirect_uri() {
    let app = app(&["127.0.0.0/8"]).await;
    let all = r#"["https://x.example/", "https://b.example/cb", "https://a.example/cb"]"#;
    assert_eq!(outcome(&app, all).await, Ok(()));
    for (listed, named) in [
        (r#"["https://a.example/cb"]"#, "https://b.example/cb"),
        (r#"["https://a.example/cb", "https://b.example/cb/"]"#, "https://b.example/cb"),
        (r#"{"uris": []}"#, "JSON array"),
        ("nothing", "JSON array"),
    ] {
        let (code, told) = outcome(&app, listed).await.unwrap_err();
        assert_eq!(code, ErrorCode::InvalidClientMetadata, "{told}");
        assert!(told.contains("sector_identifier_uri") && told.contains(named), "{told}");
    }
}

#[tokio::test]
async fn a_sector_that_may_not_be_called_is_no_sector() {
    let (code, told) = outcome(&app(&[]).await, "[]").await.unwrap_err();
    assert_eq!(code, ErrorCode::InvalidClientMetadata);
    assert!(told.contains("outbound.allow"), "{told}");
}
