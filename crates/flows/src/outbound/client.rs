use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use postern_domain::{Network, Timestamp};
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::tls::TlsInfo;
use reqwest::{Certificate, Client, ClientBuilder, Request, RequestBuilder, Response};
use tokio::sync::Semaphore;
use tracing::field::Empty;
use tracing::{Instrument, Span};
use url::{Host, Url};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::resolver::Reach;
use crate::config;

/// How long a request may take in all, and to get a connection.
const TIME: Duration = Duration::from_secs(5);
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// Most bytes of an answer.
const LONGEST: usize = 256 * 1024;
/// Most requests at once.
const AT_ONCE: usize = 16;

/// The one way in which this server calls others: to public addresses and those of `outbound.allow`, without following
/// redirects, within 5 seconds and 256 KiB. Plain `http` goes only where the operator allowed the address by name of its
/// network.
pub struct Outbound {
    settings: config::Outbound,
    allowed: Arc<[Network]>,
    // Most instances never call anybody, and making a client reads the roots of the system.
    https: OnceLock<Client>,
    http: OnceLock<Client>,
    turns: Semaphore,
}

/// What somebody answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundAnswer {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`, where there is one.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// A request of ours that came to nothing. Whoever named the address is told no more than this, so that nobody learns by
/// asking what there is in the network of the server; the log says what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it cannot be reached: it must be an https URL at a public address (or one of outbound.allow) that answers within 5 \
     seconds, with 256 KiB at most and without a redirect"
)]
pub struct OutboundError;

impl Outbound {
    pub(crate) fn new(settings: &config::Outbound) -> Self {
        Self {
            allowed: allowed(settings),
            settings: settings.clone(),
            https: OnceLock::new(),
            http: OnceLock::new(),
            turns: Semaphore::new(AT_ONCE),
        }
    }

    /// That a server can work with these settings.
    ///
    /// # Errors
    /// A sentence about the one that is wrong.
    pub fn check(settings: &config::Outbound) -> Result<(), String> {
        for network in &settings.allow {
            network.parse::<Network>().map_err(|error| format!("outbound.allow: {error}"))?;
        }
        settings.ca_file.as_deref().map_or(Ok(()), |file| roots(file).map(drop))
    }

    /// Fetches a document.
    ///
    /// # Errors
    /// [`OutboundError`] if it cannot be had, also if the answer is another than 200.
    pub async fn get(&self, url: &str) -> Result<Vec<u8>, OutboundError> {
        let answer = self.send(url, |client, url| client.get(url)).await?;
        match answer.status {
            200 => Ok(answer.body),
            status => Err(failed(url, &format!("it answered {status}"))),
        }
    }

    /// Posts a form.
    ///
    /// # Errors
    /// [`OutboundError`] if there is no answer; whatever its status, an answer is one.
    pub async fn post_form(
        &self,
        url: &str,
        fields: &[(&str, &str)],
    ) -> Result<OutboundAnswer, OutboundError> {
        self.send(url, |client, url| client.post(url).form(fields)).await
    }

