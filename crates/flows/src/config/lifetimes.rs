use postern_domain::Lifetime;
use serde::{Deserialize, Serialize};

/// How long things live unless a client shortens it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lifetimes {
    /// Access tokens.
    pub access_token: Lifetime,
    /// Refresh tokens that are not used.
    pub refresh_token: Lifetime,
    /// What a person allowed a client, however often it is refreshed; without it only disuse ends that.
    pub grant: Option<Lifetime>,
    /// Authorization codes.
    pub code: Lifetime,
    /// Clients that registered themselves and were never used.
    pub unused_registration: Lifetime,
    /// Accounts whose person asked for their deletion: for so long it can be taken back.
    pub account_deletion: Lifetime,
    /// Sessions that are not used.
    pub session_idle: Lifetime,
    /// Sessions however much they are used.
    pub session_absolute: Lifetime,
    /// Sessions in which an administrator acts as somebody else.
    pub impersonation: Lifetime,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            access_token: Lifetime::days(10),
            refresh_token: Lifetime::days(90),
            grant: None,
            code: Lifetime::seconds(60),
            unused_registration: Lifetime::days(7),
            account_deletion: Lifetime::days(14),
            session_idle: Lifetime::days(14),
            session_absolute: Lifetime::days(90),
            impersonation: Lifetime::seconds(30 * 60),
        }
    }
}
