use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use postern_domain::Lifetime;
use postern_flows::{authorize, endpoints};

use super::all;
use crate::rights::Right;
use crate::testing::{Answer, CLIENT, TestBrowser, TestServer};

const FORM: &str = "application/x-www-form-urlencoded";

/// Every path to which a page's form is sent, with something in the place of its parameters. An app's own form, which
/// the authorization and logout endpoints take, comes without a token by design and changes nothing of the person's.
fn posted() -> Vec<(String, Right)> {
    let routes = all().table().into_iter().filter(|(method, path, right)| {
        *method == "POST"
            && matches!(right, Right::Public | Right::Session | Right::SessionUpload)
            && ![authorize::PATH, endpoints::LOGOUT].contains(path)
    });
    routes.map(|(_, path, right)| (filled(path), right)).collect()
}

fn filled(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "x".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

async fn send(
    browser: &mut TestBrowser<'_>,
    path: &str,
    (kind, body): (&str, String),
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = Request::post(path).header(header::CONTENT_TYPE, kind);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request.body(Body::from(body)).unwrap()).await
}

/// A form with this token, in the encoding that the route takes.
fn form(right: Right, token: Option<&str>) -> (&'static str, String) {
    match (right, token) {
        (Right::SessionUpload, token) => {
            let part = token.map(|token| {
                format!("--edge\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\n{token}\r\n")
            });
            ("multipart/form-data; boundary=edge", format!("{}--edge--\r\n", part.unwrap_or_default()))
        }
        (_, Some(token)) => (FORM, format!("form_token={token}")),
        (_, None) => (FORM, String::new()),
    }
}

fn token(page: &Answer) -> String {
    page.body.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn no_route_takes_a_form_that_is_not_of_the_visitors_own_page() {
    let server = TestServer::at("http://localhost:8080").await;
    let (mut ada, mut eve, mut visitor) = (server.browser(), server.browser(), server.browser());
    ada.sign_in().await;
    eve.sign_in().await;
    let own = token(&ada.get("/settings/profile").await);
    let foreign = token(&eve.get("/settings/profile").await);
    let visitors = token(&visitor.get("/login").await);
    for (path, right) in posted() {
        for token in [None, Some(""), Some("x"), Some(foreign.as_str()), Some(visitors.as_str())] {
            let answer = send(&mut ada, &path, form(right, token), &[]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {token:?}");
        }
        for twice in [format!("form_token={own}&form_token={own}"), format!("form_token=&form_token={own}")] {
            let answer = send(&mut ada, &path, (FORM, twice), &[]).await;
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        }
        for headers in [
            [("origin", "https://evil.example")],
            [("origin", "null")],
            [("origin", "http://localhost:8081")],
            [("origin", "https://localhost:8080")],
            [("sec-fetch-site", "cross-site")],
            [("sec-fetch-site", "same-site")],
        ] {
            let answer = send(&mut ada, &path, form(right, Some(&own)), &headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
        for kind in ["text/plain", "application/json", ""] {
            let answer = send(&mut ada, &path, (kind, format!("form_token={own}")), &[]).await;
            assert!(answer.status.is_client_error(), "{path} {kind}: {}", answer.status);
        }
    }
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn what_is_only_posted_cannot_be_had_by_get() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let own = token(&ada.get("/settings/profile").await);
    let got: Vec<_> = all().table().into_iter().filter(|(method, ..)| *method == "GET").collect();
    for (path, _) in posted() {
        let answer = ada.get(&format!("{path}?form_token={own}&action=revoke_others&decision=allow")).await;
        if !got.iter().any(|(_, known, _)| filled(known) == path) {
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
        assert!(ada.is_signed_in().await, "{path}");
    }
}

#[tokio::test]
async fn pages_for_people_who_are_signed_in_send_others_to_sign_in() {
    let server = TestServer::at("http://localhost:8080").await;
    for (method, path, right) in all().table() {
        if method != "GET" || !matches!(right, Right::Session | Right::SessionUpload) {
            continue;
        }
        let answer = server.browser().get(&filled(path)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.location().starts_with("/login"), "{path}: {}", answer.location());
    }
}

#[tokio::test]
async fn every_page_has_the_headers_of_pages() {
    let server = TestServer::at("https://accounts.example").await;
    let mut ada = server.browser();
    let mut paths: Vec<String> = all()
        .table()
        .into_iter()
        // What apps load in a frame is no page.
        .filter(|(method, path, _)| *method == "GET" && *path != endpoints::CHECK_SESSION)
        .map(|(_, path, _)| filled(path))
        .collect();
    paths.push("/nowhere".to_owned());
    for signed_in in [false, true] {
        if signed_in {
            ada.sign_in().await;
        }
        for path in &paths {
            let answer = ada.get(path).await;
            let has =
                |name: &str| answer.headers.get(name).map_or("", |value| value.to_str().unwrap_or_default());
            assert_eq!(has("x-content-type-options"), "nosniff", "{path}");
            assert!(has("strict-transport-security").starts_with("max-age="), "{path}");
            assert!(has("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
            assert!(!has("content-security-policy").contains("unsafe"), "{path}");
            if has("content-type").starts_with("text/html") {
                assert_eq!(has("cache-control"), "no-store", "{path}");
                assert_eq!(has("referrer-policy"), "same-origin", "{path}");
                assert_eq!(has("cross-origin-opener-policy"), "same-origin", "{path}");
                assert_eq!(has("access-control-allow-origin"), "", "{path}");
            }
        }
    }
}

/// Anybody may have the server keep a request, so one address may only have it keep so many.
#[tokio::test]
async fn posted_requests_have_a_budget() {
    let server = TestServer::at("http://localhost:8080").await;
    let mut ada = server.browser();
    ada.sign_in().await;
    let page = "/developer/clients/new";
    let made = ada.submit(page, &CLIENT).await;
    let id = made.body.split("id=\"client-id\">").nth(1).unwrap().split('<').next().unwrap();
    let mut visitor = server.browser();
    let mut post = async |more: &str| {
        let request = format!("client_id={id}&response_type=code&scope=openid{more}");
        send(&mut visitor, authorize::PATH, (FORM, request), &[]).await
    };
    let good = "&redirect_uri=https://notes.example/cb";
    assert_eq!(post("").await.status, StatusCode::BAD_REQUEST, "what is not kept does not count");
    for _ in 0..server.config.rate_limits.posted_request {
        assert_eq!(post(good).await.status, StatusCode::SEE_OTHER);
    }
    let refused = post(good).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers[header::RETRY_AFTER], "60");
    assert!(refused.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
    assert!(refused.body.contains("try again in"), "{}", refused.body);
    server.advance(Lifetime::seconds(60));
    assert_eq!(post(good).await.status, StatusCode::SEE_OTHER);
}

/// The tests of the whole server go over every page by a list that they can read: `tests/pages.txt`.
#[test]
fn the_list_of_pages_is_whole() {
    let pages = all().table().into_iter().filter(|(method, ..)| *method == "GET");
    let mut pages: Vec<_> = pages
        .filter_map(|(_, path, right)| match right {
            Right::Public => Some(format!("{path} public")),
            Right::Session | Right::SessionUpload => Some(format!("{path} session")),
            Right::Protocol | Right::ProtocolAnyOrigin | Right::Api(_) => None,
        })
        .collect();
    pages.sort();
    let listed: Vec<_> = include_str!("../../../../tests/pages.txt").lines().collect();
    assert_eq!(pages, listed, "tests/pages.txt has to say:\n{}\n", pages.join("\n"));
}
