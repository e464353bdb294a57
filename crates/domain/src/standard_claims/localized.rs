use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{LanguageTag, StandardClaimError};
use crate::{Claim, PersonName, WebUrl};

/// A claim in a language or script, as requests and answers write it: `family_name#ja-Kana-JP` (OIDC Core section 5.2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalizedName {
    claim: Claim,
    language: LanguageTag,
}

/// What people say of themselves in further languages and scripts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LocalizedClaims(BTreeMap<LocalizedName, String>);

impl LocalizedName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`StandardClaimError::Localized`] if the claim is none that is said in languages, and [`StandardClaimError::Language`]
    /// if no tag is behind it.
    pub fn parse(name: &str) -> Result<Self, StandardClaimError> {
        let (claim, language) = name.split_once('#').ok_or(StandardClaimError::Localized)?;
        let claim = Claim::ALL.iter().find(|known| known.as_str() == claim && is_said_in_languages(**known));
        let claim = *claim.ok_or(StandardClaimError::Localized)?;
        Ok(Self { claim, language: LanguageTag::parse(language)?.canonical() })
    }

    /// The claim without its language.
    pub const fn claim(&self) -> Claim {
        self.claim
    }
}

/// Names are written in scripts, and pages in languages; the rest is the same in each.
const fn is_said_in_languages(claim: Claim) -> bool {
    use Claim::{FamilyName, GivenName, MiddleName, Name, Nickname, Profile, Website};
    matches!(claim, Name | GivenName | FamilyName | MiddleName | Nickname | Profile | Website)
}

impl fmt::Display for LocalizedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.claim.as_str(), self.language)
    }
}

impl TryFrom<String> for LocalizedName {
    type Error = StandardClaimError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name)
    }
}

impl From<LocalizedName> for String {
    fn from(name: LocalizedName) -> Self {
        name.to_string()
    }
}

impl LocalizedClaims {
    /// How many there may be of a person.
    pub const MOST: usize = 30;

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that is said.
    pub fn iter(&self) -> impl Iterator<Item = (&LocalizedName, &str)> {
        self.0.iter().map(|(name, text)| (name, text.as_str()))
    }

    /// Says something else; an empty text takes back what was said.
    ///
    /// # Errors
    /// [`StandardClaimError`] says what is expected.
    pub fn set(&mut self, name: &LocalizedName, text: &str) -> Result<(), StandardClaimError> {
        let text = match (text.trim(), name.claim) {
            ("", _) => {
                self.0.remove(name);
                return Ok(());
            }
            (text, Claim::Profile | Claim::Website) => WebUrl::parse(text)?.to_string(),
            (text, _) => PersonName::parse(text)?.to_string(),
        };
        if self.0.len() >= Self::MOST && !self.0.contains_key(name) {
            return Err(StandardClaimError::TooMany);
        }
        self.0.insert(name.clone(), text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> LocalizedName {
        LocalizedName::parse(text).unwrap()
    }

    #[test]
    fn a_name_has_a_claim_and_a_language() {
        assert_eq!(name("family_name#ja-kana-jp").to_string(), "family_name#ja-Kana-JP");
        assert_eq!(name("name#DE"), name("name#de"));
        for wrong in
            ["name", "name#", "name#-", "#de", "sub#de", "email#de", "birthdate#de", "name#de#fr", "Name#de"]
        {
            assert!(LocalizedName::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_is_kept_by_its_rule_and_taken_back_by_nothing() {
        let mut claims = LocalizedClaims::default();
        claims.set(&name("given_name#ja"), " エイダ ").unwrap();
        claims.set(&name("website#fr"), "https://ada.example/fr").unwrap();
        assert!(claims.set(&name("website#fr"), "javascript:alert(1)").is_err());
        assert!(claims.set(&name("given_name#ja"), "a\u{202e}b").is_err());
        let kept = serde_json::to_value(&claims).unwrap();
        let expected =
            serde_json::json!({ "given_name#ja": "エイダ", "website#fr": "https://ada.example/fr" });
        assert_eq!(kept, expected);
        assert_eq!(serde_json::from_value::<LocalizedClaims>(kept).unwrap(), claims);
        claims.set(&name("given_name#ja"), "").unwrap();
        claims.set(&name("website#fr"), " ").unwrap();
        assert!(claims.is_empty());
    }

    #[test]
    fn there_are_not_too_many() {
        let mut claims = LocalizedClaims::default();
        let tag = |n: usize| name(&format!("name#x-{n}"));
        for n in 0..LocalizedClaims::MOST {
            claims.set(&tag(n), "Ada").unwrap();
        }
        assert_eq!(claims.set(&tag(99), "Ada"), Err(StandardClaimError::TooMany));
        claims.set(&tag(0), "Augusta").unwrap();
        assert_eq!(claims.iter().count(), LocalizedClaims::MOST);
    }
}
