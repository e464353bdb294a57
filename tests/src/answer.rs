use std::fmt;

use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;

use crate::{Document, Form};

/// What the server answered, read in full.
#[derive(Clone)]
pub struct Answer {
    /// What was asked.
    pub url: Url,
    /// The status.
    pub status: u16,
    /// The headers, all of them known ones.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header, empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header in ASCII"))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("a body in UTF-8")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// The code of an OAuth error answer, empty where there is none.
    pub fn error(&self) -> String {
        let json: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        json.get("error").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Where it redirects to, if it does.
    pub fn location(&self) -> Option<Url> {
        let location = self.headers.get("location")?.to_str().expect("a location in ASCII");
        Some(self.url.join(location).unwrap_or_else(|error| panic!("Location {location}: {error}")))
    }

    /// The body as HTML.
    pub fn document(&self) -> Document {
        Document::parse(&self.text())
    }

    /// The form that posts to `action`, or else one with a button of that label, id or value.
    ///
    /// # Panics
    /// If there is none.
    pub fn form(&self, wanted: &str) -> Form {
        Form::find(&self.document(), wanted)
            .unwrap_or_else(|| panic!("no form {wanted:?} in {self:?}\n{}", self.text()))
    }

    /// The same answer, if it has the status.
    ///
    /// # Panics
    /// If it has another one; shows the answer.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Fails unless this is an OAuth error of this status and code (RFC 6749 section 5.2).
    ///
    /// # Panics
    /// If it is something else; shows the answer.
    #[track_caller]
    pub fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.error().as_str()), (status, code), "{self:?}");
        assert!(self.headers.get("location").is_none(), "{self:?}");
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", self.status, self.url)?;
        for (name, value) in &self.headers {
            write!(f, "\n  {name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        let body = String::from_utf8_lossy(&self.body);
        write!(f, "\n  {}", body.chars().take(600).collect::<String>())
    }
}
