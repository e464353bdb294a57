//! P03, the half of the authorization endpoint: S256 or, for some, nothing.

use super::fixture::*;
use crate::{Clients, Config, RequirePkce};

const METHODS: [Option<&str>; 5] = [None, Some("S256"), Some("plain"), Some("s256"), Some("S512")];

fn challenges() -> Vec<Option<String>> {
    let mut challenges = vec![None, Some(String::new()), Some(CHALLENGE.to_owned())];
    challenges.push(Some(CHALLENGE[1..].to_owned()));
    challenges.push(Some(format!("{CHALLENGE}A")));
    challenges.push(Some("A".repeat(129)));
    challenges.push(Some(CHALLENGE.replace('-', "+")));
    challenges.push(Some(CHALLENGE.replace('-', "=")));
    challenges.push(Some(CHALLENGE.replace('-', " ")));
    challenges
}

async fn check(world: &World, client: &str, needs_one: bool) {
    for challenge in challenges() {
        for method in METHODS {
            let mut pairs =
                vec![("client_id", client), ("redirect_uri", CALLBACK), ("response_type", "code")];
            pairs.extend(challenge.as_deref().map(|challenge| ("code_challenge", challenge)));
            pairs.extend(method.map(|method| ("code_challenge_method", method)));
            let sent = challenge.as_deref().filter(|challenge| !challenge.is_empty());
            let good = match (sent, method) {
                (None, None) => !needs_one,
                (Some(CHALLENGE), Some("S256")) => true,
                _ => false,
            };
            let expected = if good { "sign in" } else { "invalid_request" };
            assert_eq!(world.outcome(&query(&pairs), None).await, expected, "{client} {sent:?} {method:?}");
        }
    }
}

#[tokio::test]
async fn public_clients_always_and_others_where_somebody_asks_for_it() {
    let world = World::new().await;
    world.client("strict", |metadata| metadata.require_pkce = true).await;
    check(&world, "web", false).await;
    check(&world, "spa", true).await;
    check(&world, "strict", true).await;
}

#[tokio::test]
async fn the_instance_may_ask_it_of_all() {
    let clients = Clients { require_pkce: RequirePkce::All, ..Clients::default() };
    let world = World::with(Config { clients, ..Config::default() }).await;
    check(&world, "web", true).await;
    check(&world, "spa", true).await;
}
