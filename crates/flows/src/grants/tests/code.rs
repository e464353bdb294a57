use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{
    Claim, ClientType, CodeChallenge, ErrorCode, GrantName, Lifetime, NamedClaims, Refusal, SigningAlgorithm,
    UserState,
};
use postern_storage::{clients, tokens, users};
use serde_json::Value;

use crate::issue::TokenAnswer;
use crate::party::{self, CHALLENGE, Party, REDIRECT_URI, VERIFIER, form, refresh_token, scopes};
use crate::testing::HERE;
use crate::{Config, RequirePkce, bearer, sessions};

pub(super) fn claims_of(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

fn code_of<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.map(|_| "ok").unwrap_or_else(|refusal| refusal.code.as_str())
}

#[tokio::test]
async fn a_code_gives_tokens_and_says_who_signed_in() {
    let party = Party::new().await;
    let answer = party.tokens().await;
    assert_eq!((answer.token_type, answer.expires_in), ("Bearer", 864_000));
    assert_eq!(answer.scope, scopes("openid profile email"));
    let verdict = bearer::verdict(&party.app, answer.access_token.reveal(), HERE).await.unwrap();
    assert_eq!(verdict.holder.person().unwrap().id, party.user.id);

    let claims = claims_of(answer.id_token.as_ref().unwrap().reveal());
    let now = party.app.clock.now().0;
    assert_eq!(claims["iss"], "http://localhost:8080");
    assert_eq!(claims["sub"], party.user.id.to_string());
    assert_eq!(claims["aud"], "web-app");
    assert_eq!((claims["iat"].as_i64(), claims["exp"].as_i64()), (Some(now), Some(now + 3_600)));
    assert_eq!(claims["auth_time"], party.session.auth_time.0);
    assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
    assert_eq!(claims["amr"], serde_json::json!(["pwd"]));
    assert_eq!(claims["sid"], party.session.id.to_string());
    assert_eq!(claims["acr"], "urn:oasis:names:tc:SAML:2.0:ac:classes:Password");
    // What the scopes stand for is at userinfo (OIDC Core section 5.4).
    let userinfo = userinfo(&party, &answer).await;
    assert_eq!(userinfo["sub"], claims["sub"]);
    assert_eq!(
        (&userinfo["email"], &userinfo["preferred_username"]),
        (&"ada@example.com".into(), &"ada".into())
    );
    for (name, _) in userinfo.as_object().unwrap().iter().filter(|(name, _)| *name != "sub") {
        assert!(claims.get(name).is_none(), "{name}");
    }
}

async fn userinfo(party: &Party, answer: &TokenAnswer) -> Value {
    let verdict = bearer::verdict(&party.app, answer.access_token.reveal(), HERE).await.unwrap();
    serde_json::to_value(bearer::userinfo(&party.app, &verdict).await.unwrap()).unwrap()
}

/// What was asked for by name stays with the grant (OIDC Core section 5.5), for as long as the client is registered for it.
#[tokio::test]
async fn claims_are_said_where_they_were_asked_for() {
    let mut party = Party::new().await;
    let named = NamedClaims { id_token: [Claim::Email].into(), userinfo: [Claim::Name].into() };
    let code = party
        .code_with(|new| {
            new.permit.scopes = scopes("openid");
            new.permit.claims = named;
        })
        .await;
    let first = party.token(party.redemption(&code)).await.unwrap();
    let second = party.refresh(refresh_token(&first)).await.unwrap();
    for answer in [&first, &second] {
        let claims = claims_of(answer.id_token.as_ref().unwrap().reveal());
        assert_eq!((&claims["email"], claims.get("name")), (&"ada@example.com".into(), None));
        let userinfo = userinfo(&party, answer).await;
        assert_eq!((&userinfo["name"], userinfo.get("email")), (&"ada".into(), None));
    }
    party.reregister(|metadata| metadata.scopes = scopes("openid email")).await;
    let third = party.refresh(refresh_token(&second)).await.unwrap();
    assert_eq!(claims_of(third.id_token.as_ref().unwrap().reveal())["email"], "ada@example.com");
    assert_eq!(userinfo(&party, &third).await.get("name"), None);
}

