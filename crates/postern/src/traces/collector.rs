use std::time::{Duration, Instant};

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use postern_flows::outbound::in_full;
use reqwest::redirect::Policy;
use tokio::runtime::Handle;

use super::settings;
use super::throttle::Throttle;

/// Most bytes of an answer that are read.
const LONGEST: usize = 64 * 1024;

/// The way to the collector. Batches are put together on a thread of their own; their requests are tasks like all others.
#[derive(Debug)]
pub(super) struct Collector {
    client: reqwest::Client,
    runtime: Handle,
    trouble: Throttle,
}

impl Collector {
    /// A client of its own: the collector is where the operator says, and nobody else has a say in it.
    ///
    /// # Errors
    /// Those of the client.
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("postern/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .timeout(Duration::from_millis(settings::timeout()))
            .build()?;
        Ok(Self { client, runtime: Handle::current(), trouble: Throttle::default() })
    }

    /// Says once in a while what is wrong, and when it no longer is.
    fn note(&self, problem: Option<String>) {
        match problem {
            Some(why) if self.trouble.is_due(Instant::now()) => {
                tracing::warn!(why, "traces cannot be sent and are lost; requests are answered as ever");
            }
            None if self.trouble.ends() => tracing::info!("traces can be sent again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.runtime.spawn(send(self.client.clone(), request)).await;
        let answer: Result<_, HttpError> = match sent {
            Ok(answer) => answer.map_err(Into::into),
            Err(error) => Err(error.into()),
        };
        self.note(match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("the collector answered {}", answer.status())),
            Err(error) => Some(in_full(error.as_ref())),
        });
        answer
    }
}

/// Sends a batch. Errors do not name the address: there may be a password in it.
async fn send(client: reqwest::Client, request: Request<Bytes>) -> Result<Response<Bytes>, reqwest::Error> {
    let (head, body) = request.into_parts();
    // Name and password in the address become a header this way.
    let request = client.request(head.method, head.uri.to_string()).headers(head.headers).body(body);
    let mut received = request.send().await.map_err(reqwest::Error::without_url)?;
    let mut body = Vec::new();
    while let Some(chunk) = received.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + chunk.len() > LONGEST {
            break;
        }
        body.extend_from_slice(&chunk);
    }
    let mut answer = Response::new(Bytes::from(body));
    *answer.status_mut() = received.status();
    *answer.headers_mut() = received.headers().clone();
    Ok(answer)
}
