use std::collections::{BTreeMap, BTreeSet};

use postern_domain::{
    Claim, Organization, Permit, StandardClaim, StandardClaims, SubjectType, Timestamp, User,
};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// What is said about the subject of a permit (OIDC Core section 5.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Claims<'a> {
    /// Whom it is about.
    pub sub: String,
    /// `organization` where the subject is one; then only its name is said beside it.
    pub sub_type: Option<SubjectType>,
    said: Vec<(Claim, Said<'a>)>,
    /// What the person says of the same in further languages (OIDC Core section 5.2).
    localized: Vec<(String, &'a str)>,
}

/// The value of a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Said<'a> {
    Text(&'a str),
    Flag(bool),
    Time(Timestamp),
    Address(Address<'a>),
}

/// The claim `address` (OIDC Core section 5.1.1).
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Address<'a> {
    formatted: String,
    #[serde(flatten)]
    parts: BTreeMap<&'static str, &'a str>,
}

/// The names of the claims there can be about a subject, for discovery.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ["sub", "sub_type"].into_iter().chain(Claim::ALL.iter().map(|claim| claim.as_str()))
}

impl<'a> Claims<'a> {
    /// What userinfo says about a person: what the scopes of `permit` stand for (OIDC Core section 5.4), and what was asked
    /// for by name.
    pub(crate) fn at_userinfo(permit: &Permit, user: &'a User) -> Self {
        let named = &permit.claims.userinfo;
        Self::about(permit, user, |claim| permit.scopes.contains(claim.scope()) || named.contains(&claim))
    }

    /// What an id_token that comes with an access token says about a person: what was asked for by name. What the scopes
    /// stand for is at userinfo (OIDC Core section 5.4).
    pub(crate) fn in_id_token(permit: &Permit, user: &'a User) -> Self {
        let named: &BTreeSet<Claim> = &permit.claims.id_token;
        Self::about(permit, user, |claim| named.contains(&claim))
    }

    /// What is said about an organization in either place: its name, and nothing of any person.
    pub(crate) fn of_organization(permit: &Permit, organization: &'a Organization) -> Self {
        let name = Said::Text(organization.name.as_str());
        Self { said: vec![(Claim::Name, name)], ..Self::nothing_but(permit) }
    }

    fn about(permit: &Permit, user: &'a User, is_asked: impl Fn(Claim) -> bool) -> Self {
        let asked = Claim::ALL.iter().copied().filter(|claim| is_asked(*claim));
        let said = asked.filter_map(|claim| Some((claim, value(user, claim)?))).collect();
        let localized = user.claims.localized.iter().filter(|(name, _)| is_asked(name.claim()));
        let localized = localized.map(|(name, text)| (name.to_string(), text)).collect();
        Self { said, localized, ..Self::nothing_but(permit) }
    }

    fn nothing_but(permit: &Permit) -> Self {
        Self {
            sub: permit.subject.to_string(),
            sub_type: permit.subject.subject_type().filter(|kind| *kind != SubjectType::User),
            said: Vec::new(),
            localized: Vec::new(),
        }
    }
}

/// What is known of a claim. What is not known is left out, also where it was asked for as essential (OIDC Core section
/// 5.5.1).
fn value(user: &User, claim: Claim) -> Option<Said<'_>> {
    let of_themselves = |claim| user.claims.get(claim).map(Said::Text);
    match claim {
        Claim::Name => Some(Said::Text(user.name.as_str())),
        Claim::PreferredUsername => Some(Said::Text(user.username.as_str())),
        Claim::UpdatedAt => Some(Said::Time(user.updated_at)),
        Claim::Email => Some(Said::Text(user.email.as_str())),
        Claim::EmailVerified => Some(Said::Flag(user.email_verified)),
        Claim::GivenName => of_themselves(StandardClaim::GivenName),
        Claim::FamilyName => of_themselves(StandardClaim::FamilyName),
        Claim::MiddleName => of_themselves(StandardClaim::MiddleName),
        Claim::Nickname => of_themselves(StandardClaim::Nickname),
        Claim::Profile => of_themselves(StandardClaim::Profile),
        Claim::Picture => of_themselves(StandardClaim::Picture),
        Claim::Website => of_themselves(StandardClaim::Website),
        Claim::Gender => of_themselves(StandardClaim::Gender),
        Claim::Birthdate => of_themselves(StandardClaim::Birthdate),
        Claim::Zoneinfo => of_themselves(StandardClaim::Zoneinfo),
        Claim::Locale => of_themselves(StandardClaim::Locale),
        Claim::Address => address(&user.claims).map(Said::Address),
        Claim::PhoneNumber => of_themselves(StandardClaim::PhoneNumber),
        // Whether a number is verified is only said of a number.
        Claim::PhoneNumberVerified => {
            user.claims.phone_number.as_ref().map(|_| Said::Flag(user.claims.phone_number_verified))
        }
    }
}

fn address(claims: &StandardClaims) -> Option<Address<'_>> {
    let parts = StandardClaim::ALL.iter().filter(|claim| claim.is_of_address());
    let parts = parts.filter_map(|claim| Some((claim.as_str(), claims.get(*claim)?))).collect();
    Some(Address { formatted: claims.formatted_address()?, parts })
}

impl Serialize for Claims<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("sub", &self.sub)?;
        if let Some(kind) = self.sub_type {
            map.serialize_entry("sub_type", &kind)?;
        }
        for (claim, value) in &self.said {
            map.serialize_entry(claim.as_str(), value)?;
        }
        for (name, text) in &self.localized {
            map.serialize_entry(name, text)?;
        }
        map.end()
    }
}
