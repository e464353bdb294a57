//! Tokens for the APIs that are named (RFC 8707).

use std::fs;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use postern_tests::{
    Answer, Authorization, Browser, Callback, Engine, Instance, OAuthClient, Registration, Request, Tokens,
    on_both_databases,
};
use serde_json::{Value, json};

const BOOKS: &str = "https://books.example";
const MUSIC: &str = "urn:example:music";
const SETTINGS: &str = r#"
[scopes."books:read"]
label = "Read your books"
[scopes."books:write"]
label = "Change your books"
[scopes."music:read"]
label = "Hear your music"

[[resources]]
identifier = "https://books.example"
name = "The bookshelf"
scopes = ["books:read", "books:write"]
access_token_format = "jwt"
access_token_lifetime = "10m"

[[resources]]
identifier = "urn:example:music"
name = "The record player"
scopes = ["music:read"]
"#;

/// An instance with two APIs, an app that may ask for both, and a browser with somebody in it.
struct Shop {
    instance: Instance,
    app: OAuthClient,
    browser: Browser,
}

impl Shop {
    async fn open(engine: Engine) -> Self {
        let instance = Instance::set_up(engine, &[]);
        fs::write(instance.folder().join("postern.toml"), SETTINGS).unwrap();
        instance.restart();
        instance.wait_until_ready().await;
        let registration =
            Registration::confidential().scope("openid profile books:read books:write music:read user:read");
        let app = instance.client(&registration);
        let browser = instance.browser_of(&instance.person()).await;
        Self { instance, app, browser }
    }

    fn asking(&self, scope: &str, resources: &[&str]) -> Authorization {
        let request = self.app.asking(scope).authorization();
        resources.iter().fold(request, |request, resource| request.and("resource", resource))
    }

    async fn redeem(&self, callback: &Callback, request: &Authorization, resources: &[&str]) -> Answer {
        let verifier = request.verifier.as_deref().unwrap();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", callback.code()),
            ("redirect_uri", self.app.redirect_uri.as_str()),
            ("code_verifier", verifier),
        ];
        form.extend(resources.iter().map(|resource| ("resource", *resource)));
        self.app.token(&form).await
    }

    async fn refresh(&self, tokens: &Tokens, resources: &[&str]) -> Answer {
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_str())];
        form.extend(resources.iter().map(|resource| ("resource", *resource)));
        self.app.token(&form).await
    }

    /// That our own API takes a token nowhere.
    async fn refused_everywhere(&self, token: &str) {
        for path in ["/v1/oauth2/userinfo", "/v1/users/me"] {
            let refused = self.app.wire().send(Request::get(path).bearer(token)).await.expect(401);
            assert!(refused.header("www-authenticate").contains("invalid_token"), "{refused:?}");
        }
    }

    async fn verified(&self, token: &str, audience: &str) -> Value {
        let keys = self.app.wire().send(Request::get("/.well-known/jwks.json")).await.expect(200);
        let keys: JwkSet = serde_json::from_slice(&keys.body).unwrap();
        let header = decode_header(token).unwrap();
        assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), Algorithm::RS256));
        let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
        let mut checks = Validation::new(Algorithm::RS256);
        checks.set_audience(&[audience]);
        checks.set_issuer(&[self.app.wire().issuer()]);
        decode::<Value>(token, &key, &checks).unwrap().claims
    }

    async fn facts(&self, token: &str) -> Value {
        self.app.introspect(token).await.expect(200).json()
    }
}

