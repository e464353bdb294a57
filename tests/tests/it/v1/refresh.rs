//! P06, the honest retry, and the races of refresh tokens.

use postern_tests::{Instance, Registration, Tokens, on_both_databases};

on_both_databases! {
    async fn it_is_bound_to_its_client(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let other = instance.client(&Registration::confidential());
        let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
        other.refresh(&tokens.refresh).await.assert_refused(400, "invalid_grant");
        // Trying did the rightful client no harm.
        let _ = Tokens::read(&client.refresh(&tokens.refresh).await);
    }

    async fn what_is_no_refresh_token_does_not_refresh(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
        for wrong in [&tokens.access, &tokens.id, &client.id, client.secret.as_ref().unwrap(), &"x".to_owned()] {
            client.refresh(wrong).await.assert_refused(400, "invalid_grant");
        }
        client.token(&[("grant_type", "refresh_token")]).await.assert_refused(400, "invalid_request");
    }

    async fn scopes_may_narrow_and_never_widen(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let tokens = client.asking("openid email").tokens(&browser).await;
        assert_eq!(tokens.answer["scope"], "email openid");
        for wider in ["openid email profile", "profile", "nonsense", "openid  email", "user:read"] {
            client.refresh_to(&tokens.refresh, wider).await.assert_refused(400, "invalid_scope");
        }
        let narrow = Tokens::read(&client.refresh_to(&tokens.refresh, "openid").await);
        assert_eq!(narrow.answer["scope"], "openid");
        let claims = client.userinfo(&narrow.access).await.expect(200).json();
        assert!(claims.get("email").is_none(), "{claims}");
        // The grant is the limit, however narrow the last access token was.
        client.refresh_to(&narrow.refresh, "openid email profile").await.assert_refused(400, "invalid_scope");
    }

    async fn the_lifetime_stays_the_same(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
        assert_eq!(tokens.answer["expires_in"], 864_000);
        let newer = Tokens::read(&client.refresh(&tokens.refresh).await);
        assert_eq!(newer.answer["expires_in"], 864_000);
        assert_eq!(newer.answer["token_type"], "Bearer");
    }

    async fn an_honest_retry_gets_the_same_successor(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
        let first = Tokens::read(&client.refresh(&tokens.refresh).await);
        let retry = Tokens::read(&client.refresh(&tokens.refresh).await);
        assert_eq!((&first.access, &first.refresh), (&retry.access, &retry.refresh));
        assert!(client.is_active(&first.access).await);
    }

    async fn a_replay_after_use_kills_the_family(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        for by_access in [true, false] {
            let old = client.tokens(&browser).await;
            let newer = Tokens::read(&client.refresh(&old.refresh).await);
            let tip = if by_access {
                let _ = client.userinfo(&newer.access).await.expect(200);
                newer.refresh.clone()
            } else {
                Tokens::read(&client.refresh(&newer.refresh).await).refresh
            };
            client.refresh(&old.refresh).await.assert_refused(400, "invalid_grant");
            client.refresh(&tip).await.assert_refused(400, "invalid_grant");
            for token in [&old.access, &newer.access, &newer.refresh, &tip] {
                assert!(!client.is_active(token).await);
            }
        }
    }

    async fn of_many_racers_all_get_one_successor(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        for _ in 0..3 {
            let tokens = client.tokens(&browser).await;
            let racers = (0..32).map(|_| client.refresh(&tokens.refresh));
            let answers = futures_util::future::join_all(racers).await;
            let mut successors: Vec<String> = answers.iter().map(|answer| Tokens::read(answer).refresh).collect();
            successors.sort();
            successors.dedup();
            assert_eq!(successors.len(), 1, "more than one successor: {successors:?}");
            // Nobody was signed out by it.
            let _ = Tokens::read(&client.refresh(&successors[0]).await);
        }
    }

    async fn cutting_off_the_app_ends_it(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let tokens = client.tokens(&browser).await;
        let page = browser.open("/settings/applications").await.expect(200);
        let form = page.form("/settings/applications");
        let _ = browser.submit(&page, &form).await.expect(200);
        client.refresh(&tokens.refresh).await.assert_refused(400, "invalid_grant");
        assert_eq!(client.userinfo(&tokens.access).await.status, 401);
        assert!(!client.is_active(&tokens.access).await);
    }

    async fn a_client_without_the_grant_gets_none(instance: &Instance) {
        let client = instance.client(&Registration::confidential().with(&["--grant", "authorization_code"]));
        let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
        assert_eq!(tokens.refresh, "");
        let other = instance.client(&Registration::confidential());
        let foreign = other.tokens(&instance.browser_of(&instance.person()).await).await;
        client.refresh(&foreign.refresh).await.assert_refused(400, "unauthorized_client");
    }
}
