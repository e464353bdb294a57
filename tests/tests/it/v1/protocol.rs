//! What the machines' endpoints are as HTTP: methods, paths, content types, caching, other origins.

use std::collections::BTreeSet;

use postern_tests::{Answer, Instance, OAuthClient, Registration, Request, Tokens, on_both_databases};

const TOKEN: &str = "/v1/oauth2/token";
const INTROSPECT: &str = "/v1/oauth2/introspect";
const REVOKE: &str = "/v1/oauth2/revoke";
const USERINFO: &str = "/v1/oauth2/userinfo";
const AUTHORIZE: &str = "/v1/oauth2/authorize";
const FORM: &str = "application/x-www-form-urlencoded";

/// Every path with the methods it takes.
const METHODS: [(&str, &[&str]); 9] = [
    ("/.well-known/openid-configuration", &["GET", "HEAD"]),
    ("/.well-known/oauth-authorization-server", &["GET", "HEAD"]),
    ("/.well-known/oauth-protected-resource", &["GET", "HEAD"]),
    ("/.well-known/jwks.json", &["GET", "HEAD"]),
    (AUTHORIZE, &["GET", "POST"]),
    (TOKEN, &["POST"]),
    (USERINFO, &["GET", "HEAD", "POST"]),
    (REVOKE, &["POST"]),
    (INTROSPECT, &["POST"]),
];

/// Documents that others keep, with their types.
const DOCUMENTS: [(&str, &str); 4] = [
    ("/.well-known/openid-configuration", "application/json"),
    ("/.well-known/oauth-authorization-server", "application/json"),
    ("/.well-known/oauth-protected-resource", "application/json"),
    ("/.well-known/jwks.json", "application/jwk-set+json"),
];

/// Content types of a form's body, with whether it is taken for one.
const TYPES: [(&str, bool); 15] = [
    (FORM, true),
    ("application/x-www-form-urlencoded; charset=UTF-8", true),
    ("application/x-www-form-urlencoded;charset=utf-8", true),
    ("application/x-www-form-urlencoded ; charset=\"utf-8\"", true),
    ("APPLICATION/X-WWW-Form-URLEncoded", true),
    ("", false),
    ("application/json", false),
    ("application/json; charset=utf-8", false),
    ("text/plain", false),
    ("text/plain; a=application/x-www-form-urlencoded", false),
    ("application/x-www-form-urlencodedx", false),
    ("application/x-www-form-urlencoded, text/plain", false),
    ("multipart/form-data; boundary=x", false),
    ("application/octet-stream", false),
    ("*/*", false),
];

/// The methods that an `Allow` names.
fn allowed(answer: &Answer) -> BTreeSet<String> {
    answer.header("allow").split(',').map(|method| method.trim().to_owned()).collect()
}

/// Fails unless pages of any origin may read an answer, and never with credentials of the browser's.
fn assert_open(answer: &Answer, is_open: bool, what: &str) {
    let origin = answer.header("access-control-allow-origin");
    assert_eq!(origin, if is_open { "*" } else { "" }, "{what}: {answer:?}");
    assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{what}: {answer:?}");
    if is_open {
        let exposed = answer.header("access-control-expose-headers");
        assert!(
            exposed.contains("www-authenticate") && exposed.contains("retry-after"),
            "{what}: {answer:?}"
        );
    }
}

async fn client_and_tokens(instance: &Instance) -> (OAuthClient, Tokens) {
    let client = instance.client(&Registration::confidential());
    let tokens = client.tokens(&instance.browser_of(&instance.person()).await).await;
    (client, tokens)
}