on_both_databases! {
    async fn a_token_is_for_the_apis_that_are_named(engine: Engine) {
        let shop = Shop::open(engine).await;
        let request = shop.asking("openid books:read music:read", &[BOOKS, MUSIC]);
        let page = shop.browser.open(&request.target()).await.expect(200);
        for name in ["The bookshelf", "The record player", "Read your books"] {
            assert!(page.text().contains(name), "{page:?}");
        }
        let callback = shop.browser.finish(page, "allow").await;
        let books = Tokens::read(&shop.redeem(&callback, &request, &["https://books.example/"]).await);
        assert_eq!((&books.answer["scope"], &books.answer["expires_in"]), (&json!("books:read"), &json!(600)));
        assert!(!books.id.is_empty());
        let facts = shop.facts(&books.access).await;
        assert_eq!((&facts["aud"], &facts["scope"]), (&json!([BOOKS]), &json!("books:read")));
        assert_eq!(facts["token_type"], "Bearer");
        let api = shop.instance.client(&Registration::confidential().with(&["--resource-server"]));
        assert_eq!(api.introspect(&books.access).await.expect(200).json()["aud"], facts["aud"]);
        // It is none at our own API.
        shop.refused_everywhere(&books.access).await;

        let music = Tokens::read(&shop.refresh(&books, &[MUSIC]).await);
        assert_eq!(shop.facts(&music.access).await["aud"], json!([MUSIC]));
        let both = Tokens::read(&shop.refresh(&music, &[]).await);
        assert_eq!(shop.facts(&both.access).await["aud"], json!([BOOKS, MUSIC]));
        assert_eq!(both.answer["scope"], "books:read music:read");
        shop.refresh(&both, &[shop.app.wire().issuer()]).await.assert_refused(400, "invalid_target");
        shop.refresh(&both, &["https://else.example"]).await.assert_refused(400, "invalid_target");
        assert!(shop.app.is_active(&both.access).await, "a request that is refused changes nothing");
    }

    async fn what_is_unknown_or_elsewhere_is_refused(engine: Engine) {
        let shop = Shop::open(engine).await;
        for (scope, resources, error) in [
            ("openid", vec!["https://else.example"], "invalid_target"),
            ("openid", vec![BOOKS, "https://books.example/#a"], "invalid_target"),
            ("openid", vec!["books"], "invalid_target"),
            ("openid books:read", vec![MUSIC], "invalid_scope"),
            ("openid user:read", vec![BOOKS, MUSIC], "invalid_scope"),
        ] {
            let callback = shop.browser.authorize(&shop.asking(scope, &resources)).await;
            assert_eq!(callback.get("error"), error, "{scope} {resources:?}");
            let request = shop.asking(scope, &resources);
            let form: Vec<_> = request.pairs().iter().map(|(name, value)| (&**name, &**value)).collect();
            shop.app.post("/v1/oauth2/par", &form).await.assert_refused(400, error);
        }
        let request = shop.asking("openid books:read", &[BOOKS]);
        let form: Vec<_> = request.pairs().iter().map(|(name, value)| (&**name, &**value)).collect();
        let pushed = shop.app.post("/v1/oauth2/par", &form).await.expect(201).json();
        let bare = request.pairs().iter().fold(request.clone(), |bare, (name, _)| bare.without(name));
        let bare = bare.with("client_id", &shop.app.id).with("request_uri", pushed["request_uri"].as_str().unwrap());
        let callback = shop.browser.authorize(&bare).await;
        let tokens = Tokens::read(&shop.redeem(&callback, &request, &[]).await);
        assert_eq!(shop.facts(&tokens.access).await["aud"], json!([BOOKS]));

        let metadata = shop.app.wire().send(Request::get("/.well-known/oauth-protected-resource")).await.json();
        assert_eq!(metadata["resource"], shop.app.wire().issuer());
        let scopes = metadata["scopes_supported"].as_array().unwrap();
        assert!(scopes.contains(&json!("user:read")) && !scopes.contains(&json!("books:read")), "{metadata}");
    }

    /// RFC 9068, as an API verifies it that has only the JWKS document.
    async fn a_jwt_is_verified_by_its_api_and_revoked_at_once(engine: Engine) {
        let shop = Shop::open(engine).await;
        let api = shop.instance.client(&Registration::confidential().with(&["--resource-server"]));
        let request = shop.asking("openid books:read music:read user:read", &[BOOKS, MUSIC, shop.app.wire().issuer()]);
        let callback = shop.browser.authorize(&request).await;
        let tokens = Tokens::read(&shop.redeem(&callback, &request, &[BOOKS]).await);
        let claims = shop.verified(&tokens.access, BOOKS).await;
        assert_eq!((&claims["scope"], &claims["client_id"]), (&json!("books:read"), &json!(shop.app.id)));
        let facts = api.introspect(&tokens.access).await.expect(200).json();
        assert_eq!((&facts["active"], &facts["aud"], &facts["jti"]), (&json!(true), &json!([BOOKS]), &claims["jti"]));
        shop.refused_everywhere(&tokens.access).await;
        shop.refused_everywhere(&tokens.id).await;
        assert!(!api.is_active(&tokens.id).await);

        // Another API of the same grant takes opaque ones; where one of several takes JWTs, they all get one.
        let music = Tokens::read(&shop.refresh(&tokens, &[MUSIC]).await);
        assert!(music.access.starts_with("postern_at_"));
        let both = Tokens::read(&shop.refresh(&music, &[BOOKS, MUSIC]).await);
        assert_eq!(shop.verified(&both.access, MUSIC).await["aud"], json!([BOOKS, MUSIC]));
        let own = Tokens::read(&shop.refresh(&both, &[shop.app.wire().issuer()]).await);
        assert_eq!(shop.app.userinfo(&own.access).await.status, 200);

        let altered = format!("{}A", &tokens.access[..tokens.access.len() - 1]);
        if altered != tokens.access {
            assert!(!api.is_active(&altered).await);
        }
        let _ = shop.app.revoke(&tokens.access).await.expect(200);
        assert!(!api.is_active(&tokens.access).await, "at once");
        assert!(api.is_active(&both.access).await, "it alone");
        let _ = shop.app.revoke(&own.refresh).await.expect(200);
        assert!(!api.is_active(&both.access).await, "with its family");
    }

    async fn a_client_can_have_jwts_or_opaque_tokens_everywhere(engine: Engine) {
        let mut shop = Shop::open(engine).await;
        for (format, resources, is_jwt) in
            [("jwt", vec![MUSIC], true), ("jwt", vec![], true), ("opaque", vec![BOOKS], false)]
        {
            let registration = Registration::confidential()
                .scope("openid books:read music:read")
                .with(&["--access-token-format", format, "--trusted"]);
            shop.app = shop.instance.client(&registration);
            let request = shop.asking("openid", &resources);
            let callback = shop.browser.authorize(&request).await;
            let tokens = Tokens::read(&shop.redeem(&callback, &request, &[]).await);
            assert_eq!(tokens.access.starts_with("eyJ"), is_jwt, "{format} {resources:?}");
            assert!(shop.app.is_active(&tokens.access).await);
            let userinfo = shop.app.userinfo(&tokens.access).await;
            assert_eq!(userinfo.status, if resources.is_empty() { 200 } else { 401 }, "{format} {resources:?}");
        }
    }

    async fn settings_that_make_no_sense_are_said_at_start(engine: Engine) {
        let instance = Instance::set_up(engine, &[]);
        let file = instance.folder().join("postern.toml");
        for (settings, told) in [
            ("[[resources]]\nidentifier = 'books'\nname = 'B'", "absolute URI"),
            ("[[resources]]\nidentifier = 'urn:b'\nname = 'B'\nscopes = ['b:read']", "add [scopes.\"b:read\"]"),
            ("[[resources]]\nidentifier = 'urn:b'\nname = 'B'\nscope = ['b']", "unknown field `scope`"),
            ("[guard]\nresource = 'urn:b'", "no API of [[resources]]"),
        ] {
            fs::write(&file, settings).unwrap();
            let result = instance.cli(&["serve"]);
            assert!(result.code != 0 && result.stderr.contains(told), "{settings}: {result:?}");
        }
    }
}