#[tokio::test]
async fn what_was_not_asked_for_is_not_said() {
    let party = Party::with(|metadata| {
        metadata.grants = vec![GrantName::AuthorizationCode];
        metadata.id_token_signed_response_alg = SigningAlgorithm::EdDsa;
        metadata.access_token_lifetime = Some(Lifetime::seconds(300));
    })
    .await;
    let code = party
        .code_with(|new| {
            new.permit.scopes = scopes("openid");
            new.binding.nonce = None;
        })
        .await;
    let answer = party.token(party.redemption(&code)).await.unwrap();
    assert_eq!((answer.expires_in, answer.refresh_token.is_none()), (300, true));
    let claims = claims_of(answer.id_token.unwrap().reveal());
    for absent in ["nonce", "email", "name", "preferred_username", "azp"] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }
    let code = party.code_with(|new| new.permit.scopes = scopes("profile")).await;
    let answer = party.token(party.redemption(&code)).await.unwrap();
    assert!(answer.id_token.is_none(), "an id_token is for openid");
}

/// Both sides of PKCE, for every kind of client (RFC 7636, RFC 9700 section 2.1.1).
#[tokio::test]
async fn pkce_never_works_by_half() {
    let swapped = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let long = "a".repeat(129);
    for (kind, requires) in
        [(ClientType::Confidential, false), (ClientType::Confidential, true), (ClientType::Public, false)]
    {
        let party = Party::with(|metadata| {
            metadata.client_type = kind;
            metadata.require_pkce = requires;
        })
        .await;
        let challenged = |challenge: Option<&'static str>| {
            let challenge = challenge.map(|text| CodeChallenge::parse(text, Some("S256")).unwrap());
            party.code_with(move |new| new.binding.code_challenge = challenge)
        };
        for (challenge, verifier, works) in [
            (Some(CHALLENGE), Some(VERIFIER), true),
            (Some(CHALLENGE), None, false),
            (Some(CHALLENGE), Some(swapped), false),
            (Some(CHALLENGE), Some(&VERIFIER[..42]), false),
            (Some(CHALLENGE), Some(long.as_str()), false),
            (None, Some(VERIFIER), false),
            (None, None, kind == ClientType::Confidential && !requires),
        ] {
            let code = challenged(challenge).await;
            let redemption = party.redemption(&code).without("code_verifier");
            let redemption = match verifier {
                Some(verifier) => redemption.with("code_verifier", verifier),
                None => redemption,
            };
            let expected = if works { "ok" } else { "invalid_grant" };
            let outcome = party.token(redemption).await;
            assert_eq!(code_of(outcome), expected, "{kind} {requires} {challenge:?} {verifier:?}");
        }
    }
}

#[tokio::test]
async fn an_instance_can_require_pkce_of_all() {
    let mut config = Config::default();
    config.clients.require_pkce = RequirePkce::All;
    let party = Party::configured(config, |_| {}).await;
    let code = party.code_with(|new| new.binding.code_challenge = None).await;
    let bare = party.redemption(&code).without("code_verifier");
    assert_eq!(code_of(party.token(bare).await), "invalid_grant");
}

#[tokio::test]
async fn the_redirect_uri_must_be_the_one_of_the_request() {
    let party = Party::new().await;
    for (bound, sent, works) in [
        (Some(REDIRECT_URI), Some(REDIRECT_URI), true),
        (Some(REDIRECT_URI), None, false),
        (Some(REDIRECT_URI), Some("https://app.example/callback/"), false),
        (Some("https://app.example/other"), Some(REDIRECT_URI), false),
        (None, None, true),
        (None, Some(REDIRECT_URI), true),
        (None, Some("https://evil.example/"), false),
    ] {
        let code = party.code_with(|new| new.binding.redirect_uri = bound.map(str::to_owned)).await;
        let redemption = party.redemption(&code).without("redirect_uri");
        let redemption = match sent {
            Some(sent) => redemption.with("redirect_uri", sent),
            None => redemption,
        };
        let expected = if works { "ok" } else { "invalid_grant" };
        assert_eq!(code_of(party.token(redemption).await), expected, "{bound:?} {sent:?}");
    }
}

