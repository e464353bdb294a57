//! P01: only the registered redirect URI ever gets an answer.

use postern_tests::{Answer, Browser, Instance, OAuthClient, Registration, Request, on_both_databases};

/// Other spellings of `https://HOST/callback`, and what is no spelling of it at all.
fn spellings(host: &str) -> Vec<String> {
    let with_host = [
        "https://HOST",
        "https://HOST/",
        "https://HOST/callback/",
        "https://HOST/callback//",
        "https://HOST//callback",
        "https://HOST/./callback",
        "https://HOST/x/../callback",
        "https://HOST/callback/.",
        "https://HOST/callback/..",
        "https://HOST/callback/../evil",
        "https://HOST/%2e/callback",
        "https://HOST/x/%2e%2e/callback",
        "https://HOST/callback%2f",
        "https://HOST/callback%2F..",
        "https://HOST/callbac%6b",
        "https://HOST/%63allback",
        "https://HOST/Callback",
        "https://HOST/CALLBACK",
        "https://HOST/callback?",
        "https://HOST/callback?x=1",
        "https://HOST/callback?code=1",
        "https://HOST/callback&x=1",
        "https://HOST/callback;x=1",
        "https://HOST/callback#",
        "https://HOST/callback#x",
        "https://HOST/callback%23x",
        "https://HOST/callback%3fx",
        "https://HOST/callback.evil",
        "https://HOST/callbackevil",
        "https://HOST/callback/evil",
        "https://HOST/callbac",
        "https://HOST/*",
        "https://*/callback",
        "https://HOST/callback*",
        " https://HOST/callback",
        "https://HOST/callback ",
        "https://HOST/callback\t",
        "https://HOST/callback\n",
        "https://HOST/callback\r\n",
        "https://HOST/callback%0d%0aset-cookie:a=b",
        "https://HOST/callback\r\nLocation: https://evil.example",
        "https://HOST/callback%00",
        "https://HOST/callback\u{0}",
        "https://HOST/callback\u{200b}",
        "\u{feff}https://HOST/callback",
        "https://HOST/call\u{ad}back",
        "https://HOST/c\u{430}llback",
        "https://HOST:443/callback",
        "https://HOST:/callback",
        "https://HOST:8443/callback",
        "https://HOST:80/callback",
        "https://HOST:0443/callback",
        "https://HOST./callback",
        "https://.HOST/callback",
        "https://www.HOST/callback",
        "https://evil.HOST/callback",
        "https://HOST.evil.example/callback",
        "https://evilHOST/callback",
        "https://evil.example/HOST/callback",
        "https://evil.example/https://HOST/callback",
        "https://evil.example/?https://HOST/callback",
        "https://evil.example#https://HOST/callback",
        "https://evil.example#@HOST/callback",
        "https://evil.example?@HOST/callback",
        "https://evil.example\\@HOST/callback",
        "https://evil.example%40HOST/callback",
        "https://evil.example/callback",
        "https://HOST@evil.example/callback",
        "https://HOST:x@evil.example/callback",
        "https://evil@HOST/callback",
        "https://@HOST/callback",
        "https://:@HOST/callback",
        "https://HOST%2eevil.example/callback",
        "https://HOST%00.evil.example/callback",
        "https://HOST,evil.example/callback",
        "https://HOST\\callback",
        "https://HOST\\.evil.example/callback",
        "https:\\\\HOST\\callback",
        "https:HOST/callback",
        "https:/HOST/callback",
        "https:///HOST/callback",
        "//HOST/callback",
        "/callback",
        "callback",
        "HOST/callback",
        "?code=1",
        "#",
        "http://HOST/callback",
        "HTTPS://HOST/callback",
        "Https://HOST/callback",
        "httpss://HOST/callback",
        "ftp://HOST/callback",
        "javascript:alert(1)",
        "javascript://HOST/callback%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///callback",
        "blob:https://HOST/callback",
        "about:blank",
        "view-source:https://HOST/callback",
        "com.example.app:/callback",
        "urn:ietf:wg:oauth:2.0:oob",
        "https://127.0.0.1/callback",
        "https://[::1]/callback",
        "http://localhost/callback",
        "https://xn--HOST/callback",
        "https://HOST/callback https://evil.example/callback",
        "https://evil.example/callback,https://HOST/callback",
        "https%3a%2f%2fHOST%2fcallback",
        "%68ttps://HOST/callback",
        "https://HOST/%63%61%6c%6c%62%61%63%6b",
    ];
    let mut all: Vec<String> = with_host.iter().map(|text| text.replace("HOST", host)).collect();
    all.push(format!("https://{}/callback", host.to_uppercase()));
    all.push(format!("https://{}/callback", host.replace('.', "\u{3002}")));
    all.push(format!("https://{}/callback", host.replace('a', "\u{ff41}")));
    all.push(format!("https://{host}/callback/{}", "a".repeat(10_000)));
    all
}

