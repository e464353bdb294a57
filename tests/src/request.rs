use std::fmt::Display;

use base64::Engine as _;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::form_urlencoded;

/// A request that an actor is about to send: to a path of the server, or to its public URL.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
}

impl Request {
    /// A request of any method.
    pub fn new(method: &str, target: impl Into<String>) -> Self {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        Self { method, target: target.into(), headers: HeaderMap::new(), body: None }
    }

    /// A GET.
    pub fn get(target: impl Into<String>) -> Self {
        Self::new("GET", target)
    }

    /// A POST without a body.
    pub fn post(target: impl Into<String>) -> Self {
        Self::new("POST", target)
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        self.headers.append(name, HeaderValue::from_bytes(value.as_ref()).expect("a header's value"));
        self
    }

    /// The same with `Authorization: Bearer`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// The same with `Authorization: Basic`, both halves form-encoded (RFC 6749 section 2.3.1).
    #[must_use]
    pub fn basic(self, id: &str, secret: &str) -> Self {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(id), encoded(secret));
        self.header("authorization", format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(pair)))
    }

    /// The same with `Authorization: Basic` as scripts write it, nothing encoded (RFC 7617 section 2).
    #[must_use]
    pub fn plain_basic(self, user: &str, password: &str) -> Self {
        let pair = base64::prelude::BASE64_STANDARD.encode(format!("{user}:{password}"));
        self.header("authorization", format!("Basic {pair}"))
    }

    /// The same with a form as its body.
    #[must_use]
    pub fn form<K: AsRef<str>, V: AsRef<str>>(self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.body("application/x-www-form-urlencoded", form)
    }

    /// The same with a form in parts as its body (RFC 7578).
    #[must_use]
    pub fn multipart<K: AsRef<str>, V: AsRef<[u8]>>(self, parts: impl IntoIterator<Item = (K, V)>) -> Self {
        const EDGE: &str = "----postern";
        let mut body = Vec::new();
        for (name, value) in parts {
            let head =
                format!("--{EDGE}\r\ncontent-disposition: form-data; name=\"{}\"\r\n\r\n", name.as_ref());
            body.extend([head.as_bytes(), value.as_ref(), b"\r\n"].concat());
        }
        body.extend(format!("--{EDGE}--\r\n").into_bytes());
        self.body(&format!("multipart/form-data; boundary={EDGE}"), body)
    }

    /// The same with a body of any type.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", content_type)
    }

    /// The same with a query behind its path.
    #[must_use]
    pub fn query<K: AsRef<str>, V: AsRef<str>>(mut self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.target = format!("{}?{query}", self.target);
        self
    }

    /// Method and path, to name the request in a failure.
    pub fn name(&self) -> impl Display + use<> {
        let path = self.target.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }
}
