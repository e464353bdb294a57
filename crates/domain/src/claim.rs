use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Scopes;

macro_rules! claims {
    ($($(#[$doc:meta])* $variant:ident = $name:literal of $scope:literal: $label:literal;)*) => {
        /// A claim about a person (OIDC Core section 5.1) besides `sub`, which every answer has.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Claim {
            $($(#[$doc])* $variant,)*
        }

        impl Claim {
            /// Every claim, in the order in which they are said.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name, as requests and answers write it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The scope that asks for it among others (OIDC Core section 5.4).
            pub const fn scope(self) -> &'static str {
                match self {
                    $(Self::$variant => $scope,)*
                }
            }

            /// What a client learns by it, as a person is asked.
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)*
                }
            }
        }
    };
}

claims! {
    /// What the person is called.
    Name = "name" of "profile": "See your name";
    /// The name or names that the person was given.
    GivenName = "given_name" of "profile": "See your given name";
    /// The name or names of the family.
    FamilyName = "family_name" of "profile": "See your family name";
    /// Further names between those.
    MiddleName = "middle_name" of "profile": "See your middle name";
    /// What friends call the person.
    Nickname = "nickname" of "profile": "See your nickname";
    /// The name the person signs in with.
    PreferredUsername = "preferred_username" of "profile": "See your user name";
    /// A page about the person.
    Profile = "profile" of "profile": "See the address of your profile page";
    /// A picture of the person.
    Picture = "picture" of "profile": "See the address of your picture";
    /// The person's own site, or their company's.
    Website = "website" of "profile": "See the address of your website";
    /// The person's gender.
    Gender = "gender" of "profile": "See your gender";
    /// The day of birth.
    Birthdate = "birthdate" of "profile": "See your date of birth";
    /// The time zone the person lives in.
    Zoneinfo = "zoneinfo" of "profile": "See your time zone";
    /// The language and the customs that the person likes best.
    Locale = "locale" of "profile": "See your language";
    /// When a claim last changed.
    UpdatedAt = "updated_at" of "profile": "See when your profile last changed";
    /// The person's address for mail.
    Email = "email" of "email": "See your e-mail address";
    /// Whether somebody proved that the address is theirs.
    EmailVerified = "email_verified" of "email": "See whether your e-mail address was verified";
    /// The postal address (section 5.1.1).
    Address = "address" of "address": "See your postal address";
    /// The number the person is called at.
    PhoneNumber = "phone_number" of "phone": "See your telephone number";
    /// Whether somebody proved that the number is theirs.
    PhoneNumberVerified = "phone_number_verified" of "phone": "See whether your telephone number was verified";
}

impl Claim {
    /// The claim that a request names. A language behind the name (`name#de`, OIDC Core section 5.2) is a wish.
    pub fn named(name: &str) -> Option<Self> {
        let plain = name.split_once('#').map_or(name, |(plain, _)| plain);
        Self::ALL.iter().copied().find(|claim| claim.as_str() == plain)
    }
}

/// The claims that a request names one by one, by where they are to be said (OIDC Core section 5.5). Those that its scopes
/// stand for come besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedClaims {
    /// Those that id_tokens are to carry.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub id_token: BTreeSet<Claim>,
    /// Those that userinfo is to answer.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub userinfo: BTreeSet<Claim>,
}

impl NamedClaims {
    /// No claim at all.
    pub const fn none() -> Self {
        Self { id_token: BTreeSet::new(), userinfo: BTreeSet::new() }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.id_token.is_empty() && self.userinfo.is_empty()
    }

    /// Those that `scopes` stand for: a client that has not declared a scope gets no claim of it.
    #[must_use]
    pub fn within(&self, scopes: &Scopes) -> Self {
        let kept = |claims: &BTreeSet<Claim>| {
            claims.iter().copied().filter(|claim| scopes.contains(claim.scope())).collect()
        };
        Self { id_token: kept(&self.id_token), userinfo: kept(&self.userinfo) }
    }

    /// What a client would learn through them that `scopes` do not let it learn anyway.
    pub fn beyond(&self, scopes: &Scopes) -> BTreeSet<Claim> {
        let all = self.id_token.union(&self.userinfo).copied();
        all.filter(|claim| !scopes.contains(claim.scope())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_kept_by_the_names_that_requests_use() {
        for claim in Claim::ALL {
            assert_eq!(serde_json::to_value(claim).unwrap(), claim.as_str());
            assert_eq!(Claim::named(claim.as_str()), Some(*claim));
        }
        assert_eq!(Claim::named("name#ja-Kana-JP"), Some(Claim::Name));
        for unknown in ["", "sub", "Name", "#name", "favourite_tea"] {
            assert_eq!(Claim::named(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn scopes_say_which_are_kept_and_which_add_something() {
        let named =
            NamedClaims { id_token: BTreeSet::from([Claim::Email]), userinfo: BTreeSet::from([Claim::Name]) };
        let scopes = |text: &str| text.parse::<Scopes>().unwrap();
        assert_eq!(named.within(&scopes("openid profile")).userinfo, BTreeSet::from([Claim::Name]));
        assert!(named.within(&scopes("openid profile")).id_token.is_empty());
        assert!(named.within(&scopes("openid")).is_empty());
        assert_eq!(named.beyond(&scopes("openid email")), BTreeSet::from([Claim::Name]));
        assert!(named.beyond(&scopes("email profile")).is_empty());
    }
}