on_both_databases! {
    async fn other_methods_are_told_which_there_are(instance: &Instance) {
        let wire = instance.wire();
        for (path, methods) in METHODS {
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get"] {
                let answer = wire.send(Request::new(method, path)).await;
                if methods.contains(&method) {
                    assert_ne!(answer.status, 405, "{method} {path}: {answer:?}");
                    continue;
                }
                assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
                let named = allowed(&answer);
                assert_eq!(named, methods.iter().map(|method| (*method).to_owned()).collect(), "{method} {path}");
            }
        }
    }

    async fn head_is_get_without_a_body(instance: &Instance) {
        let wire = instance.wire();
        for (path, methods) in METHODS {
            if !methods.contains(&"HEAD") {
                continue;
            }
            let (get, head) = (wire.send(Request::get(path)).await, wire.send(Request::new("HEAD", path)).await);
            assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}: {head:?}");
            for name in ["content-type", "cache-control", "etag", "www-authenticate"] {
                assert_eq!(head.header(name), get.header(name), "{path} {name}");
            }
        }
    }

    async fn another_path_is_another_path(instance: &Instance) {
        let wire = instance.wire();
        for (path, methods) in METHODS {
            let last = path.rsplit('/').next().unwrap();
            for other in [
                format!("{path}/"), format!("{path}//"), format!("/{path}"), format!("{path}/x"), format!("{path};x"),
                format!("{path}%20"), format!("{path}%00"), format!("{path}.json"), path.to_uppercase(),
                path.replace(last, &format!("./{last}%2f")), path.replace('/', "%2f"), path.replacen('/', "/x%2f..%2f", 1),
            ] {
                let mut raw = instance.raw().await;
                let host = instance.listen();
                let request = format!("{} {other} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\n\r\n", methods[0]);
                let _ = raw.write(request.as_bytes()).await;
                let status = raw.status(std::time::Duration::from_secs(20)).await;
                assert!(matches!(status, Some(400 | 404)), "{other}: {status:?}");
            }
            let answer = wire.send(Request::new(methods[0], format!("{path}/"))).await;
            assert_open(&answer, false, path);
        }
    }

    async fn documents_are_kept_and_asked_for_again(instance: &Instance) {
        let wire = instance.wire();
        for (path, kind) in DOCUMENTS {
            let first = wire.send(Request::get(path)).await.expect(200);
            let (etag, lasting) = (first.header("etag").to_owned(), first.header("cache-control").to_owned());
            assert_eq!(first.header("content-type"), kind, "{first:?}");
            assert!(etag.starts_with('"') && etag.len() > 8, "{first:?}");
            let seconds: u32 = lasting.strip_prefix("public, max-age=").unwrap().parse().unwrap();
            assert!((60..=86_400).contains(&seconds), "{first:?}");
            for (sent, is_known) in [
                (etag.clone(), true), (format!("W/{etag}"), true), (format!("\"x\", {etag}"), true), ("*".to_owned(), true),
                (etag.trim_matches('"').to_owned(), false), (etag.to_lowercase() + "x", false), ("\"\"".to_owned(), false),
                (String::new(), false),
            ] {
                let again = wire.send(Request::get(path).header("if-none-match", &sent)).await;
                assert_eq!(again.status, if is_known { 304 } else { 200 }, "{path} {sent}: {again:?}");
                assert_eq!((again.header("etag"), again.header("cache-control")), (etag.as_str(), lasting.as_str()));
                assert_eq!(again.body.is_empty(), is_known, "{path} {sent}");
                assert_open(&again, true, path);
            }
            // Nothing in a request makes another document of it.
            for request in [
                Request::get(format!("{path}?x=1")), Request::get(path).header("accept", "text/html"),
                Request::get(path).header("accept-language", "de"), Request::get(path).header("x-forwarded-host", "evil.example"),
                Request::get(path).header("cookie", "postern_session=x"), Request::get(path).bearer("x"),
            ] {
                assert_eq!(wire.send(request.clone()).await.body, first.body, "{request:?}");
            }
        }
    }

    async fn a_form_is_what_says_that_it_is_one(instance: &Instance) {
        let (client, tokens) = client_and_tokens(instance).await;
        let secret = client.secret.clone().unwrap();
        for (kind, is_taken) in TYPES {
            let body = format!("token={}", tokens.access);
            for (path, good) in [(INTROSPECT, 200), (TOKEN, 400)] {
                let answer = client.wire().send(Request::post(path).basic(&client.id, &secret).body(kind, body.clone())).await;
                let is_form = answer.status == good && (path == TOKEN || answer.json()["active"] == true);
                let says = answer.json()["error_description"].as_str().unwrap_or_default().to_owned();
                if is_taken {
                    assert!(is_form && !says.contains(FORM), "{path} {kind}: {answer:?}");
                } else {
                    answer.assert_refused(400, "invalid_request");
                    assert!(says.contains(FORM), "{path} {kind}: {answer:?}");
                }
                assert_eq!(answer.header("content-type"), "application/json", "{path} {kind}");
                assert_eq!(answer.header("cache-control"), "no-store", "{path} {kind}");
            }
            let at_userinfo = Request::post(USERINFO).body(kind, format!("access_token={}", tokens.access));
            let answer = client.wire().send(at_userinfo).await;
            assert_eq!(answer.status, if is_taken { 200 } else { 401 }, "userinfo {kind}: {answer:?}");
        }
        let refresh = &tokens.refresh;
        let json = serde_json::json!({"grant_type": "refresh_token", "refresh_token": refresh}).to_string();
        let pairs = format!("grant_type=refresh_token&refresh_token={refresh}");
        for request in [
            Request::post(TOKEN).body("application/json", json),
            Request::post(TOKEN).body("application/json", pairs.clone()),
            Request::post(TOKEN).body(FORM, pairs.clone()).header("content-type", FORM),
            Request::post(TOKEN).body(FORM, pairs.clone()).header("content-type", "text/plain"),
            Request::post(format!("{TOKEN}?{pairs}")).body(FORM, ""),
            Request::post(format!("{TOKEN}?{pairs}")),
            Request::post(format!("{TOKEN}?x=1")).body(FORM, pairs),
        ] {
            let answer = client.wire().send(request.basic(&client.id, &secret)).await;
            answer.assert_refused(400, "invalid_request");
        }
        // None of them was looked at.
        let _ = client.refresh(refresh).await.expect(200);
    }

    async fn a_token_in_the_wrong_place_is_told_so(instance: &Instance) {
        let (client, tokens) = client_and_tokens(instance).await;
        let token = tokens.access.as_str();
        let (get, post) = (|| Request::get(USERINFO), || Request::post(USERINFO));
        // With the status and the code that RFC 6750 section 3.1 has for it: none where no token was sent at all.
        for (what, request, status, code) in [
            ("the header", get().bearer(token), 200, ""),
            ("the header of a form", post().bearer(token).form([("x", "y")]), 200, ""),
            ("the form", post().form([("access_token", token)]), 200, ""),
            ("nowhere", get(), 401, ""),
            ("an empty form", post().form([("x", "y")]), 401, ""),
            ("a form by GET", get().form([("access_token", token)]), 401, ""),
            ("Basic, both halves", get().basic(token, token), 401, ""),
            ("Basic, the client's own", get().basic(&client.id, client.secret.as_ref().unwrap()), 401, ""),
            ("a cookie", get().header("cookie", format!("access_token={token}")), 401, ""),
            ("another header", get().header("x-access-token", token), 401, ""),
            ("another scheme", get().header("authorization", format!("Token {token}")), 401, ""),
            ("a made-up token", get().bearer("made-up"), 401, "invalid_token"),
            ("the query", get().query([("access_token", token)]), 400, "invalid_request"),
            ("the query of a POST", post().query([("access_token", token)]), 400, "invalid_request"),
            ("header and query", get().bearer(token).query([("access_token", token)]), 400, "invalid_request"),
            ("header and form", post().bearer(token).form([("access_token", token)]), 400, "invalid_request"),
            ("form and query", post().form([("access_token", token)]).query([("access_token", token)]), 400, "invalid_request"),
            ("the form twice", post().form([("access_token", token), ("access_token", token)]), 400, "invalid_request"),
            ("two headers", get().bearer(token).bearer(token), 400, "invalid_request"),
            ("Basic and Bearer", get().basic(&client.id, "x").bearer(token), 400, "invalid_request"),
        ] {
            let answer = client.wire().send(request).await;
            assert_eq!((answer.status, answer.error().as_str()), (status, code), "{what}: {answer:?}");
            let challenge = answer.header("www-authenticate");
            assert_eq!(challenge.starts_with("Bearer"), status != 200, "{what}: {answer:?}");
            assert_eq!(challenge.contains("error="), !code.is_empty(), "{what}: {answer:?}");
            assert!(!answer.headers.contains_key("set-cookie") && !challenge.contains(token), "{what}: {answer:?}");
            assert_open(&answer, true, what);
        }
    }

    async fn pages_of_other_origins_read_answers_of_the_open_endpoints(instance: &Instance) {
        let (client, tokens) = client_and_tokens(instance).await;
        let browser = instance.browser_of(&instance.person()).await;
        let token = tokens.access.as_str();
        let mut wrong = client.clone();
        wrong.secret = Some("wrong".to_owned());
        let grant = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
        let preflight = |path| Request::new("OPTIONS", path).header("access-control-request-method", "POST");
        for (what, request, status, is_open) in [
            ("a refresh", client.request(TOKEN, &grant), 200, true),
            ("a refused grant", client.request(TOKEN, &[("grant_type", "password")]), 400, true),
            ("a wrong secret", wrong.request(TOKEN, &grant), 401, true),
            ("a token by GET", Request::get(TOKEN), 405, true),
            ("userinfo", Request::get(USERINFO).bearer(token), 200, true),
            ("userinfo without a token", Request::get(USERINFO), 401, true),
            ("a revocation", client.request(REVOKE, &[("token", "x")]), 200, true),
            ("discovery", Request::get("/.well-known/openid-configuration"), 200, true),
            ("keys", Request::get("/.well-known/jwks.json"), 200, true),
            ("before a token", preflight(TOKEN), 204, true),
            ("before userinfo", preflight(USERINFO), 204, true),
            ("before a revocation", preflight(REVOKE), 204, true),
            ("before an introspection", preflight(INTROSPECT), 405, false),
            ("before an authorization", preflight(AUTHORIZE), 405, false),
            ("before a sign-in", preflight("/login"), 405, false),
            ("an introspection", client.request(INTROSPECT, &[("token", token)]), 200, false),
            ("a refused introspection", wrong.request(INTROSPECT, &[("token", token)]), 401, false),
            ("an authorization", Request::get(client.authorization().target()), 303, false),
            ("a wrong authorization", Request::get(AUTHORIZE), 400, false),
            ("a page", Request::get("/login"), 200, false),
            ("no page", Request::get("/nowhere"), 404, false),
            ("no endpoint", Request::get("/v1/oauth2/nowhere"), 404, false),
        ] {
            let request = request.header("origin", "https://app.example").header("cookie", "x=y");
            let answer = browser.wire().send(request).await;
            assert_eq!(answer.status, status, "{what}: {answer:?}");
            assert_open(&answer, is_open, what);
        }
    }
}
