use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::fixture::{Holder, World};

const PATH: &str = "/v1/tokens/revoke-leaked";

#[tokio::test]
async fn a_report_is_an_answer_of_the_api_like_others() {
    let world = World::new().await;
    let found = world.token(Holder::PersonsScript, "user:read").await;
    // By whatever header, as curl sends it.
    for kind in ["application/json", "application/x-www-form-urlencoded"] {
        let body = Body::from(format!("{{\"token\":\"{found}\"}}"));
        let answer =
            world.server.send(Request::post(PATH).header("content-type", kind).body(body).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.json()["received"], true);
        assert_eq!(answer.header("x-ratelimit-limit"), "500");
    }
    let dead = world.call("GET", "/v1/users/me", Some(&format!("Bearer {found}"))).await;
    assert_eq!(dead.status, StatusCode::UNAUTHORIZED);
    let large = format!("[\"{}\"]", "x".repeat(70_000));
    for (body, status, code) in
        [("{}", 400, "invalid_request"), ("", 400, "invalid_request"), (&*large, 413, "too_large")]
    {
        let answer = world.server.send(Request::post(PATH).body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!((answer.status.as_u16(), &*answer.json_code()), (status, code));
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_ne!(answer.header("x-ratelimit-remaining"), "");
    }
    let unknown = Request::post(PATH)
        .header("github-public-key-identifier", "k")
        .header("github-public-key-signature", "s")
        .body(Body::from("[]"));
    let unknown = world.server.send(unknown.unwrap()).await;
    assert_eq!((unknown.status, unknown.json_code()), (StatusCode::FORBIDDEN, "forbidden".into()));
}
