use std::collections::BTreeSet;

use crate::limits::LimitSet;
use crate::{Claim, ClientId, ConsentId, NamedClaims, Organizations, Scopes, Subject, Timestamp, UserId};

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
    /// The claims that were allowed by name, besides those that the scopes stand for.
    pub claims: BTreeSet<Claim>,
    /// The organizations of the person that the client may reach; the last decision counts.
    pub organizations: Organizations,
    /// The limits within which it is allowed; none is no limit.
    pub limits: Vec<LimitSet>,
    /// The host that the answer went to, as the person was told it.
    pub redirect_host: String,
    /// When it was first given.
    pub granted_at: Timestamp,
    /// When it was last given.
    pub updated_at: Timestamp,
}

impl Consent {
    /// Whether the person has already allowed all of `scopes` and `claims`, within no narrower `limits`, with answers to
    /// `redirect_host`.
    pub fn covers(
        &self,
        scopes: &Scopes,
        claims: &NamedClaims,
        limits: Option<&LimitSet>,
        redirect_host: &str,
    ) -> bool {
        let within = |allowed: &LimitSet| limits.is_some_and(|asked| asked.is_within(allowed));
        self.reaches(scopes, claims) && self.redirect_host == redirect_host && self.limits.iter().all(within)
    }

    /// Whether all of `scopes` and `claims` were ever allowed.
    pub fn reaches(&self, scopes: &Scopes, claims: &NamedClaims) -> bool {
        scopes.is_subset(&self.scopes) && claims.beyond(&self.scopes).is_subset(&self.claims)
    }

    /// The limits of this consent once `newer` adds to it. Where neither covers the scopes of the other, those of both
    /// hold: nothing is remembered as allowed that was not.
    pub fn limits_with(&self, newer: &Self) -> Vec<LimitSet> {
        if self.scopes.is_subset(&newer.scopes) {
            return newer.limits.clone();
        }
        let more = newer.limits.iter().filter(|set| !self.limits.contains(set));
        match newer.scopes.is_subset(&self.scopes) {
            true => self.limits.clone(),
            false => self.limits.iter().chain(more).cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::LimitCaps;

    fn consent(scopes: &str, limits: &str) -> Consent {
        let user = UserId(uuid::Uuid::nil());
        Consent {
            id: ConsentId(uuid::Uuid::nil()),
            user_id: user,
            client_id: ClientId(uuid::Uuid::nil()),
            subject: Subject::User(user),
            scopes: scopes.parse().unwrap(),
            claims: BTreeSet::new(),
            organizations: Organizations::All,
            limits: set(limits).into_iter().collect(),
            redirect_host: "app.example".into(),
            granted_at: Timestamp(0),
            updated_at: Timestamp(0),
        }
    }

    fn set(limits: &str) -> Option<LimitSet> {
        LimitSet::parse(limits, LimitCaps::default()).unwrap()
    }

    #[test]
    fn a_limited_consent_covers_what_is_no_less_limited() {
        for (allowed, asked, covered) in [
            ("", "", true),
            ("", "[get].*", true),
            ("[get].*", "", false),
            ("[get].*", "[get].*", true),
            ("[get].*", "[post].*", false),
            ("[get].*\n[post].*", "[get].*", true),
            ("[get].*", "[get].*\n[post].*", false),
        ] {
            let consent = consent("openid", allowed);
            let (scopes, claims) = ("openid".parse().unwrap(), NamedClaims::none());
            let covers = consent.covers(&scopes, &claims, set(asked).as_ref(), "app.example");
            assert_eq!(covers, covered, "{allowed} {asked}");
        }
    }

    #[test]
    fn a_claim_is_covered_by_name_or_by_its_scope() {
        let named =
            NamedClaims { id_token: BTreeSet::from([Claim::Email]), userinfo: BTreeSet::from([Claim::Name]) };
        for (scopes, claims, covered) in [
            ("openid", vec![], false),
            ("openid email", vec![], false),
            ("openid email", vec![Claim::Name], true),
            ("openid", vec![Claim::Name, Claim::Email], true),
            ("openid email profile", vec![], true),
        ] {
            let consent = Consent { claims: claims.iter().copied().collect(), ..consent(scopes, "") };
            assert_eq!(consent.reaches(&"openid".parse().unwrap(), &named), covered, "{scopes} {claims:?}");
        }
    }

    #[test]
    fn what_adds_up_is_never_more_than_was_allowed() {
        for (before, newer, limits) in [
            (("a", ""), ("a b", "[get].*"), 1),
            (("a b", "[get].*"), ("a b", ""), 0),
            (("a b", "[get].*"), ("a", ""), 1),
            (("a b", ""), ("a", "[get].*"), 0),
            (("a", "[get].*"), ("b", "[post].*"), 2),
            (("a", "[get].*"), ("b", ""), 1),
            (("a", ""), ("b", "[get].*"), 1),
        ] {
            let (before, newer) = (consent(before.0, before.1), consent(newer.0, newer.1));
            assert_eq!(before.limits_with(&newer).len(), limits, "{before:?} {newer:?}");
        }
    }
}
