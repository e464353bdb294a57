use postern_domain::{Refusal, SigningAlgorithm, Timestamp};
use postern_storage::signing_keys::StoredKey;

use super::SigningKey;
use crate::App;

/// Where a key's private half is sealed for.
pub(super) fn place(kid: &str) -> String {
    format!("signing_keys.private.{kid}")
}

/// Makes a key for each of `algorithms` at the same time, off the threads that serve requests, and seals them.
pub(super) async fn make(
    app: &App,
    algorithms: &[SigningAlgorithm],
    now: Timestamp,
) -> Result<Vec<StoredKey>, Refusal> {
    let rsa_bits = app.config.keys.rsa_bits;
    let at_work: Vec<_> = algorithms
        .iter()
        .map(|algorithm| {
            let algorithm = *algorithm;
            tokio::task::spawn_blocking(move || SigningKey::generate(algorithm, rsa_bits))
        })
        .collect();
    let mut made = Vec::with_capacity(at_work.len());
    for work in at_work {
        let (key, pkcs8) = work.await.map_err(Refusal::because)?.map_err(Refusal::because)?;
        let sealed = app.secret_key.seal(&place(key.kid()), &pkcs8).map_err(Refusal::because)?;
        made.push(StoredKey {
            kid: key.kid().to_owned(),
            algorithm: key.algorithm(),
            public_jwk: key.public_jwk().to_owned(),
            sealed_private_key: sealed,
            created_at: now,
            signs_from: None,
            signs_until: None,
            removed_at: None,
        });
    }
    Ok(made)
}
