mod birthdate;
mod language;
mod line;
mod localized;
mod phone_number;
mod zone;

use serde::{Deserialize, Serialize};

pub use birthdate::Birthdate;
pub use language::LanguageTag;
pub use line::{Line, Lines};
pub use localized::{LocalizedClaims, LocalizedName};
pub use phone_number::PhoneNumber;
pub use zone::ZoneName;

use crate::{AccountError, PersonName, WebUrl, WebUrlError};

/// Why a text cannot be taken for what somebody says of themselves. It goes beside the form field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StandardClaimError {
    /// Not a name.
    #[error(transparent)]
    Name(#[from] AccountError),
    /// Not a link.
    #[error(transparent)]
    Link(#[from] WebUrlError),
    /// Not one short line.
    #[error("write 1 to 100 characters on one line")]
    Line,
    /// Not a few lines.
    #[error("write at most 5 lines and 300 characters")]
    Lines,
    /// Not a day of birth.
    #[error("write the day as 1815-12-10, the year alone as 1815, or the day without its year as 0000-12-10")]
    Birthdate,
    /// Not a time zone.
    #[error("write a time zone such as Europe/Paris or UTC")]
    Zone,
    /// Not a language.
    #[error("write a language such as en, de-CH or zh-Hant")]
    Language,
    /// Not a telephone number.
    #[error("write the number with its country, such as +44 20 7946 0018")]
    PhoneNumber,
    /// No claim that there is in languages.
    #[error(
        "write a claim and a language such as family_name#ja-Kana-JP; there are name, given_name, family_name, middle_name, \
         nickname, profile and website"
    )]
    Localized,
    /// One more than there may be.
    #[error("say at most {} things in further languages", LocalizedClaims::MOST)]
    TooMany,
}

macro_rules! standard_claims {
    ($($(#[$doc:meta])* $field:ident $variant:ident: $kind:ty;)*) => {
        /// What people say of themselves beside name, user name and e-mail address (OIDC Core section 5.1). All of it may be
        /// left out.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct StandardClaims {
            $(
                $(#[$doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$kind>,
            )*
            /// Whether somebody proved that the telephone number is the person's.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            pub phone_number_verified: bool,
            /// What is said in further languages.
            #[serde(default, skip_serializing_if = "LocalizedClaims::is_empty")]
            pub localized: LocalizedClaims,
        }

        /// One thing that people say of themselves, by the name it has in forms and calls.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum StandardClaim {
            $($(#[$doc])* $variant,)*
        }

        impl StandardClaim {
            /// All of them, in the order of forms.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($field),)*
                }
            }
        }

        impl StandardClaims {
            /// What is said of one thing.
            pub fn get(&self, claim: StandardClaim) -> Option<&str> {
                match claim {
                    $(StandardClaim::$variant => self.$field.as_ref().map(<$kind>::as_str),)*
                }
            }

            /// Says something else of one thing; an empty text takes back what was said. Another telephone number counts as
            /// not verified.
            ///
            /// # Errors
            /// [`StandardClaimError`] says what is expected.
            pub fn set(&mut self, claim: StandardClaim, text: &str) -> Result<(), StandardClaimError> {
                let before = self.phone_number.clone();
                match claim {
                    $(StandardClaim::$variant => {
                        self.$field = match text.trim() {
                            "" => None,
                            text => Some(<$kind>::parse(text)?),
                        };
                    })*
                }
                self.phone_number_verified &= self.phone_number == before;
                Ok(())
            }
        }
    };
}

standard_claims! {
    /// The name or names that the person was given.
    given_name GivenName: PersonName;
    /// Further names between those and the last.
    middle_name MiddleName: PersonName;
    /// The name or names of the family.
    family_name FamilyName: PersonName;
    /// What friends call the person.
    nickname Nickname: PersonName;
    /// The day of birth.
    birthdate Birthdate: Birthdate;
    /// The gender, in the person's own words; the standard knows `female` and `male`.
    gender Gender: Line;
    /// The language and the customs that the person likes best.
    locale Locale: LanguageTag;
    /// The time zone the person lives in.
    zoneinfo Zoneinfo: ZoneName;
    /// A page about the person.
    profile Profile: WebUrl;
    /// A picture of the person.
    picture Picture: WebUrl;
    /// The person's own site, or their company's.
    website Website: WebUrl;
    /// The number the person is called at.
    phone_number PhoneNumber: PhoneNumber;
    /// House and street, in as many lines as that takes.
    street_address StreetAddress: Lines;
    /// Town.
    locality Locality: Line;
    /// State, province or canton.
    region Region: Line;
    /// Postal code.
    postal_code PostalCode: Line;
    /// Country.
    country Country: Line;
}

impl StandardClaim {
    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|claim| claim.as_str() == name)
    }

    /// Whether it is a part of the postal address.
    pub const fn is_of_address(self) -> bool {
        matches!(self, Self::StreetAddress | Self::Locality | Self::Region | Self::PostalCode | Self::Country)
    }
}