#[tokio::test]
async fn another_client_learns_nothing_and_spoils_nothing() {
    let party = Party::new().await;
    let (other, secret) = party::client(&party.app, "other", |_| {}).await;
    let code = party.code().await;
    let foreign =
        party.redemption(&code).with("client_id", other.identifier.as_str()).with("client_secret", &secret);
    let refused = party::token(&party.app, &foreign).await.unwrap_err();
    let unknown =
        party.redemption(party.app.new_token(postern_domain::TokenKind::AuthorizationCode).reveal());
    assert_eq!(party.token(unknown).await.unwrap_err(), refused);
    let answer = party.token(party.redemption(&code)).await.unwrap();
    assert_eq!(party::token(&party.app, &foreign).await.unwrap_err(), refused);
    assert!(
        bearer::verdict(&party.app, answer.access_token.reveal(), HERE).await.is_ok(),
        "only its own client counts"
    );
}

/// RFC 6749 section 4.1.2.
#[tokio::test]
async fn a_second_use_kills_what_the_first_produced() {
    let party = Party::new().await;
    let code = party.code().await;
    let answer = party.token(party.redemption(&code)).await.unwrap();
    let access = answer.access_token.reveal();
    assert!(bearer::verdict(&party.app, access, HERE).await.is_ok());
    assert_eq!(code_of(party.token(party.redemption(&code)).await), "invalid_grant");
    assert_eq!(bearer::verdict(&party.app, access, HERE).await.unwrap_err().code, ErrorCode::InvalidToken);
    assert_eq!(code_of(party.refresh(refresh_token(&answer)).await), "invalid_grant");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_redemptions_at_once_at_most_one_is_answered_and_none_lives() {
    let party = Arc::new(
        Party::with(|metadata| metadata.id_token_signed_response_alg = SigningAlgorithm::Es256).await,
    );
    let code = party.code().await;
    let racers: Vec<_> = (0..32)
        .map(|_| {
            let (party, form) = (Arc::clone(&party), party.redemption(&code));
            tokio::spawn(async move { party.token(form).await })
        })
        .collect();
    let mut answered = Vec::new();
    for racer in racers {
        match racer.await.unwrap() {
            Ok(answer) => answered.push(answer),
            Err(refusal) => assert_eq!(refusal.code, ErrorCode::InvalidGrant, "{refusal}"),
        }
    }
    assert_eq!(answered.len(), 1);
    assert!(bearer::verdict(&party.app, answered[0].access_token.reveal(), HERE).await.is_err());
}

#[tokio::test]
async fn a_code_ends_after_its_time() {
    let party = Party::new().await;
    let (first, second) = (party.code().await, party.code().await);
    party.app.advance(Lifetime::seconds(59));
    assert_eq!(code_of(party.token(party.redemption(&first)).await), "ok");
    party.app.advance(Lifetime::seconds(1));
    assert_eq!(code_of(party.token(party.redemption(&second)).await), "invalid_grant");
}

#[tokio::test]
async fn whoever_signs_out_before_the_redemption_gives_nothing() {
    let party = Party::new().await;
    let code = party.code().await;
    sessions::end_here(&party.app, &party.session).await.unwrap();
    assert_eq!(code_of(party.token(party.redemption(&code)).await), "invalid_grant");
}

#[tokio::test]
async fn person_client_and_consent_are_looked_at_again() {
    let party = Party::new().await;
    let code = party.code().await;
    set_state(&party, UserState::Disabled).await;
    assert_eq!(code_of(party.token(party.redemption(&code)).await), "invalid_grant");
    set_state(&party, UserState::Active).await;
    assert_eq!(code_of(party.token(party.redemption(&code)).await), "ok");

    let code = party.code().await;
    withdraw(&party).await;
    assert_eq!(code_of(party.token(party.redemption(&code)).await), "invalid_grant");

    let party = Party::with(|metadata| metadata.trusted = true).await;
    let code = party.code().await;
    set_disabled(&party, true).await;
    assert_eq!(code_of(party.token(party.redemption(&code)).await), "invalid_grant");
    set_disabled(&party, false).await;
    assert_eq!(code_of(party.token(party.redemption(&code)).await), "ok");
}

/// A client that an administrator closed proves who it is first; what it holds is no longer good.
#[tokio::test]
async fn a_closed_client_is_told_so_once_it_has_proved_itself() {
    for kind in [ClientType::Confidential, ClientType::Public] {
        let party = Party::with(|metadata| metadata.client_type = kind).await;
        let answer = party.tokens().await;
        let code = party.redemption(&party.code().await);
        let refresh = form(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token(&answer))]);
        let token = form(&[("token", answer.access_token.reveal())]);
        set_disabled(&party, true).await;
        let unproved = |form: &postern_domain::Params| {
            form.clone().with("client_id", party.client.identifier.as_str()).with("client_secret", "guess")
        };
        let app = &party.app;
        let outcomes = [
            ("a code", party::token(app, &party.signed(code.clone())).await.err(), "invalid_grant"),
            (
                "a refresh token",
                party::token(app, &party.signed(refresh.clone())).await.err(),
                "invalid_grant",
            ),
            ("no code", party.token(party.redemption("x")).await.err(), "invalid_grant"),
            ("a wrong secret", party::token(app, &unproved(&code)).await.err(), "invalid_client"),
            (
                "another grant",
                party.token(form(&[("grant_type", "password")])).await.err(),
                "unsupported_grant_type",
            ),
            (
                "revocation",
                bearer::revoke(app, party::sender(&party.signed(token.clone()))).await.err(),
                "invalid_client",
            ),
            (
                "introspection",
                bearer::introspect(app, party::sender(&party.signed(token.clone()))).await.err(),
                "invalid_client",
            ),
        ];
        for (what, outcome, expected) in outcomes {
            assert_eq!(outcome.map(|refusal| refusal.code.as_str()), Some(expected), "{kind}: {what}");
        }
        let told = party.token(code).await.err().unwrap();
        assert_eq!(told.description, "an administrator has closed this client");
        set_disabled(&party, false).await;
        assert_eq!(code_of(party.token(refresh).await), "ok", "nothing was used up");
    }
}

