//! R13: nodes are restarted under load, one after the other, and nobody notices.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use postern_tests::{Engine, Instance, OAuthClient, Registration, Request};

/// How many times a node is stopped; `POSTERN_ROUNDS` says more.
const ROUNDS: usize = 4;

/// Sends a request to the first of the nodes that takes the connection, as a proxy does that may not repeat what it has sent.
async fn send(nodes: &[OAuthClient], request: &Request) -> Result<u16, String> {
    let mut refused = String::new();
    for node in nodes {
        match node.wire().try_send(request.clone()).await {
            Ok(answer) => return Ok(answer.status),
            Err(error) if error.is_connect() => refused = format!("{error:?}"),
            Err(error) => return Err(format!("cut off: {error:?}")),
        }
    }
    Err(refused)
}

/// Asks over and over, at the other node first each time.
async fn work(
    nodes: [OAuthClient; 2],
    token: &str,
    stop: &AtomicBool,
    answered: &AtomicUsize,
) -> Vec<String> {
    let mut failures = Vec::new();
    let mut nodes = nodes;
    while !stop.load(Ordering::Relaxed) {
        nodes.rotate_left(1);
        for _ in 0..2 {
            let request = nodes[0].request("/v1/oauth2/introspect", &[("token", token)]);
            match send(&nodes, &request).await {
                Ok(200) => {
                    let _ = answered.fetch_add(1, Ordering::Relaxed);
                }
                outcome => failures.push(format!("{outcome:?}")),
            }
        }
    }
    failures
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_restarted_under_load_fail_nobody() {
    if !Engine::Postgres.is_wanted() {
        return;
    }
    let rounds = std::env::var("POSTERN_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let a = Instance::start(Engine::Postgres).await;
    let b = a.another_node().await;
    let client = a.client(&Registration::confidential().with(&["--trusted"]));
    let tokens = client.tokens(&a.browser_of(&a.person()).await).await;
    let (stop, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let workers = (0..8).map(|_| work([client.on(&a), client.on(&b)], &tokens.access, &stop, &answered));
    let restarting = async {
        for round in 0..rounds {
            let node = [&a, &b][round % 2];
            tokio::time::sleep(Duration::from_millis(300)).await;
            let began = Instant::now();
            let status = node.stop(Duration::from_secs(15)).await;
            assert!(status.expect("an end within 15 s").success(), "{}", node.log());
            println!("round {round}: ended after {:?}", began.elapsed());
            node.restart();
            node.wait_until_ready().await;
        }
        stop.store(true, Ordering::Relaxed);
    };
    let (failures, ()) = tokio::join!(futures_util::future::join_all(workers), restarting);
    let failures: Vec<String> = failures.into_iter().flatten().collect();
    let answered = answered.load(Ordering::Relaxed);
    assert!(failures.is_empty(), "{} of {answered}: {failures:#?}", failures.len());
    assert!(answered > 100, "{answered} requests show nothing");
}
