use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::redirect::Policy;
use url::Url;

use crate::{Answer, Request, Secrets, address, known_headers};

/// The way to one node of an instance. Requests for its public URL go to the address it listens on, as a proxy would
/// send them; nothing is ever followed.
#[derive(Clone, Debug)]
pub struct Wire {
    http: reqwest::Client,
    public: Url,
    listen: SocketAddr,
    secrets: Secrets,
}

impl Wire {
    pub(crate) fn new(public: &Url, listen: SocketAddr, secrets: &Secrets) -> Self {
        Self::from_address(public, listen, secrets, address::own_address().filter(|_| listen.is_ipv4()))
    }

    pub(crate) fn from_address(
        public: &Url,
        listen: SocketAddr,
        secrets: &Secrets,
        from: Option<IpAddr>,
    ) -> Self {
        let http = reqwest::Client::builder()
            .redirect(Policy::none())
            .local_address(from)
            .no_proxy()
            .timeout(Duration::from_secs(60))
            // The server closes idle connections, and may do so while a request is on its way.
            .pool_idle_timeout(Duration::from_secs(2))
            .build()
            .expect("an HTTP client");
        Self { http, public: public.clone(), listen, secrets: secrets.clone() }
    }

    /// What the server is told to call itself.
    pub fn public_url(&self) -> &Url {
        &self.public
    }

    /// The issuer (RFC 8414 section 2).
    pub fn issuer(&self) -> &str {
        self.public.as_str().trim_end_matches('/')
    }

    /// What must not stand in a log.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The absolute public URL of a path, or of what is one already.
    pub fn url(&self, target: &str) -> Url {
        self.public.join(target).unwrap_or_else(|error| panic!("{target}: {error}"))
    }

    /// Whether a URL leads to this server.
    pub fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.public.origin()
    }

    /// Sends a request as it is and reads the answer in full.
    ///
    /// # Panics
    /// If the request leads elsewhere, if no answer comes, or if it carries a header that is not known.
    pub async fn send(&self, request: Request) -> Answer {
        let name = request.name().to_string();
        self.try_send(request).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// The same, where no answer may come because the server is being killed.
    ///
    /// # Errors
    /// Why there is no whole answer.
    ///
    /// # Panics
    /// If the request leads elsewhere, or the answer carries a header that is not known.
    pub async fn try_send(&self, request: Request) -> Result<Answer, reqwest::Error> {
        let name = request.name().to_string();
        let url = self.url(&request.target);
        assert!(self.is_own(&url), "{url} is not the server's");
        let mut inside = url.clone();
        inside.set_scheme("http").expect("http");
        inside.set_ip_host(self.listen.ip()).expect("an address");
        inside.set_port(Some(self.listen.port())).expect("a port");
        let mut sent = self.http.request(request.method, inside);
        if !request.headers.contains_key("host") {
            let host = url.host_str().expect("a host");
            let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
            sent = sent.header("host", host);
        }
        sent = sent.headers(request.headers);
        if let Some(body) = request.body {
            sent = sent.body(body);
        }
        let response = sent.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        known_headers::check(&name, &headers);
        let answer = Answer { url, status, headers, body };
        self.note_secrets(&answer);
        Ok(answer)
    }

    fn note_secrets(&self, answer: &Answer) {
        if let Ok(json) = serde_json::from_slice(&answer.body) {
            self.secrets.add_from(&json);
        }
        let code = answer.location().and_then(|url| {
            url.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned())
        });
        code.iter().for_each(|code| self.secrets.add(code));
    }
}