impl StandardClaims {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The postal address as it is written on an envelope; `None` if nothing is said of it (OIDC Core section 5.1.1:
    /// `formatted`).
    pub fn formatted_address(&self) -> Option<String> {
        let text = |claim| self.get(claim).unwrap_or_default();
        let town = [text(StandardClaim::PostalCode), text(StandardClaim::Locality)];
        let town = town.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let lines = [
            text(StandardClaim::StreetAddress),
            &town,
            text(StandardClaim::Region),
            text(StandardClaim::Country),
        ];
        let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_taken_back_by_nothing_and_refused_by_its_own_rule() {
        let mut claims = StandardClaims::default();
        for claim in StandardClaim::ALL {
            assert_eq!(StandardClaim::named(claim.as_str()), Some(*claim));
            let good = match claim {
                StandardClaim::Birthdate => "1815-12-10",
                StandardClaim::Locale => "en-GB",
                StandardClaim::Zoneinfo => "Europe/London",
                StandardClaim::Profile | StandardClaim::Picture | StandardClaim::Website => {
                    "https://ada.example/"
                }
                StandardClaim::PhoneNumber => "+44 20 7946 0018",
                _ => "Ada",
            };
            claims.set(*claim, &format!(" {good} ")).unwrap();
            assert_eq!(claims.get(*claim), Some(good), "{claim:?}");
            assert!(claims.set(*claim, "a\u{202e}b").is_err(), "{claim:?}");
            assert_eq!(claims.get(*claim), Some(good), "what is refused changes nothing");
        }
        let kept = serde_json::to_string(&claims).unwrap();
        assert_eq!(serde_json::from_str::<StandardClaims>(&kept).unwrap(), claims);
        for claim in StandardClaim::ALL {
            claims.set(*claim, "").unwrap();
        }
        assert!(claims.is_empty());
        assert_eq!(serde_json::to_string(&claims).unwrap(), "{}");
    }

    #[test]
    fn another_number_is_not_verified() {
        let mut claims = StandardClaims::default();
        claims.set(StandardClaim::PhoneNumber, "+1 555 0100").unwrap();
        claims.phone_number_verified = true;
        claims.set(StandardClaim::PhoneNumber, "+1 555 0100").unwrap();
        claims.set(StandardClaim::Nickname, "Al").unwrap();
        assert!(claims.phone_number_verified);
        claims.set(StandardClaim::PhoneNumber, "+1 555 0101").unwrap();
        assert!(!claims.phone_number_verified);
    }

    #[test]
    fn an_address_is_written_as_on_an_envelope() {
        let mut claims = StandardClaims::default();
        assert_eq!(claims.formatted_address(), None);
        claims.set(StandardClaim::Country, "United Kingdom").unwrap();
        assert_eq!(claims.formatted_address().unwrap(), "United Kingdom");
        claims.set(StandardClaim::StreetAddress, "St James’s Square 12\r\nSecond floor").unwrap();
        claims.set(StandardClaim::Locality, "London").unwrap();
        claims.set(StandardClaim::PostalCode, "SW1Y 4JH").unwrap();
        let formatted = "St James’s Square 12\nSecond floor\nSW1Y 4JH London\nUnited Kingdom";
        assert_eq!(claims.formatted_address().unwrap(), formatted);
    }
}
