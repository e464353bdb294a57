//! What `postern doctor` says of the certificate at `public_url`.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_tests::{Engine, Instance, free_port};
use serde_json::Value;
use tokio::net::TcpStream;

/// Object identifiers in DER: ecdsa-with-SHA256, id-ecPublicKey and secp256r1 (RFC 5758, RFC 5480), and commonName (RFC 5280).
const SIGNED_WITH: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const KEY: &[u8] = &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const CURVE: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const COMMON_NAME: &[u8] = &[6, 3, 0x55, 4, 3];

/// A value of DER.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let mut value = vec![tag];
    match content.len() {
        0..128 => value.push(length[1]),
        128..256 => value.extend([0x81, length[1]]),
        _ => value.extend([0x82, length[0], length[1]]),
    }
    value.extend(content);
    value
}

/// A certificate that signs itself, good until `until` (YYYYMMDDHHMMSS).
fn certificate(key: &EcdsaKeyPair, until: i64) -> Vec<u8> {
    let time = |digits: &str| der(0x17, &[&digits.as_bytes()[2..], b"Z"]);
    let algorithm = der(0x30, &[SIGNED_WITH]);
    let named = der(0x30, &[COMMON_NAME, &der(0x0c, &[b"localhost"])]);
    let name = der(0x30, &[&der(0x31, &[&named])]);
    let validity = der(0x30, &[&time("20200101000000"), &time(&until.to_string())]);
    let public = der(0x03, &[&[0], key.public_key().as_ref()]);
    let public = der(0x30, &[&der(0x30, &[KEY, CURVE]), &public]);
    let version = der(0xa0, &[&[2, 1, 2]]);
    let said = der(0x30, &[&version, &[2, 1, 1], &algorithm, &name, &validity, &name, &public]);
    let signature = key.sign(&SystemRandom::new(), &said).unwrap();
    der(0x30, &[&said, &algorithm, &der(0x03, &[&[0], signature.as_ref()])])
}

fn pem(kind: &str, bytes: &[u8]) -> String {
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", STANDARD.encode(bytes))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_says_when_the_certificate_ends() {
    let instance = Instance::start(Engine::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let document =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).unwrap();
    std::fs::write(file("key.pem"), pem("PRIVATE KEY", document.as_ref())).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref()).unwrap();
    for (days, status, said) in
        [(-4, "error", "ended 3 days ago"), (13, "warning", "13 more days"), (59, "ok", "59 more days")]
    {
        let until =
            format!("SELECT CAST(strftime('%Y%m%d%H%M%S', 'now', '{days} days', '12 hours') AS INTEGER)");
        let until = instance.database().number(&until).await;
        std::fs::write(file("cert.pem"), pem("CERTIFICATE", &certificate(&key, until))).unwrap();
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let command = |arguments: &[&str]| {
            let mut command = instance.command(arguments);
            command.env("POSTERN_PUBLIC_URL", format!("https://localhost:{}", listen.port()));
            command.env("POSTERN_LISTEN", listen.to_string());
            command.env("POSTERN_DATABASE_URL", format!("sqlite://{}", file("other.db")));
            command
                .env("POSTERN_TLS__CERT_FILE", file("cert.pem"))
                .env("POSTERN_TLS__KEY_FILE", file("key.pem"));
            tokio::process::Command::from(command)
        };
        let mut server = command(&["serve"]);
        server.kill_on_drop(true).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = server.spawn().unwrap();
        while TcpStream::connect(listen).await.is_err() {
            assert!(server.try_wait().unwrap().is_none(), "the server did not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let report = command(&["doctor"]).output().await.unwrap();
        server.kill().await.unwrap();
        let report: Value = serde_json::from_slice(&report.stdout).unwrap();
        let found =
            report["items"].as_array().unwrap().iter().find(|one| one["check"] == "certificate").unwrap();
        assert_eq!(found["status"], status, "{found}");
        assert!(found["found"].as_str().unwrap().contains(said), "{found}");
        assert_eq!(found["remedy"].is_string(), status != "ok", "{found}");
    }
}