    /// Sends a request.
    ///
    /// # Errors
    /// [`OutboundError`] if there is no answer; whatever its status, an answer is one.
    pub(crate) async fn send(
        &self,
        url: &str,
        request: impl FnOnce(&Client, Url) -> RequestBuilder,
    ) -> Result<OutboundAnswer, OutboundError> {
        let parsed = Url::parse(url).map_err(|error| failed(url, &error))?;
        let (client, reach) = self.client(&parsed).map_err(|error| failed(url, &error))?;
        // A name is resolved by the client, by the same rule.
        let literal = match parsed.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            _ => None,
        };
        if literal.is_some_and(|address| !reach.contains(address)) {
            return Err(failed(url, &"this address may not be called"));
        }
        let _turn = self.turns.acquire().await.map_err(|error| failed(url, &error))?;
        answer(request(client, parsed)).await.map_err(|error| failed(url, &error))
    }

    /// The client for a URL's scheme, and where it goes.
    fn client(&self, url: &Url) -> Result<(&Client, Reach), String> {
        let (public, made) = match url.scheme() {
            "https" => (true, &self.https),
            "http" => (false, &self.http),
            scheme => return Err(format!("{scheme} is not called")),
        };
        let reach = Reach { allowed: Arc::clone(&self.allowed), public };
        let client = match made.get() {
            Some(client) => client,
            None => {
                let client = self.make(reach.clone())?;
                made.get_or_init(|| client)
            }
        };
        Ok((client, reach))
    }

    fn make(&self, reach: Reach) -> Result<Client, String> {
        self.builder(reach)?.build().map_err(|error| error.to_string())
    }

    fn builder(&self, reach: Reach) -> Result<ClientBuilder, String> {
        let roots = self.settings.ca_file.as_deref().map(roots).transpose()?;
        Ok(Client::builder()
            .user_agent(concat!("postern/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .timeout(TIME)
            .connect_timeout(CONNECT_TIME)
            .pool_max_idle_per_host(0)
            .referer(false)
            .tls_certs_merge(roots.unwrap_or_default())
            .dns_resolver(reach))
    }
}

/// Asks for a document at the operator's own address, which may be anywhere, within the same bounds.
///
/// # Errors
/// Why there is no answer, for the operator.
pub async fn own_address(settings: &config::Outbound, url: &str) -> Result<OutboundAnswer, String> {
    let client = anywhere(settings)?.build().map_err(|error| error.to_string())?;
    answer(client.get(url)).await.map_err(|error| in_full(error.as_ref()))
}

/// Until when the certificate is good that is shown at the operator's own address, whether anybody trusts it or not. Nothing
/// is sent there that is not public, and nothing of the answer is believed.
///
/// # Errors
/// Why there is none, for the operator.
pub async fn own_certificate_end(settings: &config::Outbound, url: &str) -> Result<Timestamp, String> {
    let client = anywhere(settings)?.tls_danger_accept_invalid_certs(true).tls_info(true).build();
    let response = client.map_err(|error| error.to_string())?.head(url).send().await;
    let response = response.map_err(|error| in_full(&error))?;
    let shown = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
    let (_, certificate) = X509Certificate::from_der(shown.ok_or("no certificate is shown there")?)
        .map_err(|error| format!("the certificate that is shown there cannot be read: {error}"))?;
    Ok(Timestamp(certificate.validity().not_after.timestamp()))
}

fn anywhere(settings: &config::Outbound) -> Result<ClientBuilder, String> {
    let anywhere = ["0.0.0.0/0", "::/0"].map(str::to_owned).to_vec();
    let open = config::Outbound { allow: anywhere, ..settings.clone() };
    let reach = Reach { allowed: allowed(&open), public: true };
    Outbound::new(&open).builder(reach)
}

/// An error with all that is behind it: the first of them only says that something was sent.
pub fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// What is behind a request that came to nothing.
type Trouble = Box<dyn std::error::Error + Send + Sync>;

async fn answer(request: RequestBuilder) -> Result<OutboundAnswer, Trouble> {
    let (client, request) = request.build_split();
    let request = request?;
    let span = span(&request);
    let answered = read(client.execute(request)).instrument(span.clone()).await;
    match &answered {
        Ok(answer) => span.record("http.response.status_code", i64::from(answer.status)),
        Err(_) => span.record("otel.status_code", "ERROR"),
    };
    answered
}

/// The span of a request, for traces. Of the URL only scheme and host are said, as in the log.
fn span(request: &Request) -> Span {
    tracing::trace_span!(
        "outbound",
        otel.name = request.method().as_str(),
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = request.method().as_str(),
        http.response.status_code = Empty,
        url.scheme = request.url().scheme(),
        server.address = request.url().host_str(),
        server.port = request.url().port_or_known_default().map(i64::from),
    )
}

async fn read(response: impl Future<Output = reqwest::Result<Response>>) -> Result<OutboundAnswer, Trouble> {
    let mut response = response.await?;
    let status = response.status();
    if status.is_redirection() {
        return Err(format!("it answered {status}, and redirects are not followed").into());
    }
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LONGEST {
            return Err(format!("its answer is longer than {LONGEST} bytes").into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(OutboundAnswer { status: status.as_u16(), content_type, body })
}

/// Logs why a request came to nothing. Of the URL only its host is said: the rest may be a secret of the client's.
fn failed(url: &str, why: &dyn std::fmt::Display) -> OutboundError {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    tracing::warn!(host, "a request to another server failed: {why}");
    OutboundError
}

/// What is no network was refused with the settings.
fn allowed(settings: &config::Outbound) -> Arc<[Network]> {
    settings.allow.iter().filter_map(|network| network.parse().ok()).collect()
}

fn roots(file: &Path) -> Result<Vec<Certificate>, String> {
    let pem = fs::read(file).map_err(|error| format!("outbound.ca_file: {}: {error}", file.display()))?;
    let roots = Certificate::from_pem_bundle(&pem);
    let roots = roots.map_err(|error| format!("outbound.ca_file: {}: {error}", file.display()))?;
    match roots.is_empty() {
        true => Err(format!("outbound.ca_file: {} has no certificate in it (PEM)", file.display())),
        false => Ok(roots),
    }
}
