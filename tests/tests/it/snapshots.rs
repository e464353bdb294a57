//! Status, headers and body of the main answers, the same on both databases. What changes from run to run is named
//! instead of shown. After a change that is meant: `INSTA_UPDATE=always cargo xtask test snapshots`, and read the diff.

use postern_tests::{Answer, Instance, Registration, Request, on_both_databases};
use serde_json::Value;

/// Members of JSON answers whose values are of this run.
const OF_THIS_RUN: [&str; 21] = [
    "access_token",
    "refresh_token",
    "id_token",
    "exp",
    "iat",
    "auth_time",
    "updated_at",
    "sub",
    "sid",
    "client_id",
    "kid",
    "n",
    "x",
    "y",
    "jti",
    "username",
    "preferred_username",
    "name",
    "email",
    "nbf",
    "token_id",
];

fn picture(answer: &Answer, instance: &Instance) -> String {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "date" | "content-length"))
        .map(|(name, value)| {
            let value = value.to_str().unwrap();
            let value = match name.as_str() {
                "x-request-id" => "[id]".to_owned(),
                "etag" => "[etag]".to_owned(),
                "set-cookie" => cookie_without_value(value),
                _ => value.to_owned(),
            };
            format!("{name}: {value}")
        })
        .collect();
    headers.sort();
    let body = match serde_json::from_slice::<Value>(&answer.body) {
        Ok(mut json) => {
            name_what_changes(&mut json);
            serde_json::to_string_pretty(&json).unwrap()
        }
        Err(_) if answer.header("content-type").starts_with("text/html") => answer.document().text(),
        Err(_) => answer.text(),
    };
    let picture = format!("{}\n{}\n\n{body}", answer.status, headers.join("\n"));
    let public = instance.public_url().as_str().trim_end_matches('/');
    let host = public.split_once("://").unwrap().1;
    let picture = picture.replace(public, "[public url]").replace(host, "[host]");
    picture.replace(answer.header("x-request-id"), "[id]")
}

fn cookie_without_value(cookie: &str) -> String {
    let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
    format!("{}=[value];{attributes}", pair.split('=').next().unwrap())
}

fn name_what_changes(json: &mut Value) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                if OF_THIS_RUN.contains(&name.as_str()) && !value.is_object() {
                    *value = Value::String(format!("[{name}]"));
                } else {
                    name_what_changes(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(name_what_changes),
        _ => {}
    }
}

macro_rules! assert_pictures {
    ($instance:expr, $($name:literal => $answer:expr,)*) => {
        $(insta::assert_snapshot!($name, picture(&$answer, $instance));)*
    };
}

on_both_databases! {
    async fn documents(instance: &Instance) {
        let wire = instance.wire();
        assert_pictures! { instance,
            "openid-configuration" => wire.send(Request::get("/.well-known/openid-configuration")).await,
            "oauth-authorization-server" => wire.send(Request::get("/.well-known/oauth-authorization-server")).await,
            "oauth-protected-resource" => wire.send(Request::get("/.well-known/oauth-protected-resource")).await,
            "preflight" => wire.send(Request::new("OPTIONS", "/v1/oauth2/token")
                .header("origin", "https://app.example")
                .header("access-control-request-method", "POST")).await,
        }
        let mut keys = wire.send(Request::get("/.well-known/jwks.json")).await;
        // Other tests rotate no keys here, but how many there are is not this test's matter.
        let mut json = keys.json();
        let set = json["keys"].as_array_mut().unwrap();
        set.sort_by_key(|key| key["alg"].as_str().unwrap().to_owned());
        set.dedup_by_key(|key| key["alg"].as_str().unwrap().to_owned());
        keys.body = json.to_string().into_bytes();
        assert_pictures! { instance, "jwks" => keys, }
    }

    async fn tokens(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let request = client.authorization();
        let code = browser.authorize(&request).await.code().to_owned();
        let answer = client.redeem(&code, request.verifier.as_deref()).await;
        let tokens = postern_tests::Tokens::read(&answer);
        assert_pictures! { instance,
            "token" => answer,
            "refresh" => client.refresh(&tokens.refresh).await,
            "userinfo" => client.userinfo(&tokens.access).await,
            "introspection-of-an-access-token" => client.introspect(&tokens.access).await,
            "introspection-of-nothing" => client.introspect("nothing").await,
            "code-again" => client.redeem(&code, request.verifier.as_deref()).await,
            "revocation" => client.revoke(&tokens.access).await,
            "userinfo-with-a-revoked-token" => client.userinfo(&tokens.access).await,
            "userinfo-without-a-token" => client.wire().send(Request::get("/v1/oauth2/userinfo")).await,
        }
        let mut wrong = client.clone();
        wrong.secret = Some("wrong".to_owned());
        assert_pictures! { instance,
            "wrong-secret" => wrong.redeem(&code, None).await,
            "no-client" => client.wire().send(Request::post("/v1/oauth2/token").form([("grant_type", "authorization_code")])).await,
            "unknown-grant" => client.token(&[("grant_type", "password")]).await,
            "token-by-get" => client.wire().send(Request::get("/v1/oauth2/token")).await,
        }
    }

    async fn pages(instance: &Instance) {
        let browser = instance.browser();
        let wire = instance.wire();
        assert_pictures! { instance,
            "sign-in" => browser.open("/login").await,
            "register" => instance.browser().open("/register").await,
            "home-signed-out" => wire.send(Request::get("/")).await,
            "settings-signed-out" => wire.send(Request::get("/settings/sessions")).await,
            "no-page" => wire.send(Request::get("/nowhere")).await,
            "unknown-client" => wire.send(Request::get("/v1/oauth2/authorize?client_id=nobody&response_type=code")).await,
            "sign-in-without-a-form-token" => wire.send(Request::post("/login").form([("identifier", "x")])).await,
        }
    }
}
