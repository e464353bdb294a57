use crate::{Network, PersonName, Timestamp, TokenId, UserId};

/// What is known of a personal or organization token besides its permit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// What its owner calls it.
    pub name: PersonName,
    /// The last four characters of its value, by which its owner knows it.
    pub hint: String,
    /// What its owner wrote down about it.
    pub note: Option<String>,
    /// The networks it may be used from; none is any.
    pub networks: Vec<Network>,
    /// Whether it holds whatever its owner may do at the time, and not only the scopes of its permit.
    pub everything: bool,
    /// Until when its limits only report what they would refuse.
    pub report_only_until: Option<Timestamp>,
    /// Whether it works for any active user, through Basic only, and then acts as the user who is named.
    pub any_user: bool,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// The token whose place it takes with a new value.
    pub replaces: Option<TokenId>,
    /// The token with a new value that takes its place; it is not renewed any more.
    pub replaced_by: Option<TokenId>,
    /// The address it was last used from.
    pub last_used_from: Option<String>,
    /// Who revoked it.
    pub revoked_by: Option<UserId>,
}

impl ApiToken {
    /// A token that holds the scopes of its permit and may be used from anywhere.
    pub fn new(name: PersonName, hint: impl Into<String>, created_by: Option<UserId>) -> Self {
        Self {
            name,
            hint: hint.into(),
            note: None,
            networks: Vec::new(),
            everything: false,
            report_only_until: None,
            any_user: false,
            created_by,
            replaces: None,
            replaced_by: None,
            last_used_from: None,
            revoked_by: None,
        }
    }
}
