use std::collections::HashSet;
use std::fmt;

use crate::Refusal;

/// Most parameters one request may carry.
const MAX_PARAMETERS: usize = 100;
/// Most fields that a page's form may send: each ticked scope is one.
const MAX_FIELDS: usize = 2_000;
/// Longest name of a parameter, in bytes.
const MAX_NAME: usize = 128;
/// Longest value of a parameter, in bytes; request objects and JSON parameters are the long ones.
const MAX_VALUE: usize = 16 * 1024;

/// The only parameter of a protocol that may be sent several times (RFC 8707 section 2).
const REPEATABLE: &str = "resource";

/// The parameters of one request, decoded once and strictly (RFC 6749 section 3.1).
///
/// A parameter that is sent twice, cannot be decoded or is too long is an error, never "absent"; only `resource` may be
/// sent several times. One that is sent without a value counts as not sent, as the RFC wants.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

/// Why a query or a form body cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// A `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8, or hold a NUL.
    #[error("a parameter is not valid percent-encoded UTF-8")]
    Encoding,
    /// A parameter was sent more than once.
    #[error("the parameter “{0}” was sent more than once (RFC 6749 section 3.1)")]
    Repeated(String),
    /// More parameters, or longer ones, than any honest request has.
    #[error("the request has too many or too long parameters")]
    Oversized,
}

impl Params {
    /// Reads `application/x-www-form-urlencoded` bytes: a query or a form body.
    ///
    /// # Errors
    /// [`ParamsError`] names what is wrong with them.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParamsError> {
        let params = Self::read(bytes, MAX_PARAMETERS)?;
        if let Some(name) = params.repeated() {
            return Err(ParamsError::Repeated(name.to_owned()));
        }
        Ok(Self(params.0.into_iter().filter(|(_, value)| !value.is_empty()).collect()))
    }

    /// Reads a page's form, in which check boxes of one name may be sent several times; otherwise as strict.
    ///
    /// # Errors
    /// [`ParamsError`] names what is wrong with them.
    pub fn parse_repeated(bytes: &[u8]) -> Result<Self, ParamsError> {
        Self::read(bytes, MAX_FIELDS)
    }

    fn read(bytes: &[u8], most: usize) -> Result<Self, ParamsError> {
        let mut params = Vec::new();
        for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if params.len() == most {
                return Err(ParamsError::Oversized);
            }
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => (pair.get(..at), pair.get(at + 1..)),
                None => (Some(pair), None),
            };
            params.push((
                decode(name.unwrap_or_default(), MAX_NAME)?,
                decode(value.unwrap_or_default(), MAX_VALUE)?,
            ));
        }
        Ok(Self(params))
    }

    /// The value of a parameter; `None` if it was not sent, or sent empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that may be sent once only; an empty one is none (RFC 6749 section 3.1).
    ///
    /// # Errors
    /// [`ParamsError::Repeated`] if it was sent more than once.
    pub fn once<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>, ParamsError> {
        let mut values = self.all(name);
        let first = values.next();
        match values.next() {
            Some(_) => Err(ParamsError::Repeated(name.to_owned())),
            None => Ok(first.filter(|value| !value.is_empty())),
        }
    }

    /// The name of a parameter that was sent more than once and may not be, if any was.
    pub fn repeated(&self) -> Option<&str> {
        let mut names = HashSet::new();
        self.iter().map(|(name, _)| name).find(|name| *name != REPEATABLE && !names.insert(*name))
    }

    /// Every value of a parameter of a page's form.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All parameters in the order they were sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same parameters with one more, or with another value of one that is there.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same parameters with one more value of one that may have several.
    #[must_use]
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same parameters without one.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    /// The parameters as a query or form body.
    pub fn to_urlencoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

impl From<ParamsError> for Refusal {
    fn from(error: ParamsError) -> Self {
        Self::invalid_request(error.to_string())
    }
}

impl FromIterator<(String, String)> for Params {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// Names only: values may be secret.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

fn decode(bytes: &[u8], longest: usize) -> Result<String, ParamsError> {
    if bytes.len() > longest * 3 {
        return Err(ParamsError::Oversized);
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => match (rest.next().and_then(hex), rest.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(ParamsError::Encoding),
            },
            plain => *plain,
        });
    }
    if decoded.len() > longest {
        return Err(ParamsError::Oversized);
    }
    if decoded.contains(&0) {
        return Err(ParamsError::Encoding);
    }
    String::from_utf8(decoded).map_err(|_| ParamsError::Encoding)
}

fn hex(digit: &u8) -> Option<u8> {
    char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(pairs in proptest::collection::btree_map("[^\0]{1,20}", "[^\0]{1,50}", 0..8)) {
            let params: Params = pairs.into_iter().collect();
            prop_assert_eq!(Params::parse(params.to_urlencoded().as_bytes()), Ok(params));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = Params::parse(&bytes);
        }
    }

    #[test]
    fn what_is_wrong_is_an_error_and_never_absent() {
        for (bytes, error) in [
            ("a=1&a=2", ParamsError::Repeated("a".into())),
            ("a=1&a=", ParamsError::Repeated("a".into())),
            ("a=&a=1", ParamsError::Repeated("a".into())),
            ("a=1&%61=2", ParamsError::Repeated("a".into())),
            ("a=%", ParamsError::Encoding),
            ("a=%4", ParamsError::Encoding),
            ("a=%zz", ParamsError::Encoding),
            ("a=%ff", ParamsError::Encoding),
            ("a=%00", ParamsError::Encoding),
        ] {
            assert_eq!(Params::parse(bytes.as_bytes()), Err(error), "{bytes}");
        }
        assert_eq!(Params::parse(&[b'a', b'=', 0xff]), Err(ParamsError::Encoding));
        let many = "a&".repeat(101);
        assert_eq!(Params::parse(many.as_bytes()), Err(ParamsError::Oversized));
        let long = format!("a={}", "x".repeat(MAX_VALUE + 1));
        assert_eq!(Params::parse(long.as_bytes()), Err(ParamsError::Oversized));
    }

    #[test]
    fn an_empty_value_is_no_value() {
        let params = Params::parse(b"scope=&state=+x%2B").unwrap();
        assert_eq!(params.get("scope"), None);
        assert_eq!(params.get("state"), Some(" x+"));
    }
}
