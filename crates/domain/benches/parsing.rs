#![allow(missing_docs, clippy::expect_used, reason = "a benchmark")]
//! What every request pays before anything is looked up: `cargo bench --package postern-domain`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use postern_domain::{
    ClientType, CodeChallenge, CodeVerifier, Narrowing, Params, Permit, RedirectUri, Scopes, TokenKind,
    TokenText, UserId,
};
use uuid::Uuid;

const AUTHORIZE: &[u8] = b"response_type=code&client_id=postern_ci_0123456789&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback\
&scope=openid%20profile%20email&state=af0ifjsldkj&nonce=n-0S6_WzA2Mj&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
&code_challenge_method=S256";

fn token(criterion: &mut Criterion) {
    let mut state = 1_u8;
    let token = TokenText::generate("postern", TokenKind::Access, |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(29).wrapping_add(7);
            *byte = state;
        }
    });
    let text = token.reveal().to_owned();
    let mistyped = text.replace("_at_", "_pat_");
    criterion.bench_function("token/parse", |b| b.iter(|| TokenText::parse("postern", black_box(&text))));
    criterion
        .bench_function("token/refuse", |b| b.iter(|| TokenText::parse("postern", black_box(&mistyped))));
}

fn params(criterion: &mut Criterion) {
    criterion.bench_function("params/authorize", |b| b.iter(|| Params::parse(black_box(AUTHORIZE))));
}

fn scopes(criterion: &mut Criterion) {
    let granted: Scopes = "openid profile email offline_access user:read".parse().expect("scopes");
    let permit = Permit::of_user(UserId(Uuid::nil()), granted);
    criterion
        .bench_function("scopes/parse", |b| b.iter(|| black_box("openid profile email").parse::<Scopes>()));
    criterion.bench_function("permit/narrow", |b| {
        b.iter(|| {
            let scopes = black_box("openid email").parse().ok();
            permit.narrow(Narrowing { scopes, ..Narrowing::default() })
        });
    });
}

fn comparisons(criterion: &mut Criterion) {
    let uri = RedirectUri::register("http://127.0.0.1/callback", ClientType::Public).expect("a redirect URI");
    criterion.bench_function("redirect_uri/loopback", |b| {
        b.iter(|| uri.matches(black_box("http://127.0.0.1:50123/callback"), ClientType::Public))
    });
    let challenge = CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", Some("S256"))
        .expect("a challenge");
    let verifier = CodeVerifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").expect("a verifier");
    criterion.bench_function("pkce/verify", |b| b.iter(|| challenge.is_met_by(black_box(&verifier))));
}

criterion_group!(benches, token, params, scopes, comparisons);
criterion_main!(benches);
