use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

    /// Whether the set allows what `name` stands for: it holds it or, since writing implies reading, `x:write` for `x:read`.
    pub fn allow(&self, name: &str) -> bool {
        self.contains(name)
            || name.strip_suffix(":read").is_some_and(|area| self.contains(&format!("{area}:write")))
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

    #[test]
    fn writing_implies_reading() {
        let scopes: Scopes = "customers:write members:read".parse().unwrap();
        assert!(scopes.allow("customers:read") && scopes.allow("members:read"));
        assert!(!scopes.allow("members:write") && !scopes.allow("customer_sessions:write"));
    }
}
