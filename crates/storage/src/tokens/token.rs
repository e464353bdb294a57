use postern_domain::{
    ApiToken, ClientId, CodeBinding, CustomerId, GrantId, OrganizationId, Permit, SessionId, Timestamp,
    TokenHash, TokenId, TokenKind, UserId,
};

/// An issued credential as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What kind of credential it is.
    pub kind: TokenKind,
    /// What it is looked up by.
    pub hash: TokenHash,
    /// The family it belongs to. That of a code comes to life with its redemption.
    pub grant_id: Option<GrantId>,
    /// The client it was issued to.
    pub client_id: Option<ClientId>,
    /// The person behind it.
    pub user_id: Option<UserId>,
    /// The organization it belongs to or speaks for, or whose customer it was made for.
    pub organization_id: Option<OrganizationId>,
    /// The customer it was made for.
    pub customer_id: Option<CustomerId>,
    /// What it allows.
    pub permit: Permit,
    /// What else is known of it.
    pub data: Option<TokenData>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends; `None` is never.
    pub expires_at: Option<Timestamp>,
    /// When it was redeemed or replaced.
    pub consumed_at: Option<Timestamp>,
    /// Since when it is revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to within some minutes; the first use is always noted.
    pub last_used_at: Option<Timestamp>,
    /// What replaced it, sealed, for as long as an honest retry may get it again.
    pub successor: Option<Vec<u8>>,
    /// Its own value, sealed, where the instance lets owners see it again.
    pub sealed: Option<Vec<u8>>,
}

/// What is known of a token besides its permit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenData {
    /// What a code is bound to.
    Code(CodeBinding),
    /// It came from a refresh, so its first use ends the time in which that refresh may be retried.
    Refreshed,
    /// What its owner knows of a personal or organization token.
    Api(ApiToken),
    /// The session whose page it was made for.
    SessionApi(SessionId),
}

impl Token {
    /// A token that was made at `created_at`, belongs to nobody yet and has no end.
    pub const fn new(
        id: TokenId,
        kind: TokenKind,
        hash: TokenHash,
        permit: Permit,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            kind,
            hash,
            grant_id: None,
            client_id: None,
            user_id: None,
            organization_id: None,
            customer_id: None,
            permit,
            data: None,
            created_at,
            expires_at: None,
            consumed_at: None,
            revoked_at: None,
            last_used_at: None,
            successor: None,
            sealed: None,
        }
    }

    /// What its owner knows of it, if it is a personal or organization token.
    pub const fn api(&self) -> Option<&ApiToken> {
        match &self.data {
            Some(TokenData::Api(api)) => Some(api),
            _ => None,
        }
    }

    /// Whether it is neither over, nor redeemed, nor revoked; its grant is another question.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none()
            && self.consumed_at.is_none()
            && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}
