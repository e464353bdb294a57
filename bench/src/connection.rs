//! One kept-alive HTTP/1.1 connection, as light as it gets, so that the load costs less than what it measures.

use anyhow::Context as _;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A connection to `127.0.0.1`, opened when first used and opened again when the server has closed it.
pub(crate) struct Connection {
    port: u16,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// An answer, read in full.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// A header's value, empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as text, for error messages.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Connection {
    pub(crate) fn new(port: u16) -> Self {
        Self { port, sender: None }
    }

    /// Sends a request and reads the answer.
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> anyhow::Result<Answer> {
        let mut kept = self.sender.take();
        if let Some(sender) = &mut kept
            && sender.ready().await.is_err()
        {
            kept = None;
        }
        let sender = match kept {
            Some(sender) => sender,
            None => self.open().await?,
        };
        let sender = self.sender.insert(sender);
        let response = sender.send_request(request).await.context("send a request")?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.context("read an answer")?.to_bytes();
        Ok(Answer { status: head.status, headers: head.headers, body })
    }

    /// Sends a GET.
    pub(crate) async fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let request = self.request("GET", path, headers).body(Full::default())?;
        self.send(request).await
    }

    /// Posts a form that is already encoded.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        form: String,
    ) -> anyhow::Result<Answer> {
        let request = self
            .request("POST", path, headers)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::from(form))?;
        self.send(request).await
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> http::request::Builder {
        let request =
            Request::builder().method(method).uri(path).header("host", format!("127.0.0.1:{}", self.port));
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    }

    async fn open(&self) -> anyhow::Result<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.context("connect")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}
