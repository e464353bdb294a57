//! T08: two nodes on one PostgreSQL, with nothing between them but the database.

use std::time::{Duration, Instant};

use postern_tests::{Engine, Instance, OAuthClient, Registration, Tokens};

async fn two_nodes() -> Option<(Instance, Instance)> {
    if !Engine::Postgres.is_wanted() {
        return None;
    }
    let a = Instance::start(Engine::Postgres).await;
    let b = a.another_node().await;
    Some((a, b))
}

/// Asks node B over and over until it refuses on every road, for one second. `guard` is a client that may introspect
/// what others were issued.
async fn assert_refused_within_a_second(
    on_b: &OAuthClient,
    guard: &OAuthClient,
    tokens: &Tokens,
    since: Instant,
) {
    loop {
        // A client that is gone is told nothing at all.
        let own = on_b.introspect(&tokens.access).await;
        let own = own.status == 200 && own.json()["active"] == true;
        let guarded = guard.is_active(&tokens.access).await;
        let userinfo = on_b.userinfo(&tokens.access).await.status;
        if !own && !guarded && userinfo == 401 {
            break;
        }
        let roads = format!("its own introspection {own}, the guard's {guarded}, userinfo {userinfo}");
        assert!(since.elapsed() < Duration::from_secs(1), "after a second: {roads}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let refused = on_b.refresh(&tokens.refresh).await;
    assert!(["invalid_grant", "invalid_client"].contains(&refused.error().as_str()), "{refused:?}");
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_revoked_on_one_is_refused_on_the_other() {
    let Some((a, b)) = two_nodes().await else { return };
    let person = a.person();
    let browser = a.browser_of(&person).await;
    let client = a.client(&Registration::confidential());
    let on_b = client.on(&b);
    let guard = b.client(&Registration::confidential().with(&["--resource-server"]));
    for _ in 0..5 {
        let tokens = client.tokens(&browser).await;
        assert!(on_b.is_active(&tokens.access).await);
        let _ = on_b.userinfo(&tokens.access).await.expect(200);
        let _ = client.revoke(&tokens.refresh).await.expect(200);
        let since = Instant::now();
        // On the node that did it, at once.
        assert!(!client.is_active(&tokens.access).await);
        assert_eq!(client.userinfo(&tokens.access).await.status, 401);
        assert_refused_within_a_second(&on_b, &guard, &tokens, since).await;
    }
}

/// What ends everything that an app holds of a person.
#[derive(Clone, Copy, Debug)]
enum End {
    /// The person cuts the app off on node A.
    Disconnected,
    /// The account is closed, as by a node that is neither of the two.
    UserDisabled,
    /// The client is closed, likewise.
    ClientDisabled,
    /// The client is deleted by the command line: a third process.
    ClientDeleted,
    /// The code was used a second time on node A.
    CodeReplayed,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_ends_on_one_ends_on_the_other() {
    use End::{ClientDeleted, ClientDisabled, CodeReplayed, Disconnected, UserDisabled};
    let Some((a, b)) = two_nodes().await else { return };
    let guard = b.client(&Registration::confidential().with(&["--resource-server"]));
    for end in [Disconnected, UserDisabled, ClientDisabled, ClientDeleted, CodeReplayed] {
        let person = a.person();
        let browser = a.browser_of(&person).await;
        let client = a.client(&Registration::confidential());
        let on_b = client.on(&b);
        let request = client.authorization();
        let code = browser.authorize(&request).await.code().to_owned();
        let redeem = || client.redeem(&code, request.verifier.as_deref());
        let tokens = Tokens::read(&redeem().await);
        // Node B knows it by heart.
        for _ in 0..3 {
            assert!(on_b.is_active(&tokens.access).await && guard.is_active(&tokens.access).await, "{end:?}");
            let _ = on_b.userinfo(&tokens.access).await.expect(200);
        }
        let update = |sql: String| format!("BEGIN; {sql}; UPDATE epochs SET value = value + 1; COMMIT");
        match end {
            Disconnected => {
                let page = browser.open("/settings/applications").await.expect(200);
                let _ = browser.submit(&page, &page.form("/settings/applications")).await.expect(200);
            }
            UserDisabled => {
                let sql =
                    format!("UPDATE users SET state = 'disabled' WHERE username = '{}'", person.username);
                a.database().execute(&update(sql)).await;
            }
            ClientDisabled => {
                let sql = format!("UPDATE clients SET disabled = true WHERE identifier = '{}'", client.id);
                a.database().execute(&update(sql)).await;
            }
            ClientDeleted => assert_eq!(a.cli(&["client", "delete", &client.id]).code, 0),
            CodeReplayed => redeem().await.assert_refused(400, "invalid_grant"),
        }
        let since = Instant::now();
        println!("{end:?}");
        assert_refused_within_a_second(&on_b, &guard, &tokens, since).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_is_lost_on_one_is_lost_on_the_other() {
    let Some((a, b)) = two_nodes().await else { return };
    let (owner, admin) = (a.person(), a.person());
    let slug = postern_tests::unique("acme");
    let made =
        a.cli(&["org", "create", "--slug", &slug, "--name", "Acme", "--owner", &owner.username]).json();
    assert_eq!(made["slug"], slug.as_str());
    let member = |role: &str| {
        let result = a.cli(&["org", "member", "add", &slug, &admin.username, "--role", role]);
        assert_eq!(result.code, 0, "{result:?}");
    };
    let browser = a.browser_of(&admin).await;
    let client = a.client(&Registration::confidential().scope("openid organizations:read"));
    let on_b = client.on(&b);
    let guard = b.client(&Registration::confidential().with(&["--resource-server"]));
    for _ in 0..2 {
        member("admin");
        let request = client.authorization().with("sub_type", "organization");
        let mut answer = browser.open(&request.target()).await;
        if answer.text().contains("Choose an organization") {
            let form = answer.form("continue");
            let form = form.fill("organization_id", made["id"].as_str().unwrap()).press("continue");
            answer = browser.submit(&answer, &form).await;
        }
        let callback = browser.finish(answer, "allow").await;
        let redeemed = client.redeem(callback.code(), request.verifier.as_deref()).await;
        let tokens = Tokens::read(&redeemed);
        assert!(on_b.is_active(&tokens.access).await);
        let _ = on_b.userinfo(&tokens.access).await.expect(200);
        member("member");
        let since = Instant::now();
        assert_refused_within_a_second(&on_b, &guard, &tokens, since).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_on_one_signs_out_on_the_other() {
    let Some((a, b)) = two_nodes().await else { return };
    let on_a = a.browser_of(&a.person()).await;
    let on_b = on_a.on(&b);
    assert!(on_b.is_signed_in().await);
    let page = on_a.open("/logout").await;
    let _ = on_a.submit(&page, &page.form("/logout")).await;
    let since = Instant::now();
    while on_b.is_signed_in().await {
        assert!(since.elapsed() < Duration::from_secs(1), "still signed in after a second");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_redeemed_once_over_both() {
    let Some((a, b)) = two_nodes().await else { return };
    let browser = a.browser_of(&a.person()).await;
    let client = a.client(&Registration::confidential());
    let nodes = [client.clone(), client.on(&b)];
    for _ in 0..5 {
        let request = client.authorization();
        let code = browser.authorize(&request).await.code().to_owned();
        let racers = (0..32).map(|at| nodes[at % 2].redeem(&code, request.verifier.as_deref()));
        let answers = futures_util::future::join_all(racers).await;
        let winners = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(winners, 1, "{answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_has_one_successor_over_both() {
    let Some((a, b)) = two_nodes().await else { return };
    let browser = a.browser_of(&a.person()).await;
    let client = a.client(&Registration::confidential());
    let nodes = [client.clone(), client.on(&b)];
    for _ in 0..5 {
        let tokens = client.tokens(&browser).await;
        let racers = (0..32).map(|at| nodes[at % 2].refresh(&tokens.refresh));
        let answers = futures_util::future::join_all(racers).await;
        let mut successors: Vec<String> = answers.iter().map(|answer| Tokens::read(answer).refresh).collect();
        successors.sort();
        successors.dedup();
        assert_eq!(successors.len(), 1, "{successors:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_count_over_both() {
    let Some((a, b)) = two_nodes().await else { return };
    let person = a.person();
    let guesses = (0..40).map(|at| {
        let browser = if at % 2 == 0 { a.browser() } else { b.browser() };
        let (name, guess) = (person.username.clone(), format!("guess number {at}"));
        async move { browser.try_sign_in(&name, &guess).await.status }
    });
    let statuses = futures_util::future::join_all(guesses).await;
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert!(count(422) == 10 || (count(422) < 10 && count(503) > 0), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_may_go_over_both() {
    let Some((a, b)) = two_nodes().await else { return };
    let person = a.person();
    let client = a.client(&Registration::confidential());
    let request = client.authorization();
    let on_a = a.browser();
    let page = on_a.open(&request.target()).await;
    let on_b = on_a.on(&b);
    let page = on_b.fill_sign_in(&page, &person.username, &person.password).await;
    let back_on_a = on_b.on(&a);
    let callback = back_on_a.finish(page, "allow").await;
    let _ = Tokens::read(&client.on(&b).redeem(callback.code(), request.verifier.as_deref()).await);
}
