use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_domain::Refusal;

use crate::Config;

/// What the DER of every public key on P-256 begins with (RFC 5480 section 2); the point follows, uncompressed.
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// Bytes of an uncompressed point.
const POINT: usize = 65;

/// A key of `leaks.keys` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("leaks.keys.{0} is not the PEM of a public key on P-256 (-----BEGIN PUBLIC KEY-----)")]
pub struct BadKey(String);

/// That every key of `leaks.keys` can be used.
///
/// # Errors
/// [`BadKey`] names the first that cannot.
pub fn check_keys(config: &Config) -> Result<(), BadKey> {
    match config.leaks.keys.iter().find(|(_, pem)| point(pem).is_none()) {
        Some((name, _)) => Err(BadKey(name.clone())),
        None => Ok(()),
    }
}

/// That `body` was signed by the key of this name: ECDSA on P-256 with SHA-256, the signature ASN.1 in base64.
///
/// # Errors
/// `forbidden` that says what is wrong.
pub(super) fn verify(config: &Config, name: &str, signature: &str, body: &[u8]) -> Result<(), Refusal> {
    let Some(point) = config.leaks.keys.get(name).and_then(|pem| point(pem)) else {
        return Err(Refusal::forbidden(
            "the report is signed with a key that this server does not know; its operator sets it as leaks.keys.<identifier>",
        ));
    };
    let signature = STANDARD.decode(signature.trim()).unwrap_or_default();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
        .verify(body, &signature)
        .map_err(|_| Refusal::forbidden("the signature of the report does not fit its body"))
}

fn point(pem: &str) -> Option<Vec<u8>> {
    let body =
        pem.trim().strip_prefix("-----BEGIN PUBLIC KEY-----")?.strip_suffix("-----END PUBLIC KEY-----")?;
    let der = STANDARD.decode(body.split_whitespace().collect::<String>()).ok()?;
    let point = der.strip_prefix(&P256)?;
    (point.len() == POINT && point.first() == Some(&4)).then(|| point.to_vec())
}
