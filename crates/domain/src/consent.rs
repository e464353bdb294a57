use crate::{ClientId, ConsentId, Organizations, Scopes, Subject, Timestamp, UserId};

/// What a person has allowed a client for a subject. There is one for each person, client and subject: a renewed consent
/// adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// Who gave it.
    pub user_id: UserId,
    /// Who got it.
    pub client_id: ClientId,
    /// For whom the client may speak: the person, or an organization of theirs.
    pub subject: Subject,
    /// All that was ever allowed and not taken back.
    pub scopes: Scopes,
    /// The organizations of the person that the client may reach; the last decision counts.
    pub organizations: Organizations,
    /// The host that the answer went to, as the person was told it.
    pub redirect_host: String,
    /// When it was first given.
    pub granted_at: Timestamp,
    /// When it was last given.
    pub updated_at: Timestamp,
}

impl Consent {
    /// Whether the person has already allowed all of `scopes` with answers to `redirect_host`.
    pub fn covers(&self, scopes: &Scopes, redirect_host: &str) -> bool {
        scopes.is_subset(&self.scopes) && self.redirect_host == redirect_host
    }
}
