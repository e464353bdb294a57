//! The asking.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use postern_tests::{Engine, Wire};

use super::change::{CHANGES, Change};
use super::road::{ROADS, Road};
use super::scene::{Scene, Site};

/// Longest until the other nodes know.
const SOON: Duration = Duration::from_secs(1);

/// How often each road of each node is asked after a change: `POSTERN_TEST_ROUNDS`, else as often as a short run allows.
fn rounds() -> usize {
    std::env::var("POSTERN_TEST_ROUNDS").map_or(1, |rounds| rounds.parse().expect("a number of rounds"))
}

/// What was asked, and which answers were wrong.
#[derive(Default)]
struct Tally {
    asked: usize,
    wrong: Vec<String>,
    slowest: Duration,
}

impl Tally {
    fn add(&mut self, what: impl Fn() -> String, is_right: bool) {
        self.asked += 1;
        if !is_right {
            self.wrong.push(what());
        }
    }
}

fn ends(change: &Change, road: &Road) -> bool {
    change.ends.iter().any(|begin| road.name.starts_with(begin))
}

/// Asks every road of a node until all that ended are refused, which takes no longer than `SOON`, and from then on
/// `rounds` times more. What did not end is answered all the time.
async fn ask_after(at: usize, node: &Wire, scene: &Scene, change: &Change, since: Instant) -> Tally {
    let mut tally = Tally::default();
    let roads = || ROADS.iter().filter(|road| ends(change, road) || !road.is_used_up());
    let mut round = 0;
    while round < rounds() {
        let asked = since.elapsed();
        // On the node that did it, at once.
        let is_due = round > 0 || at == 0 || asked >= SOON;
        let answers = join_all(roads().map(|road| road.ask(node, scene))).await;
        let all_ended = roads().zip(&answers).all(|(road, yes)| !(ends(change, road) && *yes));
        for (road, yes) in roads().zip(answers) {
            let what = || format!("{} after {asked:?} on node {at}, {}: {yes}", change.name, road.name);
            let is_right = if ends(change, road) { !yes || !is_due } else { yes };
            tally.add(what, is_right);
        }
        if is_due || all_ended {
            if round == 0 {
                tally.slowest = since.elapsed();
            }
            round += 1;
        } else {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    tally
}

async fn try_change(site: &Site, change: &Change) -> Tally {
    let scene = Scene::set(site).await;
    let mut tally = Tally::default();
    // All nodes know by heart what they answer.
    for _ in 0..2 {
        for (at, node) in site.wires.iter().enumerate() {
            for road in ROADS.iter().filter(|road| !road.is_used_up()) {
                let yes = road.ask(node, &scene).await;
                tally.add(|| format!("before “{}” on node {at}, {}: {yes}", change.name, road.name), yes);
            }
        }
    }
    site.make(change, &scene).await;
    let since = Instant::now();
    let asked = site.wires.iter().enumerate().map(|(at, node)| ask_after(at, node, &scene, change, since));
    for part in join_all(asked).await {
        tally.asked += part.asked;
        tally.wrong.extend(part.wrong);
        tally.slowest = tally.slowest.max(part.slowest);
    }
    for road in ROADS.iter().filter(|road| road.is_used_up() && !ends(change, road)) {
        let yes = road.ask(&site.wires[2], &scene).await;
        tally.add(|| format!("after “{}”, {}: {yes}", change.name, road.name), yes);
    }
    println!("{}: {} asks, known everywhere after {:?}", change.name, tally.asked, tally.slowest);
    tally
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_on_one_node_is_gone_on_all() {
    if !Engine::Postgres.is_wanted() {
        return;
    }
    let site = Site::start().await;
    let tallies: Vec<Tally> = futures_util::stream::iter(&CHANGES)
        .map(|change| try_change(&site, change))
        .buffer_unordered(3)
        .collect()
        .await;
    let asked: usize = tallies.iter().map(|tally| tally.asked).sum();
    let wrong: Vec<String> = tallies.into_iter().flat_map(|tally| tally.wrong).collect();
    println!("{asked} asks, {} wrong answers", wrong.len());
    assert!(wrong.is_empty(), "{} of {asked} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
