#![allow(missing_docs, clippy::expect_used, reason = "a benchmark")]
//! A signed id_token by a key that is held, beside jsonwebtoken's `encode`, which reads the key at each call:
//! `cargo bench --package postern-flows`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use postern_domain::SigningAlgorithm;
use postern_flows::keys::SigningKey;
use serde_json::{Value, json};

fn claims() -> Value {
    json!({
        "iss": "https://id.example", "sub": "01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c11", "aud": "postern_ci_0123456789",
        "exp": 1_800_003_600, "iat": 1_800_000_000, "auth_time": 1_799_999_000, "nonce": "n-0S6_WzA2Mj",
        "at_hash": "77QmUPtjPfzWtF2AnpK9RQ", "amr": ["pwd"], "sid": "01931b5c-6f2e-7c3a-9d6e-2f1f0a6b4c12",
        "name": "Ada Lovelace", "preferred_username": "ada", "updated_at": 1_799_000_000,
        "email": "ada@example.com", "email_verified": true,
    })
}

fn signing(criterion: &mut Criterion) {
    let claims = claims();
    for (name, algorithm, theirs, rsa_bits) in [
        ("RS256-2048", SigningAlgorithm::Rs256, Algorithm::RS256, 2048),
        ("RS256-3072", SigningAlgorithm::Rs256, Algorithm::RS256, 3072),
        ("ES256", SigningAlgorithm::Es256, Algorithm::ES256, 2048),
        ("EdDSA", SigningAlgorithm::EdDsa, Algorithm::EdDSA, 2048),
    ] {
        let (key, pkcs8) = SigningKey::generate(algorithm, rsa_bits).expect("a key is made");
        let mut group = criterion.benchmark_group(name);
        group.bench_function("held", |b| b.iter(|| key.sign(black_box(&claims)).expect("it signs")));
        let encoding = match algorithm {
            // jsonwebtoken wants the bare RSAPrivateKey (RFC 8017), which stands at the end of the PKCS#8.
            SigningAlgorithm::Rs256 => EncodingKey::from_rsa_der(bare_rsa(&pkcs8)),
            SigningAlgorithm::Es256 => EncodingKey::from_ec_der(&pkcs8),
            SigningAlgorithm::EdDsa => EncodingKey::from_ed_der(&pkcs8),
        };
        let header = Header { kid: Some(key.kid().to_owned()), ..Header::new(theirs) };
        group.bench_function("jsonwebtoken", |b| {
            b.iter(|| encode(&header, black_box(&claims), &encoding).expect("it signs"));
        });
        group.bench_function("parse", |b| {
            b.iter(|| SigningKey::parse(algorithm, black_box(&pkcs8)).expect("it is a key"));
        });
        group.finish();
    }
}

fn bare_rsa(pkcs8: &[u8]) -> &[u8] {
    // SEQUENCE, version 0, the algorithm and the OCTET STRING's head: 26 bytes for keys of these sizes.
    pkcs8.get(26..).expect("a PKCS#8 is longer than its head")
}

criterion_group!(benches, signing);
criterion_main!(benches);