/// Nothing but a page of the server's own, which says what is wrong and gives an id to quote.
fn assert_local_page(answer: &Answer, uri: &str) {
    assert!(answer.location().is_none(), "{uri:?}: {answer:?}");
    assert_eq!(answer.status, 400, "{uri:?}: {answer:?}");
    assert!(answer.header("content-type").starts_with("text/html"), "{uri:?}: {answer:?}");
    assert!(answer.text().to_lowercase().contains("error"), "{uri:?}: {answer:?}");
    assert!(answer.text().contains(answer.header("x-request-id")), "{uri:?}: {answer:?}");
}

async fn assert_refused_everywhere(browser: &Browser, client: &OAuthClient, uri: &str) {
    let request = client.authorization().with("redirect_uri", uri);
    let silent = request.clone().with("prompt", "none");
    let form_post = request.clone().with("response_mode", "form_post");
    for request in [&request, &silent, &form_post] {
        assert_local_page(&browser.open(&request.target()).await, uri);
    }
    let posted =
        Request::post("/v1/oauth2/authorize").form(request.pairs().iter().map(|(name, value)| (name, value)));
    let posted =
        browser.send(posted.header("origin", "https://app.example").header("sec-fetch-site", "cross-site"));
    assert_local_page(&browser.follow(posted.await).await, uri);
}

on_both_databases! {
    async fn other_spellings_never_redirect(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let host = client.redirect_uri.trim_start_matches("https://").trim_end_matches("/callback");
        let spellings = spellings(host);
        assert!(spellings.len() >= 80, "{}", spellings.len());
        for uri in &spellings {
            assert_refused_everywhere(&browser, &client, uri).await;
        }
        // The exact one does, so that the refusals above are not about something else.
        let callback = browser.authorize(&client.authorization()).await;
        assert_eq!(callback.at, client.redirect_uri);
    }

    async fn errors_never_redirect_to_other_spellings(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let request = client.authorization().with("redirect_uri", "https://evil.example/callback");
        for (name, value) in
            [("response_type", "token"), ("scope", "nonsense"), ("prompt", "none login"), ("request", "x.y.z")]
        {
            let answer = browser.open(&request.clone().with(name, value).target()).await;
            assert_local_page(&answer, name);
        }
        let doubled = client.authorization().and("redirect_uri", "https://evil.example/callback");
        assert_local_page(&browser.open(&doubled.target()).await, "doubled");
        let doubled = client.authorization().and("client_id", "other");
        assert_local_page(&browser.open(&doubled.target()).await, "doubled client");
        let unknown = client.authorization().with("client_id", "postern_ci_unknown");
        assert_local_page(&browser.open(&unknown.target()).await, "unknown client");
        let missing = client.authorization().without("redirect_uri");
        assert_local_page(&browser.open(&missing.target()).await, "missing");
    }

    async fn only_the_port_of_a_loopback_address_varies(instance: &Instance) {
        let native = Registration::public().redirect_uris(&["http://127.0.0.1:8000/cb?x=1", "http://[::1]/cb"]);
        let client = instance.client(&native);
        let browser = instance.browser_of(&instance.person()).await;
        for same in [
            "http://127.0.0.1:8000/cb?x=1", "http://127.0.0.1:1/cb?x=1", "http://127.0.0.1:65535/cb?x=1",
            "http://127.0.0.1/cb?x=1", "http://[::1]:4711/cb", "http://[::1]/cb",
        ] {
            let callback = browser.authorize(&client.authorization().with("redirect_uri", same)).await;
            assert!(same.starts_with(callback.at.split('?').next().unwrap()), "{same}: {}", callback.at);
            assert!(!callback.code().is_empty());
        }
        for other in [
            "http://127.0.0.1:8000/cb", "http://127.0.0.1:8000/cb?x=2", "http://127.0.0.1:8000/cb?x=1&y=2",
            "http://127.0.0.1:8000/CB?x=1", "http://127.0.0.1:0/cb?x=1", "http://127.0.0.1:65536/cb?x=1",
            "http://127.0.0.1:/cb?x=1", "http://127.0.0.1:80 80/cb?x=1", "http://127.0.0.1:+80/cb?x=1",
            "http://127.0.0.1:8000@evil.example/cb?x=1", "http://127.0.0.1:8000:80/cb?x=1",
            "http://127.0.0.1.evil.example/cb?x=1", "http://127.0.0.2:8000/cb?x=1", "http://127.1:8000/cb?x=1",
            "http://2130706433:8000/cb?x=1", "http://0x7f.0.0.1:8000/cb?x=1", "http://0177.0.0.1:8000/cb?x=1",
            "http://localhost:8000/cb?x=1", "https://127.0.0.1:8000/cb?x=1", "http://[::1]:8000/cb?x=1",
            "http://[0:0:0:0:0:0:0:1]/cb", "http://[::1%25lo]/cb", "http://[::ffff:127.0.0.1]:8000/cb?x=1",
        ] {
            assert_refused_everywhere(&browser, &client, other).await;
        }
    }

    async fn a_name_is_no_loopback_address(instance: &Instance) {
        let client = instance.client(&Registration::public().redirect_uris(&["http://localhost:3000/cb"]));
        let browser = instance.browser_of(&instance.person()).await;
        assert_refused_everywhere(&browser, &client, "http://localhost:3001/cb").await;
        assert_refused_everywhere(&browser, &client, "http://127.0.0.1:3000/cb").await;
    }
}
