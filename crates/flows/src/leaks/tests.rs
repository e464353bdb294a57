use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_domain::{ErrorCode, TokenKind};
use serde_json::json;

use super::*;
use crate::Config;
use crate::bearer::verdict;
use crate::party::{Party, refresh_token};
use crate::testing::HERE;

const NOBODY: Option<Signature<'static>> = None;

async fn works(party: &Party, token: &str) -> bool {
    verdict(&party.app, token, HERE).await.is_ok()
}

async fn sent(party: &Party, body: serde_json::Value) {
    report(&party.app, body.to_string().as_bytes(), NOBODY, HERE).await.unwrap();
}

#[tokio::test]
async fn whoever_has_a_token_can_have_it_killed() {
    let party = Party::new().await;
    let (first, second) = (party.tokens().await, party.tokens().await);
    sent(&party, json!({ "token": first.access_token.reveal() })).await;
    assert!(!works(&party, first.access_token.reveal()).await);
    assert!(works(&party, second.access_token.reveal()).await);
    sent(&party, json!([refresh_token(&second), "x", party.app.new_token(TokenKind::Personal).reveal()]))
        .await;
    assert!(!works(&party, second.access_token.reveal()).await, "the family goes along");
    assert!(party.refresh(refresh_token(&second)).await.is_err());
    for body in ["", "{}", "[1]", "{\"token\":1}", "\"x\""] {
        let refused = report(&party.app, body.as_bytes(), NOBODY, HERE).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidRequest, "{body}");
    }
}

#[tokio::test]
async fn reports_from_one_address_have_a_budget() {
    let mut config = Config::default();
    config.rate_limits.leak_report = 2;
    let party = Party::configured(config, |_| {}).await;
    for _ in 0..2 {
        sent(&party, json!(["x"])).await;
    }
    let refused = report(&party.app, b"[\"x\"]", NOBODY, HERE).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TooManyRequests);
    assert!(refused.retry_after.is_some());
}

#[tokio::test]
async fn a_scanner_signs_its_batch() {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let mut der = vec![
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
        0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    der.extend(key.public_key().as_ref());
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
    let mut config = Config::default();
    config.rate_limits.leak_report = 0;
    config.leaks.keys.insert("scanner".to_owned(), pem);
    check_keys(&config).unwrap();
    let party = Party::configured(config, |_| {}).await;
    let token = party.tokens().await.access_token;
    let body = json!([{
        "token": token.reveal(), "type": "postern_token", "url": "https://git.example/x", "source": "commit",
    }])
    .to_string();
    let value = STANDARD.encode(key.sign(&SystemRandom::new(), body.as_bytes()).unwrap());
    let send = async |key: &str, body: &str| {
        let signature = Some(Signature { key, value: &value });
        report(&party.app, body.as_bytes(), signature, HERE).await
    };
    for (name, body) in [("other", body.as_str()), ("scanner", &body.replace("commit", "gist"))] {
        assert_eq!(send(name, body).await.unwrap_err().code, ErrorCode::Forbidden);
        assert!(works(&party, token.reveal()).await);
    }
    send("scanner", &body).await.unwrap();
    assert!(!works(&party, token.reveal()).await);
}

#[test]
fn what_is_no_key_is_refused() {
    for pem in ["", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"] {
        let mut config = Config::default();
        config.leaks.keys.insert("k".to_owned(), pem.to_owned());
        assert!(check_keys(&config).is_err(), "{pem}");
    }
}

#[tokio::test]
async fn the_rule_finds_every_secret_and_nothing_else() {
    let app = crate::testing::app().await;
    let rule = scanner_rule("postern");
    let regex = rule.split("'''").nth(1).unwrap();
    let regex = regex::Regex::new(regex).unwrap();
    let found = |text: &str| regex.captures(text).map(|found| found[1].to_owned());
    for kind in TokenKind::ALL {
        let token = app.new_token(kind).reveal().to_owned();
        let is_secret = kind != TokenKind::ClientId;
        for text in [
            token.clone(),
            format!("TOKEN=\"{token}\""),
            format!("https://ada:{token}@id.example/x"),
            format!("// {token}, do not commit"),
        ] {
            assert_eq!(found(&text), is_secret.then(|| token.clone()), "{text}");
        }
        for text in [
            token[..token.len() - 1].to_owned(),
            format!("{token}0"),
            format!("{token}_"),
            format!("x{token}"),
            token.replace("postern", "sandbox"),
            token.replace(&format!("_{}_", kind.spec().code), "_zz_"),
        ] {
            assert_eq!(found(&text), None, "{text}");
        }
    }
}
