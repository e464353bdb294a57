use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text is no colour. The text goes beside the form field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a colour as # and six hexadecimal digits, such as #336699")]
pub struct AccentError;

/// The accent colour of an instance: `#` and six lower-case hexadecimal digits. Pages use shades of it that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accent(String);

impl Accent {
    /// Reads a colour; surrounding space is dropped, and the `#` may be left out.
    ///
    /// # Errors
    /// [`AccentError`] if it is none.
    pub fn parse(text: &str) -> Result<Self, AccentError> {
        let text = text.trim();
        let digits = text.strip_prefix('#').unwrap_or(text);
        match digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true => Ok(Self(format!("#{}", digits.to_ascii_lowercase()))),
            false => Err(AccentError),
        }
    }

    /// The colour, with its `#`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Accent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Accent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Accent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_has_six_digits_and_is_written_in_one_way() {
        for text in ["#3366FF", "3366ff", " #3366ff "] {
            assert_eq!(Accent::parse(text).unwrap().as_str(), "#3366ff");
        }
        for text in ["", "#", "#fff", "#3366ff0", "##3366f", "#3366fg", "red", "3366ff}body{", "ééé"] {
            assert_eq!(Accent::parse(text), Err(AccentError), "{text}");
        }
    }
}