#[tokio::test]
async fn requests_that_make_no_sense_say_why() {
    let party = Party::new().await;
    let answer = party.tokens().await;
    let access = answer.access_token.reveal();
    for (pairs, code) in [
        (&[] as &[(&str, &str)], "invalid_request"),
        (&[("grant_type", "password")], "unsupported_grant_type"),
        (&[("grant_type", "authorization_code")], "invalid_request"),
        (&[("grant_type", "authorization_code"), ("code", "x")], "invalid_grant"),
        (&[("grant_type", "authorization_code"), ("code", access)], "invalid_grant"),
        (&[("grant_type", "authorization_code"), ("code", refresh_token(&answer))], "invalid_grant"),
        (&[("grant_type", "refresh_token")], "invalid_request"),
        (&[("grant_type", "refresh_token"), ("refresh_token", access)], "invalid_grant"),
    ] {
        assert_eq!(code_of(party.token(form(pairs)).await), code, "{pairs:?}");
    }
    let party = Party::with(|metadata| metadata.grants = vec![GrantName::AuthorizationCode]).await;
    let outcome = party.refresh("postern_rt_x").await;
    assert_eq!(code_of(outcome), "unauthorized_client");
    let errors = clients::recent_errors(&party.app.db, party.client.id).await.unwrap();
    assert_eq!(errors.len(), 1, "what was refused is there for the developer");
    assert_eq!((errors[0].endpoint.as_str(), errors[0].code.as_str()), ("token", "unauthorized_client"));
}

pub(super) async fn set_state(party: &Party, state: UserState) {
    let (id, now) = (party.user.id, party.app.clock.now());
    let write = party.app.db.write(id, move |tx, id| {
        Box::pin(async move { Ok::<_, Refusal>(users::set_state(tx, *id, state, now).await.map(|_| ())?) })
    });
    write.await.unwrap();
}

pub(super) async fn set_disabled(party: &Party, disabled: bool) {
    let (id, now) = (party.client.id, party.app.clock.now());
    let write = party.app.db.write(id, move |tx, id| {
        Box::pin(async move {
            clients::set_disabled(tx, *id, disabled, now).await?;
            Ok::<_, Refusal>(())
        })
    });
    write.await.unwrap();
}

/// What “disconnect” does.
pub(super) async fn withdraw(party: &Party) {
    let (ids, now) = ((party.client.id, party.user.id), party.app.clock.now());
    let write = party.app.db.write(ids, move |tx, (client, user)| {
        Box::pin(async move {
            postern_storage::consents::delete(tx, *user, *client).await?;
            tokens::revoke_for_client_and_user(tx, *client, *user, now).await?;
            Ok::<_, Refusal>(())
        })
    });
    write.await.unwrap();
}
