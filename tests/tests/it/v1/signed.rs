//! Clients that sign: who they are (RFC 7523) and what they ask (RFC 9101), and what they push (RFC 9126).

use std::fs;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use postern_tests::{
    Answer, Authorization, Instance, OAuthClient, Registration, Request, Tokens, on_both_databases,
};
use serde_json::{Value, json};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const PAR: &str = "/v1/oauth2/par";
const TOKEN: &str = "/v1/oauth2/token";

/// A client and its key.
struct Signer {
    app: OAuthClient,
    key: EncodingKey,
    issuer: String,
}

impl Signer {
    fn register(instance: &Instance, more: &[&str]) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let key = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
        let jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
        let file = tempfile::NamedTempFile::new_in(instance.folder()).unwrap();
        fs::write(file.path(), json!({ "keys": [jwk] }).to_string()).unwrap();
        let path = file.path().to_str().unwrap();
        let registration = Registration::confidential()
            .with(&["--auth-method", "private_key_jwt", "--jwks-file", path])
            .with(more);
        let app = instance.client(&registration);
        assert_eq!(app.secret, None, "its key is what it proves itself by");
        Self { app, key, issuer: instance.public_url().as_str().trim_end_matches('/').to_owned() }
    }

    fn sign(&self, claims: &Value) -> String {
        encode(&Header::new(Algorithm::ES256), claims, &self.key).unwrap()
    }

    fn assertion(&self, jti: &str) -> String {
        let id = &self.app.id;
        self.sign(&json!({"iss": id, "sub": id, "aud": self.issuer, "jti": jti, "exp": now() + 60}))
    }

    /// A form with an assertion.
    async fn post(&self, path: &str, pairs: &[(&str, &str)], assertion: &str) -> Answer {
        let proof = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion)];
        self.app.wire().send(Request::post(path).form([pairs, &proof].concat())).await
    }

    /// A request that names only this beside the client.
    fn only(&self, name: &str, value: &str) -> Authorization {
        let whole = self.app.authorization();
        let names: Vec<String> = whole.pairs().iter().map(|(name, _)| name.clone()).collect();
        let bare =
            names.iter().filter(|name| *name != "client_id").fold(whole, |bare, name| bare.without(name));
        bare.with(name, value)
    }
}

#[expect(clippy::disallowed_methods, reason = "the server that is asked runs by the system's clock")]
fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

fn pairs(request: &Authorization) -> Vec<(&str, &str)> {
    request.pairs().iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

on_both_databases! {
    async fn a_pushed_request_of_a_client_with_a_key_ends_in_tokens(instance: &Instance) {
        let signer = Signer::register(instance, &["--require-pushed-authorization-requests"]);
        let browser = instance.browser_of(&instance.person()).await;
        let whole = signer.app.authorization();
        let answer = signer.post(PAR, &pairs(&whole), &signer.assertion("push")).await.expect(201);
        assert_eq!(answer.header("cache-control"), "no-store");
        let request_uri = answer.json()["request_uri"].as_str().unwrap().to_owned();
        let pushed = signer.only("request_uri", &request_uri);
        let callback = browser.authorize(&pushed).await;
        assert_eq!(callback.get("state"), whole.get("state"));
        let redemption = [
            ("grant_type", "authorization_code"),
            ("code", callback.code()),
            ("redirect_uri", signer.app.redirect_uri.as_str()),
            ("code_verifier", whole.verifier.as_deref().unwrap()),
        ];
        // The assertion that pushed is spent, and a code outlives a proof that fails.
        let replayed = signer.post(TOKEN, &redemption, &signer.assertion("push")).await.expect(401);
        assert_eq!(replayed.json()["error"], "invalid_client");
        let tokens = Tokens::read(&signer.post(TOKEN, &redemption, &signer.assertion("redeem")).await);
        assert_eq!(signer.app.userinfo(&tokens.access).await.status, 200);
        let again = browser.send(Request::get(pushed.target())).await.expect(400);
        assert!(again.text().contains("rror"), "{again:?}");
        let direct = browser.authorize(&signer.app.authorization()).await;
        assert_eq!(direct.get("error"), "invalid_request");
    }

    async fn a_signed_request_goes_on_after_a_sign_in(instance: &Instance) {
        let signer = Signer::register(instance, &["--require-signed-request-object"]);
        let whole = signer.app.authorization();
        let mut claims: Value = pairs(&whole).into_iter().collect();
        claims["iss"] = json!(signer.app.id);
        claims["aud"] = json!(signer.issuer);
        claims["exp"] = json!(now() + 60);
        let browser = instance.browser_of(&instance.person()).await;
        let callback = browser.authorize(&signer.only("request", &signer.sign(&claims))).await;
        assert_eq!(callback.get("state"), whole.get("state"));
        assert!(!callback.code().is_empty());
        let plain = browser.authorize(&signer.app.authorization()).await;
        assert_eq!(plain.get("error"), "invalid_request_object");
        let other = Signer::register(instance, &[]);
        let forged = signer.only("request", &other.sign(&claims)).with("redirect_uri", &signer.app.redirect_uri);
        assert_eq!(browser.authorize(&forged).await.get("error"), "invalid_request_object");
    }
}
