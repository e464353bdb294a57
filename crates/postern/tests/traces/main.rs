//! Traces of the real program, at a collector of the tests' own: `cargo test --workspace --features postern/otel --test traces`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod collector;
mod protobuf;
mod server;

use std::time::{Duration, Instant};

use collector::Collector;
use protobuf::{ERROR, SERVER, Span};
use server::{CANARY, PROXY, STRANGER, Server};

/// A trace of somebody else's, sampled.
const FOREIGN: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const FOREIGN_SPAN: &str = "00f067aa0ba902b7";

fn traceparent(flags: &str) -> String {
    format!("traceparent: 00-{FOREIGN}-{FOREIGN_SPAN}-{flags}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_becomes_a_span_that_says_nothing_of_anybody() {
    let collector = Collector::start().await;
    let server = Server::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url()),
        ("OTEL_SERVICE_NAME", "id-of-the-test"),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,host.name=h1"),
    ])
    .await;
    let sign_in = format!("GET /login?return_to=/{CANARY}");
    let page = server.send(STRANGER, &sign_in, &[&traceparent("01")], "").await;
    let form = format!(
        "identifier=ada-{CANARY}@example.com&password={CANARY}-of-the-account&form_token={}",
        page.form_token()
    );
    let signed_in = server.send(STRANGER, "POST /login", &[&page.cookie()], &form).await;
    assert_eq!(signed_in.status, 303, "{}", signed_in.text);
    let by = format!("Authorization: Bearer {CANARY}");
    server.send(STRANGER, &format!("GET /v1/tokens/{CANARY}?q={CANARY}"), &[&by], "").await;
    server.send(STRANGER, &format!("GET /developer/clients/{CANARY}?q={CANARY}"), &[], "").await;
    server.send(STRANGER, &format!("GET /{CANARY}"), &[], "").await;
    server.send(STRANGER, &format!("{CANARY} /login"), &[], "").await;
    server.send(PROXY, "GET /healthz", &[&traceparent("01"), &format!("tracestate: a={CANARY}")], "").await;
    server.send(PROXY, "GET /.well-known/openid-configuration", &[&traceparent("00")], "").await;
    // A provider that is away: its address is asked, and that is said in the log.
    let away = server.send(STRANGER, "POST /login/upstream/acme", &[&page.cookie()], &form).await;
    assert!(away.text.contains("problem=unreachable"), "{}", away.text);
    server.terminate();
    let ending = server.send(STRANGER, "GET /readyz", &[], "").await;
    assert_eq!(ending.status, 503, "{}", ending.text);
    let log = server.ended(Duration::from_secs(8)).await;

    let sent = collector.received();
    let spans = sent.spans();
    says_what_the_conventions_ask_for(&spans);
    goes_on_with_the_traces_of_proxies_alone(&spans);
    has_children(&spans, &log);
    let resource = sent.resource();
    for (key, value) in [
        ("service.name", "id-of-the-test"),
        ("service.version", env!("CARGO_PKG_VERSION")),
        ("deployment.environment.name", "test"),
    ] {
        assert_eq!(resource.get(key).map(String::as_str), Some(value), "{resource:?}");
    }
    for secret in [CANARY, page.form_token(), "Bearer", "127.0.0."] {
        assert!(!sent.contains(secret), "{secret} was sent: {spans:#?}");
    }
    let cookies = signed_in.cookie();
    for (_, value) in cookies.split(';').filter_map(|cookie| cookie.split_once('=')) {
        assert!(value.len() > 10 && !sent.contains(value), "a cookie was sent: {spans:#?}");
    }
    for text in spans.iter().flat_map(|span| span.attributes.values().chain([&span.name])) {
        assert!(!text.contains(['?', '@']), "{text}");
    }
    assert!(!log.contains(CANARY), "{log}");
}

/// The one request that was answered under this name.
fn one<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found: Vec<_> = spans.iter().filter(|span| span.kind == SERVER && span.name == name).collect();
    assert_eq!(found.len(), 1, "{name}: {spans:#?}");
    found[0]
}

