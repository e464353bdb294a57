use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;

use crate::protobuf::{Message, Span, attributes};

type Bodies = Arc<Mutex<Vec<Bytes>>>;

/// A collector that keeps what it is sent.
pub(crate) struct Collector {
    address: SocketAddr,
    bodies: Bodies,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        let bodies = Bodies::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&bodies));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, bodies }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came so far.
    pub(crate) fn received(&self) -> Received {
        Received(self.bodies.lock().unwrap().clone())
    }
}

async fn take(State(bodies): State<Bodies>, headers: HeaderMap, body: Bytes) {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    bodies.lock().unwrap().push(body);
}

/// Bodies of `ExportTraceServiceRequest`.
pub(crate) struct Received(Vec<Bytes>);

impl Received {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether these letters are anywhere in it.
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.0.iter().any(|body| body.windows(text.len()).any(|window| window == text.as_bytes()))
    }

    /// `resource_spans`
    fn groups(&self) -> impl Iterator<Item = Message<'_>> {
        self.0.iter().flat_map(|body| Message(body).messages(1))
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        let scopes = self.groups().flat_map(|group| group.messages(2));
        scopes.flat_map(|scope| scope.messages(2)).map(Span::read).collect()
    }

    pub(crate) fn resource(&self) -> BTreeMap<String, String> {
        self.groups()
            .flat_map(|group| group.messages(1))
            .flat_map(|resource| attributes(resource, 1))
            .collect()
    }
}
