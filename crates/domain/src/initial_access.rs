use crate::{InitialAccessTokenId, Timestamp, TokenHash};

/// By which clients may register themselves where not everybody may (RFC 7591 section 3), as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialAccessToken {
    /// Its id.
    pub id: InitialAccessTokenId,
    /// What is stored of it.
    pub hash: TokenHash,
    /// What its maker calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working, if ever.
    pub expires_at: Option<Timestamp>,
    /// How many clients may register by it; `None` is any number.
    pub most_uses: Option<u32>,
    /// How many have.
    pub uses: u32,
    /// When the last one did.
    pub last_used_at: Option<Timestamp>,
}

impl InitialAccessToken {
    /// Whether a client may register by it at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end) && self.most_uses.is_none_or(|most| self.uses < most)
    }
}
