//! Whatever is sent, in whatever order: an answer goes to a registered URI or nowhere.

use std::sync::OnceLock;

use postern_domain::OwnPath;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::fixture::*;
use crate::Config;
use crate::authorize::{Decision, Next, Posted, Unreturnable, after_choice, after_sign_in, decide, keep};

const REGISTERED: [&str; 3] = [CALLBACK, "https://app.example/two?x=1", "http://127.0.0.1:8000/cb"];
const NAMES: [&str; 16] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "prompt",
    "max_age",
    "claims",
    "request",
    "code_challenge",
    "nonce",
    "postern_request",
    "postern_interaction",
    "postern_organization",
    "sub_type",
];

#[derive(Clone, Debug)]
enum Move {
    /// Changes, adds or repeats a parameter.
    Set(usize, String),
    Drop(usize),
    Ask(bool),
    Post,
    SignIn,
    Choose,
    Decide(bool, bool),
}

fn a_value() -> impl Strategy<Value = String> {
    let spelling = proptest::sample::select(super::spelling::OTHERS);
    prop_oneof![
        3 => proptest::sample::select(REGISTERED.as_slice()).prop_map(str::to_owned),
        3 => spelling.prop_map(str::to_owned),
        1 => Just("many".to_owned()),
        1 => Just("web".to_owned()),
        1 => Just("code".to_owned()),
        1 => Just("form_post".to_owned()),
        1 => Just("openid".to_owned()),
        1 => Just("none".to_owned()),
        1 => Just("login".to_owned()),
        1 => Just("select_account".to_owned()),
        1 => Just(String::new()),
        1 => "https://app\\.example/c[b%./?#@:-]{0,4}",
        1 => "\\PC{0,12}",
    ]
}

fn a_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (0..NAMES.len(), a_value()).prop_map(|(name, value)| Move::Set(name, value)),
        1 => (0..NAMES.len()).prop_map(Move::Drop),
        4 => any::<bool>().prop_map(Move::Ask),
        1 => Just(Move::Post),
        1 => Just(Move::SignIn),
        1 => Just(Move::Choose),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(allows, signed_in)| Move::Decide(allows, signed_in)),
    ]
}

fn world() -> &'static (Runtime, World) {
    static WORLD: OnceLock<(Runtime, World)> = OnceLock::new();
    WORLD.get_or_init(|| {
        let runtime = Runtime::new().unwrap();
        let world = runtime.block_on(async {
            let mut config = Config::default();
            config.rate_limits.posted_request = u32::MAX;
            let world = World::with(config).await;
            world.client("many", |metadata| metadata.redirect_uris = uris(&REGISTERED)).await;
            world
        });
        (runtime, world)
    })
}

/// Whether every answer there is goes to a URI that is registered.
fn stays_registered(next: &Result<Next, Unreturnable>) -> bool {
    let Ok(Next::Return(answer)) = next else { return true };
    let target = target(answer);
    let on_loopback = target.strip_prefix("http://127.0.0.1").is_some_and(|rest| {
        let port = rest.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
        port == "/cb" || port.starts_with("/cb?")
    });
    on_loopback
        || REGISTERED.iter().any(|uri| {
            target == *uri || target.starts_with(&format!("{uri}?")) || target.starts_with(&format!("{uri}&"))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_walk_leads_elsewhere(moves in proptest::collection::vec(a_move(), 1..25)) {
        let (runtime, world) = world();
        let session = world.session(0);
        let mut pairs: Vec<(String, String)> = [("client_id", "many"), ("redirect_uri", CALLBACK), ("response_type", "code")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        let mut request = String::new();
        for one in moves {
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            let path = OwnPath::parse(&format!("/v1/oauth2/authorize?{query}")).unwrap();
            let went = match one {
                Move::Set(name, value) => {
                    pairs.push((NAMES[name].to_owned(), value));
                    continue;
                }
                Move::Drop(name) => {
                    pairs.retain(|(known, _)| known != NAMES[name]);
                    continue;
                }
                Move::SignIn | Move::Choose => {
                    let word = if matches!(one, Move::SignIn) { after_sign_in } else { after_choice };
                    let path = word(&world.app, &path, &session);
                    pairs = url::form_urlencoded::parse(path.query().as_bytes()).into_owned().collect();
                    continue;
                }
                Move::Ask(signed_in) => runtime.block_on(world.next(&query, signed_in.then_some(&session))),
                Move::Post => match runtime.block_on(keep(&world.app, query.as_bytes(), ADDRESS)) {
                    Ok(Posted::Kept(path)) => {
                        let query = path.split_once('?').unwrap().1;
                        pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
                        continue;
                    }
                    Ok(Posted::Return(answer)) => Ok(Next::Return(answer)),
                    Err(error) => Err(error),
                },
                Move::Decide(allows, signed_in) => {
                    let person = signed_in.then(|| world.person(&session));
                    let decision = if allows { Decision::Allow(None) } else { Decision::Deny };
                    runtime.block_on(decide(&world.app, &request, &decision, person))
                }
            };
            prop_assert!(stays_registered(&went), "{query}: {went:?}");
            if let Ok(Next::Consent(ask)) = went {
                request = ask.request;
            }
        }
    }
}
