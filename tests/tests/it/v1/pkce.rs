//! P03: challenge and verifier.

use postern_tests::{Authorization, Browser, Instance, OAuthClient, Registration, Tokens, on_both_databases};

/// What the authorize endpoint is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Challenge {
    None,
    S256,
    Plain,
    NoMethod,
    Lower,
    Empty,
    OfLength(usize),
    BadCharacter,
    MethodAlone,
}

/// What the token endpoint is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verifier {
    None,
    Right,
    Wrong,
    /// The challenge itself.
    Swapped,
    OfLength(usize),
    Empty,
}

const CHALLENGES: [Challenge; 11] = [
    Challenge::None,
    Challenge::S256,
    Challenge::Plain,
    Challenge::NoMethod,
    Challenge::Lower,
    Challenge::Empty,
    Challenge::OfLength(42),
    Challenge::OfLength(44),
    Challenge::OfLength(129),
    Challenge::BadCharacter,
    Challenge::MethodAlone,
];

const VERIFIERS: [Verifier; 7] = [
    Verifier::None,
    Verifier::Right,
    Verifier::Wrong,
    Verifier::Swapped,
    Verifier::OfLength(42),
    Verifier::OfLength(129),
    Verifier::Empty,
];

impl Challenge {
    fn put_on(self, request: Authorization) -> Authorization {
        let challenge = request.get("code_challenge").to_owned();
        match self {
            Self::None => request.without("code_challenge").without("code_challenge_method"),
            Self::S256 => request,
            Self::Plain => {
                let verifier = request.verifier.clone().unwrap();
                request.with("code_challenge", &verifier).with("code_challenge_method", "plain")
            }
            Self::NoMethod => request.without("code_challenge_method"),
            Self::Lower => request.with("code_challenge_method", "s256"),
            Self::Empty => request.with("code_challenge", ""),
            Self::OfLength(length) => request.with("code_challenge", &"A".repeat(length)),
            Self::BadCharacter => request.with("code_challenge", &format!("{}+", &challenge[1..])),
            Self::MethodAlone => request.without("code_challenge"),
        }
    }

    /// Whether a request with it may get a code.
    fn is_taken(self, is_public: bool) -> bool {
        self == Self::S256 || (self == Self::None && !is_public)
    }
}

impl Verifier {
    fn of(self, request: &Authorization) -> Option<String> {
        match self {
            Self::None => None,
            Self::Right => request.verifier.clone(),
            Self::Wrong => Some("w".repeat(43)),
            Self::Swapped => Some(request.get("code_challenge").to_owned()),
            Self::OfLength(length) => Some("a".repeat(length)),
            Self::Empty => Some(String::new()),
        }
    }

    /// Whether it redeems a code that was issued for the challenge.
    fn redeems(self, challenge: Challenge) -> bool {
        match challenge {
            Challenge::S256 => self == Self::Right,
            // Sent without a value is not sent (RFC 6749 section 3.2).
            _ => matches!(self, Self::None | Self::Empty),
        }
    }
}

async fn assert_matrix(browser: &Browser, client: &OAuthClient, is_public: bool) {
    for challenge in CHALLENGES {
        let request = challenge.put_on(client.authorization());
        let callback = browser.authorize(&request).await;
        assert_eq!(callback.get("state"), request.get("state"), "{challenge:?}");
        if !challenge.is_taken(is_public) {
            assert_eq!(callback.get("error"), "invalid_request", "{challenge:?}: {callback:?}");
            assert!(!callback.params.contains_key("code"), "{challenge:?}");
            continue;
        }
        for verifier in VERIFIERS
            .into_iter()
            .filter(|verifier| challenge == Challenge::S256 || *verifier != Verifier::Swapped)
        {
            let request = challenge.put_on(client.authorization());
            let code = browser.authorize(&request).await.code().to_owned();
            let answer = client.redeem(&code, verifier.of(&request).as_deref()).await;
            let expected = if verifier.redeems(challenge) { 200 } else { 400 };
            assert_eq!(answer.status, expected, "{challenge:?} {verifier:?}: {answer:?}");
            if expected == 400 {
                assert!(
                    ["invalid_grant", "invalid_request"].contains(&answer.error().as_str()),
                    "{answer:?}"
                );
            }
        }
    }
}

on_both_databases! {
    async fn public_clients_need_it(instance: &Instance) {
        let client = instance.client(&Registration::public());
        assert_matrix(&instance.browser_of(&instance.person()).await, &client, true).await;
    }

    async fn confidential_clients_may_leave_it_out(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        assert_matrix(&instance.browser_of(&instance.person()).await, &client, false).await;
    }

    async fn a_client_may_be_stricter(instance: &Instance) {
        let client = instance.client(&Registration::confidential().with(&["--require-pkce"]));
        assert_matrix(&instance.browser_of(&instance.person()).await, &client, true).await;
    }

    async fn a_wrong_verifier_does_not_leave_the_code_usable_for_ever(instance: &Instance) {
        let client = instance.client(&Registration::public());
        let browser = instance.browser_of(&instance.person()).await;
        let request = client.authorization();
        let code = browser.authorize(&request).await.code().to_owned();
        client.redeem(&code, Some(&"w".repeat(43))).await.assert_refused(400, "invalid_grant");
        let after = client.redeem(&code, request.verifier.as_deref()).await;
        assert!(after.status == 200 || after.error() == "invalid_grant", "{after:?}");
        client.redeem(&code, request.verifier.as_deref()).await.assert_refused(400, "invalid_grant");
    }

    async fn challenges_do_not_work_for_other_codes(instance: &Instance) {
        let client = instance.client(&Registration::public());
        let browser = instance.browser_of(&instance.person()).await;
        let (one, two) = (client.authorization(), client.authorization());
        let first = browser.authorize(&one).await.code().to_owned();
        let second = browser.authorize(&two).await.code().to_owned();
        client.redeem(&first, two.verifier.as_deref()).await.assert_refused(400, "invalid_grant");
        let _ = Tokens::read(&client.redeem(&second, two.verifier.as_deref()).await);
    }
}
