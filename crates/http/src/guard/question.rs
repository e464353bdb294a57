use axum::http::HeaderMap;
use postern_domain::Refusal;
use postern_domain::limits::{Method, RequestUrl};
use postern_flows::{App, GuardHeaders};

/// The request that a reverse proxy asks about.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// Its method; `None` is one that is not registered.
    pub(crate) method: Option<Method>,
    /// Its URL.
    pub(crate) url: RequestUrl,
}

impl Question {
    /// A request of this method to this URL.
    ///
    /// # Errors
    /// `forbidden` for what is no method, and for a tunnel.
    pub(super) fn new(method: &str, url: RequestUrl) -> Result<Self, Refusal> {
        match axum::http::Method::from_bytes(method.as_bytes()) {
            Ok(axum::http::Method::CONNECT) => {
                Err(Refusal::forbidden("CONNECT asks for a tunnel, and what is in a tunnel can't be judged"))
            }
            Ok(_) => Ok(Self { method: Method::parse(method), url }),
            Err(_) => Err(Refusal::forbidden("the method of the request is none")),
        }
    }

    /// What the headers of a trusted proxy say, of the family that is configured; the other is not looked at.
    ///
    /// # Errors
    /// `forbidden` that says what is missing or not clear.
    pub(crate) fn forwarded(app: &App, headers: &HeaderMap) -> Result<Self, Refusal> {
        let (method, url) = match app.config.guard.headers {
            GuardHeaders::XForwarded => {
                let (proto, host) = (once(headers, "x-forwarded-proto")?, once(headers, "x-forwarded-host")?);
                let url = RequestUrl::new(proto, host, once(headers, "x-forwarded-uri")?);
                (once(headers, "x-forwarded-method")?, url)
            }
            GuardHeaders::XOriginal => {
                (once(headers, "x-original-method")?, RequestUrl::parse(once(headers, "x-original-url")?))
            }
        };
        let url = url.map_err(|error| Refusal::forbidden(error.to_string()))?;
        Self::new(method, url)
    }

    /// Its method, for what is written down.
    pub(crate) fn method_name(&self) -> &'static str {
        self.method.map_or("unregistered", Method::as_str)
    }

    /// Its URL with the query.
    pub(crate) fn whole_url(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.as_str()),
            None => self.url.as_str().to_owned(),
        }
    }
}

/// The one value of a header.
fn once<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value
            .to_str()
            .map_err(|_| Refusal::forbidden(format!("the header {name} holds what no such header can"))),
        (None, _) => Err(Refusal::forbidden(format!("the reverse proxy does not say {name}"))),
        (Some(_), Some(_)) => Err(Refusal::forbidden(format!("the header {name} is there twice"))),
    }
}
