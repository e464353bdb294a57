//! `/v1/oauth2/logout` (OIDC RP-Initiated Logout 1.0).

use postern_tests::{Browser, Instance, OAuthClient, Registration, Request, on_both_databases};

const BACK: &str = "https://app.example/signed-out";

fn app(instance: &Instance) -> OAuthClient {
    instance.client(&Registration::confidential().with(&["--post-logout-redirect-uri", BACK]))
}

fn asking(pairs: &[(&str, &str)]) -> Request {
    Request::get("/v1/oauth2/logout")
        .query(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
}

fn to_the_app(id_token: &str) -> [(&str, &str); 3] {
    [("id_token_hint", id_token), ("post_logout_redirect_uri", BACK), ("state", "a b")]
}

/// Where it leads after the redirects that are the server's own.
async fn landing(browser: &Browser, request: Request) -> String {
    let answer = browser.follow(browser.send(request).await).await;
    answer.location().map_or_else(String::new, String::from)
}

on_both_databases! {
    async fn an_app_that_proves_the_session_ends_it_at_once(instance: &Instance) {
        let app = app(instance);
        for posted in [false, true] {
            let browser = instance.browser_of(&instance.person()).await;
            let tokens = app.tokens(&browser).await;
            let asked = to_the_app(&tokens.id);
            let request = if posted {
                let pairs = asked.map(|(name, value)| (name.to_owned(), value.to_owned()));
                Request::post("/v1/oauth2/logout").form(pairs)
            } else {
                asking(&asked)
            };
            assert_eq!(landing(&browser, request).await, format!("{BACK}?state=a+b"));
            assert!(!browser.is_signed_in().await);
            // Who is signed out already is sent on all the same.
            assert_eq!(landing(&browser, asking(&asked)).await, format!("{BACK}?state=a+b"));
        }
    }

    async fn whoever_is_not_proved_to_be_meant_is_asked(instance: &Instance) {
        let app = app(instance);
        let person = instance.person();
        let elsewhere = instance.browser_of(&person).await;
        let tokens = app.tokens(&elsewhere).await;
        let by_hint = to_the_app(&tokens.id);
        let by_name = [("client_id", app.id.as_str()), ("post_logout_redirect_uri", BACK), ("state", "a b")];
        for asked in [by_hint, by_name] {
            let browser = instance.browser_of(&person).await;
            let page = browser.send(asking(&asked)).await.expect(200);
            assert!(browser.is_signed_in().await, "{page:?}");
            let policy = page.header("content-security-policy");
            assert!(policy.contains("form-action 'self' https://app.example"), "{policy}");
            let left = browser.send(Browser::request(&page, &page.form("/logout"))).await;
            assert_eq!(left.location().map(String::from), Some(format!("{BACK}?state=a+b")), "{left:?}");
            assert!(!browser.is_signed_in().await);
        }
        let browser = instance.browser_of(&person).await;
        let page = browser.send(asking(&[])).await.expect(200);
        let page = browser.submit(&page, &page.form("/logout")).await;
        assert_eq!(page.url.path(), "/login");
        assert!(elsewhere.is_signed_in().await, "another browser is signed out too");
    }

    async fn nothing_happens_on_a_request_that_does_not_fit(instance: &Instance) {
        let app = app(instance);
        let browser = instance.browser_of(&instance.person()).await;
        let tokens = app.tokens(&browser).await;
        for asked in [
            vec![("id_token_hint", "junk")],
            vec![("id_token_hint", tokens.id.as_str()), ("post_logout_redirect_uri", "https://evil.example/")],
            vec![("id_token_hint", tokens.id.as_str()), ("client_id", "another")],
            vec![("post_logout_redirect_uri", BACK)],
            vec![("id_token_hint", tokens.id.as_str()), ("state", "a"), ("state", "b")],
        ] {
            let page = browser.send(asking(&asked)).await.expect(400);
            assert!(page.text().contains("rror") && page.location().is_none(), "{page:?}");
        }
        let head = browser.send(Request::new("HEAD", "/v1/oauth2/logout")).await;
        assert_eq!(head.status, 405);
        assert!(browser.is_signed_in().await);
    }
}
