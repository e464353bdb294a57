//! P05: authorization codes.

use std::time::Duration;

use postern_tests::{Engine, Instance, Registration, Tokens, on_both_databases};

on_both_databases! {
    async fn it_is_bound_to_client_and_redirect_uri(instance: &Instance) {
        let both = ["https://one.example/cb", "https://two.example/cb"];
        let client = instance.client(&Registration::confidential().redirect_uris(&both));
        let other = instance.client(&Registration::confidential().redirect_uris(&both));
        let browser = instance.browser_of(&instance.person()).await;
        let request = client.authorization();
        let code = browser.authorize(&request).await.code().to_owned();
        let verifier = request.verifier.as_deref();

        let stolen = other.redeem(&code, verifier).await;
        stolen.assert_refused(400, "invalid_grant");
        // A wrong client learns no more than of a code that never was.
        let made_up = other.redeem(&"x".repeat(code.len()), verifier).await;
        assert_eq!(made_up.status, 400);
        assert_eq!(made_up.error(), stolen.error());

        for uri in ["https://two.example/cb", "https://one.example/cb/", "https://one.example/CB", ""] {
            let mut pairs = vec![("grant_type", "authorization_code"), ("code", code.as_str())];
            pairs.extend([("redirect_uri", uri), ("code_verifier", verifier.unwrap())]);
            let answer = client.token(&pairs).await;
            assert_eq!(answer.status, 400, "{uri}: {answer:?}");
            assert!(["invalid_grant", "invalid_request"].contains(&answer.error().as_str()), "{uri}: {answer:?}");
        }
    }

    async fn a_second_use_kills_what_the_first_produced(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let request = client.authorization();
        let code = browser.authorize(&request).await.code().to_owned();
        let tokens = Tokens::read(&client.redeem(&code, request.verifier.as_deref()).await);
        assert!(client.is_active(&tokens.access).await);
        client.redeem(&code, request.verifier.as_deref()).await.assert_refused(400, "invalid_grant");
        assert!(!client.is_active(&tokens.access).await);
        assert!(!client.is_active(&tokens.refresh).await);
        assert_eq!(client.userinfo(&tokens.access).await.status, 401);
        client.refresh(&tokens.refresh).await.assert_refused(400, "invalid_grant");
    }

    async fn of_many_racers_one_wins(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        for _ in 0..3 {
            let request = client.authorization();
            let code = browser.authorize(&request).await.code().to_owned();
            let racers = (0..32).map(|_| client.redeem(&code, request.verifier.as_deref()));
            let answers = futures_util::future::join_all(racers).await;
            let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
            assert_eq!(winners.len(), 1, "{answers:?}");
            for loser in answers.iter().filter(|answer| answer.status != 200) {
                loser.assert_refused(400, "invalid_grant");
            }
            // The losers were replays: what the winner got is dead.
            assert!(!client.is_active(&Tokens::read(winners[0]).access).await);
        }
    }

    async fn it_ends_by_itself(engine: Engine) {
        let instance = Instance::start_with(engine, &[("lifetimes.code", "1s")]).await;
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let request = client.authorization();
        let code = browser.authorize(&request).await.code().to_owned();
        tokio::time::sleep(Duration::from_millis(2_100)).await;
        client.redeem(&code, request.verifier.as_deref()).await.assert_refused(400, "invalid_grant");
    }

    async fn it_is_worth_nothing_once_person_or_client_is_disabled(engine: Engine) {
        let instance = Instance::start(engine).await;
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        for (disable, enable) in [
            ("UPDATE users SET state = 'disabled'", "UPDATE users SET state = 'active'"),
            ("UPDATE clients SET disabled = true", "UPDATE clients SET disabled = false"),
        ] {
            let before = client.tokens(&browser).await;
            let request = client.authorization();
            let code = browser.authorize(&request).await.code().to_owned();
            // As another node would do it.
            instance.database().execute(&format!("{disable}; UPDATE epochs SET value = value + 1")).await;
            tokio::time::sleep(Duration::from_millis(1_100)).await;
            let answer = client.redeem(&code, request.verifier.as_deref()).await;
            assert!(["invalid_grant", "invalid_client"].contains(&answer.error().as_str()), "{disable}: {answer:?}");
            let answer = client.refresh(&before.refresh).await;
            assert!(["invalid_grant", "invalid_client"].contains(&answer.error().as_str()), "{disable}: {answer:?}");
            assert_eq!(client.userinfo(&before.access).await.status, 401, "{disable}");
            instance.database().execute(&format!("{enable}; UPDATE epochs SET value = value + 1")).await;
            tokio::time::sleep(Duration::from_millis(1_100)).await;
        }
    }
}
