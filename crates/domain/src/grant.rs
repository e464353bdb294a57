use serde::{Deserialize, Serialize};

use crate::{AuthMethodReference, ClientId, CodeChallenge, GrantId, Permit, SessionId, Timestamp, UserId};

/// How and when the person behind a grant had signed in: what id_tokens say of it (OIDC Core section 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    /// The session in which the grant was made: `sid`.
    pub session_id: SessionId,
    /// When the person proved who they are: `auth_time`.
    pub auth_time: Timestamp,
    /// By which methods: `amr`.
    pub amr: Vec<AuthMethodReference>,
}

/// What a subject granted to a client in one authorization: the family of every token that comes from it. Revoking it
/// kills them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The client it was made to.
    pub client_id: ClientId,
    /// The person who made it.
    pub user_id: UserId,
    /// The most that any token of it may hold.
    pub permit: Permit,
    /// How that person had signed in.
    pub authentication: Authentication,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends however often it is refreshed; `None` while only disuse ends it.
    pub expires_at: Option<Timestamp>,
    /// Since when it is revoked.
    pub revoked_at: Option<Timestamp>,
}

/// What an authorization code is bound to besides its client (RFC 6749 section 4.1.3, RFC 7636, OIDC Core section 3.1.3).
/// It is kept with the code, so that the grant comes to life only when the code is redeemed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeBinding {
    /// The grant that redeeming the code makes, and that redeeming it twice kills.
    pub grant_id: GrantId,
    /// The redirect URI as the request had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// The PKCE challenge, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<CodeChallenge>,
    /// The `nonce`, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How the person had signed in.
    pub authentication: Authentication,
}
