use super::*;

async fn world() -> World {
    let world = World::with(|provider| {
        provider.preset = Preset::GitHub;
        provider.label = None;
    })
    .await;
    world.stub.says(
        "/login/oauth/access_token",
        200,
        &json!({ "access_token": "an-access-token", "token_type": "bearer", "scope": "" }),
    );
    world.stub.says(
        "/api/v3/user",
        200,
        &json!({ "id": 17, "login": "octo", "name": null, "email": "claimed@elsewhere.example" }),
    );
    world.stub.says(
        "/api/v3/user/emails",
        200,
        &json!([
            { "email": "old@elsewhere.example", "primary": false, "verified": true },
            { "email": "octo@elsewhere.example", "primary": true, "verified": true },
        ]),
    );
    world
}

#[tokio::test]
async fn who_somebody_is_says_the_api() {
    let world = world().await;
    let away = world.away().await;
    assert_eq!(away.asked["scope"], "read:user user:email");
    assert_eq!(away.asked["code_challenge_method"], "S256");
    let user = arrived(world.back(&away, &away.answer(), None).await).user;
    assert_eq!((user.username.as_str(), user.email.as_str()), ("octo", "octo@elsewhere.example"));
    let request = world.stub.asked("/login/oauth/access_token").pop().unwrap();
    assert!(request.contains("code_verifier=") && request.contains("client_secret=the+secret"), "{request}");
    let seen = connections(&world.app, &user).await.unwrap();
    assert_eq!((seen[0].identity.subject.as_str(), seen[0].label.as_str()), ("17", "GitHub"));
    // Another name, the same number.
    world.stub.says("/api/v3/user", 200, &json!({ "id": 17, "login": "renamed" }));
    let away = world.away().await;
    assert_eq!(arrived(world.back(&away, &away.answer(), None).await).user.id, user.id);
    // The same name, another number.
    world.stub.says("/api/v3/user", 200, &json!({ "id": 18, "login": "octo" }));
    world.stub.says("/api/v3/user/emails", 404, &json!({}));
    let away = world.away().await;
    assert_eq!(world.back(&away, &away.answer(), None).await.unwrap_err(), Trouble::NoEmail);
}

#[tokio::test]
async fn wrong_answers_let_nobody_in() {
    let world = world().await;
    for (status, body, trouble) in [
        (401, "{}", Trouble::Unproven),
        (403, "{}", Trouble::Unproven),
        (502, "", Trouble::Unreachable),
        (200, "{}", Trouble::Unproven),
        (200, r#"{"id": "17", "login": "octo"}"#, Trouble::Unproven),
        (200, r#"{"id": -1, "login": "octo"}"#, Trouble::Unproven),
        (200, "[]", Trouble::Unproven),
    ] {
        world.stub.says_text("/api/v3/user", status, body);
        let away = world.away().await;
        assert_eq!(world.back(&away, &away.answer(), None).await.unwrap_err(), trouble, "{status} {body}");
    }
    world.stub.says("/login/oauth/access_token", 200, &json!({ "error": "bad_verification_code" }));
    let away = world.away().await;
    assert_eq!(world.back(&away, &away.answer(), None).await.unwrap_err(), Trouble::Unproven);
    for (iss, right) in
        [("https://other.example", false), (&*format!("{}/login/oauth", world.stub.issuer()), true)]
    {
        let away = world.away().await;
        let done =
            world.back(&away, &away.answer().with("iss", iss).with("error", "access_denied"), None).await;
        assert_eq!(done.unwrap_err() == Trouble::Denied, right, "{iss}");
    }
}
