use aws_lc_rs::hmac;
use postern_storage::audit::{End, Record, Segment};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::SecretKey;

/// A hash that only this instance can make.
pub(super) type Hash = [u8; 32];

/// What the links of the chain are made with (HMAC-SHA-256, RFC 2104). Each use has a word of its own.
#[derive(Clone)]
pub(super) struct ChainKey(hmac::Key);

impl ChainKey {
    pub(super) fn of(key: &SecretKey) -> Self {
        Self(key.audit().clone())
    }

    fn hash(&self, word: &str, parts: &[&[u8]]) -> Hash {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [word.as_bytes()].iter().chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.sign().as_ref());
        hash
    }

    /// What stands on an act until it has its place.
    pub(super) fn unchained(&self, record: &Record) -> Hash {
        self.hash("unchained", &[&record.bytes()])
    }

    /// The link of an event to the one before.
    pub(super) fn link(&self, before: &Hash, record: &Record) -> Hash {
        self.hash("link", &[before, &record.bytes()])
    }

    /// Where a segment begins, by the opening of the one with the number before.
    pub(super) fn opening(&self, segment: &Segment, before: &Hash) -> Hash {
        let (number, day) = (segment.number.to_be_bytes(), segment.day.to_be_bytes());
        let node: &Uuid = &segment.node;
        let sort = segment.sort.as_str().as_bytes();
        self.hash("opening", &[&number, node.as_bytes(), sort, &day, before])
    }

    /// The end of a segment.
    pub(super) fn end(&self, number: i64, count: i64, last_hash: Hash) -> End {
        let mark = self.hash("end", &[&number.to_be_bytes(), &count.to_be_bytes(), &last_hash]);
        End { count, last_hash, mark }
    }

    /// That a segment was cleared.
    pub(super) fn cleared(&self, number: i64, at: i64) -> Hash {
        self.hash("cleared", &[&number.to_be_bytes(), &at.to_be_bytes()])
    }

    /// That the chain begins behind a segment, as it is remembered once those before are gone.
    pub(super) fn beginning(&self, number: i64, opening: &Hash) -> Hash {
        self.hash("beginning", &[&number.to_be_bytes(), opening])
    }

    /// How many segments there are, as it is remembered apart from them.
    pub(super) fn segments(&self, number: i64) -> String {
        let mark = self.hash("segments", &[&number.to_be_bytes()]);
        format!("{number} {}", hex(&mark))
    }
}

/// Whether two hashes are the same, in constant time.
pub(super) fn same(some: &Hash, other: &Hash) -> bool {
    some.ct_eq(other).into()
}

/// The hash that was written by [`hex`].
pub(super) fn from_hex(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if text.len() != 2 * hash.len() {
        return None;
    }
    for (i, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// A hash as people read it.
pub(super) fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