fn says_what_the_conventions_ask_for(spans: &[Span]) {
    let page = one(spans, "GET /login");
    assert_eq!(page.status, 0);
    for (key, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/login"),
        ("http.response.status_code", "200"),
        ("url.scheme", "http"),
        ("server.address", "localhost"),
    ] {
        assert_eq!(page.attribute(key), value, "{page:?}");
    }
    let id = page.attribute("request_id");
    assert_eq!(id.len(), 36, "{id}");
    assert!(page.end - page.start > 0 && page.end - page.start < 5_000_000_000, "{page:?}");
    let known: &[&str] = &[
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "error.type",
        "url.scheme",
        "server.address",
        "server.port",
        "request_id",
        "db.system.name",
        "kind",
    ];
    for span in spans {
        for key in span.attributes.keys() {
            assert!(known.contains(&key.as_str()), "{key} is new: {span:?}");
        }
        assert_eq!(span.events, 0, "{span:?}");
    }
    let client = one(spans, "GET /developer/clients/{client}");
    assert_eq!(client.attribute("http.route"), "/developer/clients/{client}");
    assert_eq!(client.attribute("http.response.status_code"), "303");
    let token = one(spans, "GET /v1/{*rest}");
    assert_eq!(
        (token.attribute("http.response.status_code"), token.status),
        ("401", 0),
        "the caller's affair"
    );
    // No page is there: no route, and a method that nobody knows is not repeated.
    let lost = one(spans, "GET");
    assert_eq!((lost.attribute("http.route"), lost.attribute("http.response.status_code")), ("", "404"));
    assert_eq!(one(spans, "HTTP /login").attribute("http.request.method"), "_OTHER");
    let failed = one(spans, "GET /readyz");
    assert_eq!((failed.attribute("error.type"), failed.status), ("503", ERROR), "{failed:?}");
}

fn goes_on_with_the_traces_of_proxies_alone(spans: &[Span]) {
    let strange = one(spans, "GET /login");
    assert_ne!(strange.trace_id, FOREIGN, "a stranger chose the trace");
    assert_eq!((strange.trace_id.len(), strange.parent.as_str()), (32, ""));
    let known = one(spans, "GET /healthz");
    assert_eq!((known.trace_id.as_str(), known.parent.as_str()), (FOREIGN, FOREIGN_SPAN));
    assert_eq!(known.state, "");
    // The proxy did not sample it, so neither do we.
    assert!(!spans.iter().any(|span| span.name.contains("openid-configuration")), "{spans:#?}");
}

fn has_children(spans: &[Span], log: &str) {
    let signing_in = one(spans, "POST /login");
    let write = spans.iter().find(|span| span.parent == signing_in.id).expect("a change to the database");
    assert_eq!((write.name.as_str(), write.trace_id.as_str()), ("write", signing_in.trace_id.as_str()));
    assert_eq!(write.attribute("db.system.name"), "sqlite");
    let upstream = one(spans, "POST /login/upstream/{name}");
    let asked = spans.iter().find(|span| span.parent == upstream.id && span.name == "GET");
    let asked = asked.expect("a request of the server's own");
    assert_eq!((asked.attribute("server.address"), asked.status), ("nobody.invalid", ERROR));
    let line = log.lines().find(|line| line.contains("a request to another server failed")).expect("a line");
    assert!(line.contains(&format!("trace_id={}", upstream.trace_id)), "{line}");
    // What nobody asked for has no trace.
    let roots = spans.iter().filter(|span| span.parent.is_empty());
    assert!(roots.clone().all(|root| root.kind == SERVER || root.name == "mail"), "{spans:#?}");
}

/// One that takes connections and says nothing for longer than anybody waits, and one that is not there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_is_in_nobodys_way() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    is_in_nobodys_way(&silent, "60000", "the last traces before this stop may be missing").await;
    let gone = format!("http://u:{CANARY}@127.0.0.1:{}", server::free_port());
    is_in_nobodys_way(&gone, "400", "traces cannot be sent").await;
}

async fn is_in_nobodys_way(endpoint: &str, timeout: &str, said: &str) {
    let server = Server::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", timeout),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "16"),
        ("RUST_LOG", "debug"),
    ])
    .await;
    let mut took = Vec::new();
    for _ in 0..200 {
        let begin = Instant::now();
        assert_eq!(server.send(STRANGER, "GET /healthz", &[], "").await.status, 200);
        took.push(begin.elapsed());
    }
    took.sort();
    assert!(took[100] < Duration::from_millis(200), "answers took {took:?}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let begin = Instant::now();
    server.terminate();
    let log = server.ended(Duration::from_secs(15)).await;
    // A second of notice, a moment for what is on its way, and three for the last traces.
    assert!(begin.elapsed() < Duration::from_secs(8), "the stop took {:?}\n{log}", begin.elapsed());
    assert_eq!(log.matches(said).count(), 1, "{log}");
    assert_eq!(log.matches("ExportError").count(), 0, "{log}");
    assert!(!log.contains(CANARY), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_when_the_environment_says_so() {
    let collector = Collector::start().await;
    let server = Server::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url()),
        ("OTEL_SDK_DISABLED", "true"),
        ("RUST_LOG", "debug"),
    ])
    .await;
    server.send(PROXY, "GET /login", &[&traceparent("01")], "").await;
    server.terminate();
    let log = server.ended(Duration::from_secs(8)).await;
    assert!(collector.received().is_empty());
    assert!(!log.contains("trace_id"), "{log}");
}
