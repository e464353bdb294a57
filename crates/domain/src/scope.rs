use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::SubjectType;

/// A set of scope names (RFC 6749 section 3.3). Order and repetition do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scopes(BTreeSet<String>);

/// A text is not a list of scopes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{0}” is not a scope: scopes are printable ASCII without quotes and backslashes, separated by one space"
)]
pub struct ScopeError(String);

impl Scopes {
    /// The empty set.
    pub const fn none() -> Self {
        Self(BTreeSet::new())
    }

    /// Whether the set holds `name`.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Whether every scope of this set is in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// What both sets hold.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// What either set holds.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// What this set holds and `other` does not.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self(self.0.difference(&other.0).cloned().collect())
    }

    /// The first name, cut to what fits into a message; whoever asked may have sent anything.
    pub fn first_shortened(&self) -> Option<String> {
        self.iter().next().map(|name| name.chars().take(80).collect())
    }

    /// The names in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is no scope at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many scopes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<String> for Scopes {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

impl FromStr for Scopes {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Ok(Self::none());
        }
        text.split(' ')
            .map(|name| {
                let printable = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
                if !name.is_empty() && name.bytes().all(printable) {
                    Ok(name.to_owned())
                } else {
                    Err(ScopeError(name.chars().take(80).collect()))
                }
            })
            .collect()
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// One row of the scope catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeSpec {
    /// The scope as it is requested.
    #[serde(default)]
    pub name: String,
    /// What it allows, in a few words a person understands.
    pub label: String,
    /// The same in a sentence.
    #[serde(default)]
    pub description: String,
    /// The heading it stands under.
    #[serde(default)]
    pub group: String,
    /// The kinds of subject a token with it may have.
    #[serde(default = "ScopeSpec::all_subjects")]
    pub subjects: Vec<SubjectType>,
    /// Left out of discovery and of forms.
    #[serde(default)]
    pub hidden: bool,
}

impl ScopeSpec {
    fn all_subjects() -> Vec<SubjectType> {
        vec![SubjectType::User, SubjectType::Organization]
    }
}

/// Every scope this instance knows: the built-in rows and those an API owner adds in the configuration.
#[derive(Clone, Debug)]
pub struct Catalogue(Vec<ScopeSpec>);

impl Catalogue {
    /// The built-in rows followed by `added`; an added row replaces the built-in one of the same name.
    pub fn with(added: impl IntoIterator<Item = ScopeSpec>) -> Self {
        let mut rows = built_in();
        for row in added {
            match rows.iter_mut().find(|known| known.name == row.name) {
                Some(known) => *known = row,
                None => rows.push(row),
            }
        }
        Self(rows)
    }

    /// The row of a scope.
    pub fn find(&self, name: &str) -> Option<&ScopeSpec> {
        self.0.iter().find(|row| row.name == name)
    }

    /// All rows, in the order people see them.
    pub fn rows(&self) -> &[ScopeSpec] {
        &self.0
    }

    /// The names in `scopes` that the catalogue does not have.
    pub fn unknown(&self, scopes: &Scopes) -> Scopes {
        scopes.iter().filter(|name| self.find(name).is_none()).map(str::to_owned).collect()
    }
}

fn built_in() -> Vec<ScopeSpec> {
    let row = |name: &str, group: &str, label: &str, description: &str| ScopeSpec {
        name: name.to_owned(),
        label: label.to_owned(),
        description: description.to_owned(),
        group: group.to_owned(),
        subjects: ScopeSpec::all_subjects(),
        hidden: false,
    };
    const IDENTITY: &str = "Your identity";
    const ACCOUNT: &str = "Your account";
    vec![
        row("openid", IDENTITY, "Know who you are", "An identifier that is yours and never changes."),
        row("profile", IDENTITY, "See your profile", "Your name and user name."),
        row("email", IDENTITY, "See your e-mail address", "The address, and whether it was verified."),
        row(
            "offline_access",
            IDENTITY,
            "Stay connected while you are away",
            "Keep access when you are not using the app, until you end it.",
        ),
        ScopeSpec {
            subjects: vec![SubjectType::User],
            ..row("user:read", ACCOUNT, "Read your account", "Account details and settings.")
        },
        ScopeSpec {
            subjects: vec![SubjectType::User],
            ..row("user:write", ACCOUNT, "Change your account", "Change your name and settings.")
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scopes() -> impl Strategy<Value = Scopes> {
        proptest::collection::btree_set("[a-d][:._a-z]{0,3}", 0..6).prop_map(Scopes)
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(set in scopes()) {
            prop_assert_eq!(set.to_string().parse::<Scopes>(), Ok(set));
        }

        #[test]
        fn an_intersection_is_in_both(a in scopes(), b in scopes()) {
            let both = a.intersection(&b);
            prop_assert!(both.is_subset(&a) && both.is_subset(&b));
        }
    }

    #[test]
    fn refuses_what_rfc_6749_does_not_allow() {
        for text in [" openid", "openid ", "a  b", "a\tb", "a\"b", "a\\b", "é", "a\u{7f}"] {
            assert!(text.parse::<Scopes>().is_err(), "{text:?}");
        }
    }
}
