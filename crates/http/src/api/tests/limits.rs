use axum::http::StatusCode;
use postern_domain::Lifetime;

use super::fixture::{Holder, World};

const SCOPES: &str = "/v1/scopes";

#[tokio::test]
async fn past_the_limit_an_answer_says_how_long_to_wait() {
    let world = World::new().await;
    let token = format!("Bearer {}", world.token(Holder::OrganizationsScript, "clients:read").await);
    let reset = world.server.app.clock.now();
    for left in (0..60).rev() {
        let answer = world.call("GET", SCOPES, Some(&token)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("x-ratelimit-limit"), "60");
        // Those of a slow run come back meanwhile.
        assert!(answer.header("x-ratelimit-remaining").parse::<u32>().unwrap() >= left);
    }
    let mut answer = world.call("GET", SCOPES, Some(&token)).await;
    while answer.status == StatusCode::OK {
        answer = world.call("GET", SCOPES, Some(&token)).await;
    }
    assert_eq!(
        (answer.status, answer.json_code()),
        (StatusCode::TOO_MANY_REQUESTS, "too_many_requests".into())
    );
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.header("x-ratelimit-remaining"), "0");
    let at: i64 = answer.header("x-ratelimit-reset").parse().unwrap();
    assert!((reset.0 + 58..=reset.plus(Lifetime::seconds(60)).0).contains(&at), "{at}");
    let others = format!("Bearer {}", world.token(Holder::PersonsScript, "user:read").await);
    let answer = world.call("GET", "/v1/users/me", Some(&others)).await;
    assert_eq!((answer.status, answer.header("x-ratelimit-limit")), (StatusCode::OK, "500"));
    let nobody = world.call("GET", "/v1/users/me", None).await;
    assert_eq!((nobody.status, nobody.header("x-ratelimit-limit")), (StatusCode::UNAUTHORIZED, "500"));
    let mut ada = world.server.browser();
    ada.sign_in().await;
    assert_eq!(ada.get("/v1/users/me").await.header("x-ratelimit-limit"), "100");
}

/// The contract's section 6: an app's calls for one person are counted by themselves, and all of the app's together have a
/// ceiling.
#[tokio::test]
async fn an_app_has_a_share_of_each_it_speaks_for_under_a_ceiling_of_its_own() {
    let world = World::with(|config| {
        config.rate_limits.restricted = "2/h".parse().unwrap();
        config.rate_limits.default = "3/h".parse().unwrap();
        config.rate_limits.elevated = "4/h".parse().unwrap();
    })
    .await;
    let person = format!("Bearer {}", world.token(Holder::AppForPerson, "openid").await);
    let same = format!("Bearer {}", world.token(Holder::AppForPerson, "profile").await);
    // Of the restricted tier.
    let organization = format!("Bearer {}", world.token(Holder::AppForOrganization, "openid").await);
    let mut answers = Vec::new();
    for token in [&person, &same, &person, &same, &organization, &organization] {
        let answer = world.call("GET", SCOPES, Some(token)).await;
        answers.push((answer.status.as_u16(), answer.header("x-ratelimit-limit").to_owned()));
    }
    let served = |limit: &str| (200, limit.to_owned());
    let refused = |limit: &str| (429, limit.to_owned());
    assert_eq!(answers, [served("3"), served("3"), served("3"), refused("3"), served("4"), refused("4")]);
}
