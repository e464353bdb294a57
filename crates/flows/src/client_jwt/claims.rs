use std::fmt;

use postern_domain::{Lifetime, Timestamp};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// How far the clock of a client may be ahead of ours.
const AHEAD: Lifetime = Lifetime::seconds(30);

/// When a JWT is good (RFC 7519 section 4.1).
#[derive(Debug, Deserialize)]
pub(crate) struct Times {
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
    iat: Option<NumericDate>,
}

/// Seconds since 1970, which may have a fraction.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "f64")]
struct NumericDate(i64);

impl TryFrom<f64> for NumericDate {
    type Error = &'static str;

    fn try_from(seconds: f64) -> Result<Self, Self::Error> {
        // Whole numbers up to here are exact in this type.
        let fits = seconds.is_finite() && seconds.abs() < 9_007_199_254_740_992.0;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the range was checked, and fractions are dropped"
        )]
        if fits { Ok(Self(seconds.floor() as i64)) } else { Err("it is no time") }
    }
}

impl Times {
    /// That it is good at `now`. Answers when it ends, if it says so.
    pub(crate) fn check(&self, now: Timestamp) -> Result<Option<Timestamp>, &'static str> {
        let ahead = |date: Option<NumericDate>| date.is_some_and(|date| date.0 > now.plus(AHEAD).0);
        if ahead(self.nbf) {
            return Err("“nbf” of the JWT is in the future");
        }
        if ahead(self.iat) {
            return Err("“iat” of the JWT is in the future: the client's clock is ahead of the server's");
        }
        match self.exp {
            Some(end) if end.0 <= now.0 => Err("the JWT is over (“exp”)"),
            end => Ok(end.map(|end| Timestamp(end.0))),
        }
    }
}

/// All that a JWT says, each member once.
#[derive(Debug)]
pub(crate) struct Members(pub(crate) Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Members, A::Error> {
                let mut members: Vec<(String, Value)> = Vec::new();
                while let Some((name, value)) = object.next_entry::<String, Value>()? {
                    if members.iter().any(|(known, _)| *known == name) {
                        return Err(Error::custom("a member is there twice"));
                    }
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// Whom a JWT is for (RFC 7519 section 4.1.3).
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    /// One.
    One(String),
    /// Several, or one.
    Several(Vec<String>),
}

impl Audience {
    /// Whether it is for this one, perhaps with others.
    pub(crate) fn contains(&self, one: &str) -> bool {
        match self {
            Self::One(only) => only == one,
            Self::Several(several) => several.iter().any(|named| named == one),
        }
    }

    /// The only one it is for: what is for several could be taken to another of them.
    pub(crate) fn only(&self) -> Option<&str> {
        match self {
            Self::One(one) => Some(one),
            Self::Several(several) => match &several[..] {
                [one] => Some(one),
                _ => None,
            },
        }
    }
}
