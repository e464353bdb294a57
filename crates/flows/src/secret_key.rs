use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::hmac;
use postern_domain::{Plain, TokenHash, TokenText};
use zeroize::Zeroizing;

/// The 32 bytes from which every key of the instance derives (HKDF-SHA-256, RFC 5869), one for each use.
pub struct SecretKey {
    hashing: hmac::Key,
    forms: hmac::Key,
    audit: hmac::Key,
    subjects: hmac::Key,
    sealing: RandomizedNonceKey,
}

/// Why something sealed cannot be had, or a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretKeyError {
    /// The file does not hold 32 bytes.
    #[error("the secret key is not 32 bytes; restore the file that the instance was made with")]
    Length,
    /// The sealed bytes were made with another key, for another place, or were changed.
    #[error("a sealed value does not open: it was sealed with another key or for another place")]
    Sealed,
}

/// 32 bytes out of HKDF.
struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

impl SecretKey {
    /// Derives the keys.
    ///
    /// # Errors
    /// [`SecretKeyError::Length`] if `bytes` are not 32.
    pub fn new(bytes: &[u8]) -> Result<Self, SecretKeyError> {
        if bytes.len() != 32 {
            return Err(SecretKeyError::Length);
        }
        let root = Salt::new(HKDF_SHA256, b"postern").extract(bytes);
        let sealing = derive(&root, b"sealing")?;
        Ok(Self {
            hashing: hmac::Key::new(hmac::HMAC_SHA256, &*derive(&root, b"token hashes")?),
            forms: hmac::Key::new(hmac::HMAC_SHA256, &*derive(&root, b"forms")?),
            audit: hmac::Key::new(hmac::HMAC_SHA256, &*derive(&root, b"audit")?),
            subjects: hmac::Key::new(hmac::HMAC_SHA256, &*derive(&root, b"pairwise subjects")?),
            sealing: RandomizedNonceKey::new(&AES_256_GCM, &*sealing).map_err(|_| SecretKeyError::Length)?,
        })
    }

    /// What is stored of a token and what it is looked up by.
    pub fn hash(&self, token: &TokenText) -> TokenHash {
        self.hash_text(token.reveal())
    }

    /// The same for a high-entropy secret that is not in token form, such as one brought along from another server.
    pub fn hash_text(&self, secret: &str) -> TokenHash {
        let tag = hmac::sign(&self.hashing, secret.as_bytes());
        let mut hash = [0; 32];
        hash.copy_from_slice(tag.as_ref());
        TokenHash(hash)
    }

    /// A mark on `message` that only this instance can make, for forms and interactions; `purpose` keeps marks of
    /// different uses apart.
    pub fn mark(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.forms);
        context.update(&(purpose.len() as u64).to_be_bytes());
        context.update(purpose.as_bytes());
        context.update(message);
        let mut mark = [0; 32];
        mark.copy_from_slice(context.sign().as_ref());
        mark
    }

    /// By what a sector knows a person of this instance (OIDC Core section 8.1).
    pub(crate) fn pairwise(&self, sector: &str, person: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.subjects);
        context.update(&(sector.len() as u64).to_be_bytes());
        context.update(sector.as_bytes());
        context.update(person);
        let mut name = [0; 32];
        name.copy_from_slice(context.sign().as_ref());
        name
    }

    /// Whether `mark` is the one that [`SecretKey::mark`] makes, compared in constant time.
    pub fn is_mark(&self, purpose: &str, message: &[u8], mark: &[u8]) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.mark(purpose, message).as_slice(), mark).into()
    }

    /// The key of the chain over what is written down.
    pub(crate) const fn audit(&self) -> &hmac::Key {
        &self.audit
    }

    /// Seals what must be readable again (AES-256-GCM). `place` names table, column and row, so that sealed bytes
    /// cannot be moved to another one.
    ///
    /// # Errors
    /// [`SecretKeyError::Sealed`] if the cipher fails.
    pub fn seal(&self, place: &str, secret: &[u8]) -> Result<Vec<u8>, SecretKeyError> {
        let mut bytes = secret.to_vec();
        let nonce = self
            .sealing
            .seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut bytes)
            .map_err(|_| SecretKeyError::Sealed)?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut bytes);
        Ok(sealed)
    }

    /// Opens what [`SecretKey::seal`] sealed for the same place.
    ///
    /// # Errors
    /// [`SecretKeyError::Sealed`] if it was sealed otherwise or changed since.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SecretKeyError> {
        let (nonce, bytes) = sealed.split_at_checked(12).ok_or(SecretKeyError::Sealed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SecretKeyError::Sealed)?;
        let mut bytes = Zeroizing::new(bytes.to_vec());
        let opened = self.sealing.open_in_place(nonce, Aad::from(place.as_bytes()), &mut bytes);
        let length = opened.map_err(|_| SecretKeyError::Sealed)?.len();
        bytes.truncate(length);
        Ok(bytes)
    }

    /// The same as [`SecretKey::open`] for a text.
    ///
    /// # Errors
    /// [`SecretKeyError::Sealed`] if it does not open or is not a text.
    pub fn open_text(&self, place: &str, sealed: &[u8]) -> Result<Plain, SecretKeyError> {
        let bytes = self.open(place, sealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| SecretKeyError::Sealed)?;
        Ok(Plain::new(text.to_owned()))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

fn derive(root: &Prk, purpose: &[u8]) -> Result<Zeroizing<[u8; 32]>, SecretKeyError> {
    let mut key = Zeroizing::new([0; 32]);
    let info = [purpose];
    let derived = root.expand(&info, Bytes32).map_err(|_| SecretKeyError::Length)?;
    derived.fill(&mut *key).map_err(|_| SecretKeyError::Length)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let key = SecretKey::new(&[7; 32]).unwrap();
        let sealed = key.seal("tokens.successor.1", b"secret").unwrap();
        assert_eq!(key.open_text("tokens.successor.1", &sealed).unwrap().reveal(), "secret");
        assert!(key.open("tokens.successor.2", &sealed).is_err());
        assert!(SecretKey::new(&[8; 32]).unwrap().open("tokens.successor.1", &sealed).is_err());
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert!(key.open("tokens.successor.1", &changed).is_err());
        }
        assert!(key.open("tokens.successor.1", &sealed[..5]).is_err());
    }

    #[test]
    fn marks_of_other_uses_and_keys_do_not_count() {
        let key = SecretKey::new(&[7; 32]).unwrap();
        let mark = key.mark("form", b"session");
        assert!(key.is_mark("form", b"session", &mark));
        assert!(!key.is_mark("forms", b"ession", &mark));
        assert!(!key.is_mark("form", b"other", &mark));
        assert!(!key.is_mark("form", b"session", &mark[..31]));
        assert!(!SecretKey::new(&[8; 32]).unwrap().is_mark("form", b"session", &mark));
    }
}
