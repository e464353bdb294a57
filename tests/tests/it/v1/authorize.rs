//! P12 and the parameters of an authorization request.

use postern_tests::{Instance, Registration, Request, on_both_databases};

on_both_databases! {
    async fn every_answer_names_the_issuer(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let issuer = client.wire().issuer().to_owned();
        let discovery = client.wire().send(Request::get("/.well-known/openid-configuration")).await.json();
        assert_eq!(discovery["issuer"], issuer.as_str());
        assert_eq!(discovery["authorization_response_iss_parameter_supported"], true);
        let request = client.authorization();
        let good = browser.authorize(&request).await;
        assert_eq!((good.get("iss"), good.get("state")), (issuer.as_str(), request.get("state")));
        for (name, value, error) in [
            ("response_type", "token", "unsupported_response_type"),
            ("response_type", "code token", "unsupported_response_type"),
            ("response_type", "", "invalid_request"),
            ("scope", "openid nonsense", "invalid_scope"),
            ("scope", "openid  email", "invalid_scope"),
            ("prompt", "none login", "invalid_request"),
            ("request", "eyJhbGciOiJub25lIn0.e30.", "invalid_request_object"),
            ("request_uri", "https://app.example/request", "request_uri_not_supported"),
            ("registration", "{}", "registration_not_supported"),
            ("max_age", "-1", "invalid_request"),
            ("max_age", "soon", "invalid_request"),
        ] {
            let refused = browser.authorize(&request.clone().with(name, value)).await;
            assert_eq!(refused.get("error"), error, "{name}={value}: {refused:?}");
            assert_eq!((refused.get("iss"), refused.get("state")), (issuer.as_str(), request.get("state")));
            assert!(!refused.params.contains_key("code"), "{name}={value}: {refused:?}");
        }
        let page = browser.open(&client.authorization().with("prompt", "consent").target()).await;
        let denied = browser.finish(page, "deny").await;
        assert_eq!((denied.get("error"), denied.get("iss")), ("access_denied", issuer.as_str()));
    }

    async fn without_a_person_prompt_none_says_so(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser();
        let request = client.authorization().with("prompt", "none");
        assert_eq!(browser.authorize(&request).await.get("error"), "login_required");
        browser.sign_in(&instance.person()).await;
        assert_eq!(browser.authorize(&request).await.get("error"), "consent_required");
        let _ = client.tokens(&browser).await;
        assert!(!browser.authorize(&request).await.code().is_empty());
    }

    async fn doubled_parameters_are_errors(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        for (name, value) in [
            ("scope", "openid"), ("state", "other"), ("nonce", "other"), ("response_type", "code"),
            ("code_challenge", "x"), ("prompt", "none"), ("prompt", "login"),
        ] {
            let request = client.authorization().with("prompt", "login").and(name, value);
            let answer = browser.open(&request.target()).await;
            let refused = match answer.location() {
                Some(url) => url.query().unwrap_or_default().contains("error=invalid_request"),
                None => answer.status == 400,
            };
            assert!(refused, "{name}: {answer:?}");
        }
    }

    async fn a_post_is_the_same_request(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let request = client.authorization();
        // An app's form arrives without cookies.
        let form = Request::post("/v1/oauth2/authorize").form(request.pairs().iter().map(|(name, value)| (name, value)));
        let form = form.header("cookie", "").header("origin", "https://app.example");
        let answer = browser.send(form.header("sec-fetch-site", "cross-site")).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        let page = browser.follow(answer).await;
        let callback = browser.finish(page, "allow").await;
        assert_eq!(callback.get("state"), request.get("state"));
        let _ = client.redeem(callback.code(), request.verifier.as_deref()).await.expect(200);
    }

    async fn form_post_carries_the_same(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let _ = client.tokens(&browser).await;
        let request = client.authorization().with("response_mode", "form_post");
        let page = browser.open(&request.target()).await.expect(200);
        assert_eq!(page.header("cache-control"), "no-store");
        let form = page.form(&client.redirect_uri);
        assert_eq!(form.value("state"), Some(request.get("state")));
        assert_eq!(form.value("iss"), Some(client.wire().issuer()));
        let code = form.value("code").unwrap().to_owned();
        instance.secrets().add(&code);
        let _ = client.redeem(&code, request.verifier.as_deref()).await.expect(200);
        let refused = browser.open(&request.with("scope", "nonsense").target()).await.expect(200);
        assert_eq!(refused.form(&client.redirect_uri).value("error"), Some("invalid_scope"));
    }

    async fn a_remembered_consent_asks_again_for_more(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let asks = async |scope: &str| browser.open(&client.asking(scope).authorization().target()).await.status == 200;
        assert!(asks("openid email").await);
        let _ = client.asking("openid email").tokens(&browser).await;
        assert!(!asks("openid email").await);
        assert!(!asks("openid").await);
        assert!(asks("openid profile").await);
        let _ = client.asking("openid profile").tokens(&browser).await;
        // What was allowed adds up.
        assert!(!asks("openid profile email").await);
        let native = instance.client(&Registration::public().redirect_uris(&["http://127.0.0.1/cb"]));
        let _ = native.tokens(&browser).await;
        assert_eq!(browser.open(&native.authorization().target()).await.status, 200, "loopback asks every time");
        let trusted = instance.client(&Registration::confidential().with(&["--trusted"]));
        assert_ne!(browser.open(&trusted.authorization().target()).await.status, 200);
    }
}
