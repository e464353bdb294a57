use std::net::IpAddr;

use postern_domain::{
    ClientId, ClientOwner, CustomerId, OrganizationId, Rate, Refusal, SessionId, Tier, UserId,
};
use uuid::Uuid;

use crate::bearer::{Holder, Verdict};
use crate::{App, RateLimits, budget};

/// Whose calls are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A page's, in the browser of somebody who is signed in.
    Session(SessionId),
    /// An app's, by what one person or organization allowed it. All of the app's together have a ceiling of their own.
    App {
        /// The app.
        client: ClientId,
        /// Whom it speaks for.
        subject: Uuid,
        /// What the app as a whole may ask.
        ceiling: Tier,
        /// What it may ask in this one's name.
        share: Tier,
    },
    /// A customer's.
    Customer(CustomerId),
    /// An organization's scripts'.
    Organization(OrganizationId, Tier),
    /// A person's scripts'.
    User(UserId),
    /// Of nobody who is known: the address's. Of IPv6 the first 64 bits count, which is what one subscriber has.
    Address(IpAddr),
}

/// One bucket: whose, and at which rate it is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) key: Key,
    pub(super) rate: Rate,
}

/// What tells buckets apart: what kind of caller it is, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(pub(super) [u8; 33]);

impl Whose {
    /// Whose calls those with a token are.
    ///
    /// # Errors
    /// `temporarily_unavailable` or `server_error` if the database fails.
    pub async fn of_token(app: &App, verdict: &Verdict) -> Result<Self, Refusal> {
        Ok(match &verdict.holder {
            Holder::App { client, organization, .. } => {
                let ceiling = match client.owner {
                    ClientOwner::Organization(id) => {
                        app.organization(id).await?.map(|owner| owner.tier).unwrap_or_default()
                    }
                    ClientOwner::User(_) | ClientOwner::Nobody => Tier::Default,
                    ClientOwner::Instance => Tier::Elevated,
                };
                let share = organization.as_ref().map(|organization| organization.tier).unwrap_or_default();
                Self::App { client: client.id, subject: verdict.permit.subject.uuid(), ceiling, share }
            }
            Holder::Session { authentication, .. } => Self::Session(authentication.session_id),
            Holder::User(user) => Self::User(user.id),
            Holder::Organization { organization, .. } => {
                Self::Organization(organization.id, organization.tier)
            }
            Holder::Customer { customer, .. } => Self::Customer(customer.id),
        })
    }

    /// The buckets from which a call of theirs takes, the narrowest first.
    pub(super) fn buckets(self, rates: &RateLimits) -> Vec<Bucket> {
        let bucket = |kind: u8, parts: &[&[u8]], rate: Rate| Bucket { key: Key::new(kind, parts), rate };
        match self {
            Self::Session(id) => vec![bucket(1, &[id.0.as_bytes()], rates.web_session)],
            Self::App { client, subject, ceiling, share } => {
                let ceiling = rates.of(ceiling);
                let share = rates.of(share).lower(ceiling);
                let client = client.0.as_bytes();
                vec![bucket(2, &[client, subject.as_bytes()], share), bucket(3, &[client], ceiling)]
            }
            Self::Customer(id) => vec![bucket(4, &[id.0.as_bytes()], rates.default)],
            Self::Organization(id, tier) => vec![bucket(5, &[id.0.as_bytes()], rates.of(tier))],
            Self::User(id) => vec![bucket(6, &[id.0.as_bytes()], rates.default)],
            Self::Address(address) => vec![bucket(7, &[&budget::network(address)], rates.address)],
        }
    }
}

impl RateLimits {
    /// What a tier may ask.
    pub(super) const fn of(&self, tier: Tier) -> Rate {
        match tier {
            Tier::Restricted => self.restricted,
            Tier::Default => self.default,
            Tier::Elevated => self.elevated,
        }
    }

    /// Every rate at which some bucket is filled.
    pub(super) fn rates(&self) -> [Rate; 5] {
        [self.restricted, self.default, self.elevated, self.web_session, self.address]
    }
}

impl Key {
    /// At most two parts of 16 bytes.
    fn new(kind: u8, parts: &[&[u8]]) -> Self {
        let mut key = [0; 33];
        let bytes = std::iter::once(&kind).chain(parts.iter().copied().flatten());
        for (place, byte) in key.iter_mut().zip(bytes) {
            *place = *byte;
        }
        Self(key)
    }
}
