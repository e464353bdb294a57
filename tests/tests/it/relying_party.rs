//! An app written against the `openidconnect` crate, which knows nothing of this server.

use std::{future::Future, io, pin::Pin};

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse as _,
};
use postern_tests::{Browser, Instance, OAuthClient, Person, Registration, on_both_databases, unique};

type Sending = Pin<Box<dyn Future<Output = io::Result<HttpResponse>> + Send>>;

/// Lends an HTTP client to the crate.
fn transport() -> impl Fn(HttpRequest) -> Sending + Sync {
    let http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    move |request| {
        let http = http.clone();
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(io::Error::other)?;
            let response = http.execute(request).await.map_err(io::Error::other)?;
            let mut answer = openidconnect::http::Response::builder().status(response.status());
            for (name, value) in response.headers() {
                answer = answer.header(name, value);
            }
            let body = response.bytes().await.map_err(io::Error::other)?.to_vec();
            answer.body(body).map_err(io::Error::other)
        })
    }
}

/// Signs somebody in to the foreign app, checks all that can be checked, refreshes and calls userinfo.
async fn sign_in(browser: &Browser, person: &Person, app: &OAuthClient, algorithm: CoreJwsSigningAlgorithm) {
    let issuer = IssuerUrl::new(app.wire().issuer().to_owned()).unwrap();
    let metadata = CoreProviderMetadata::discover_async(issuer, &transport()).await.unwrap();
    let secret = app.secret.clone().map(ClientSecret::new);
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(app.id.clone()), secret)
        .set_redirect_uri(RedirectUrl::new(app.redirect_uri.clone()).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "email"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let page = browser.open(url.as_str()).await;
    let callback = browser.finish(page, "allow").await;
    assert_eq!(callback.get("state"), state.secret());
    let code = AuthorizationCode::new(callback.code().to_owned());
    let request = client.exchange_code(code).unwrap().set_pkce_verifier(verifier);
    let tokens = request.request_async(&transport()).await.unwrap();
    let id_token = tokens.id_token().expect("an id_token");
    assert_eq!(id_token.signing_alg().unwrap(), &algorithm);
    let verifier = client.id_token_verifier().set_allowed_algs([algorithm]);
    let claims = id_token.claims(&verifier, &nonce).unwrap();
    let key = id_token.signing_key(&verifier).unwrap();
    let hash =
        AccessTokenHash::from_token(tokens.access_token(), id_token.signing_alg().unwrap(), key).unwrap();
    assert_eq!(claims.access_token_hash(), Some(&hash));
    assert_eq!(claims.subject().as_str(), person.id);
    assert!(claims.auth_time().is_some());
    id_token.claims(&verifier, &Nonce::new_random()).expect_err("another nonce");
    let userinfo = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())).unwrap();
    let userinfo: CoreUserInfoClaims = userinfo.request_async(&transport()).await.unwrap();
    assert_eq!(userinfo.email().map(|email| email.as_str()), Some(person.email.as_str()));
    assert_eq!(userinfo.preferred_username().map(|name| name.as_str()), Some(person.username.as_str()));
    let refresh = tokens.refresh_token().expect("a refresh token");
    let newer = client.exchange_refresh_token(refresh).unwrap().request_async(&transport()).await.unwrap();
    assert_ne!(newer.access_token().secret(), tokens.access_token().secret());
    assert_eq!(newer.expires_in(), tokens.expires_in());
}

on_both_databases! {
    async fn a_confidential_and_a_public_app(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        for registration in [Registration::confidential(), Registration::public()] {
            let app = instance.client(&registration);
            sign_in(&browser, &person, &app, CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256).await;
        }
    }

    async fn every_signing_algorithm_of_the_dashboard(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        for (name, algorithm) in [
            ("RS256", CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256),
            ("ES256", CoreJwsSigningAlgorithm::EcdsaP256Sha256),
            ("EdDSA", CoreJwsSigningAlgorithm::EdDsa),
        ] {
            let app = unique("app");
            let uri = format!("https://{app}.example/callback");
            let page = browser.open("/developer/clients/new").await.expect(200);
            let form = page.form("/developer/clients/new").fill("name", &app).fill("redirect_uris", &uri);
            let form = form.fill("homepage_url", &uri).fill("id_token_signed_response_alg", name).press("create");
            let page = browser.submit(&page, &form).await.expect(200);
            let values = page.document().attributes("data-copy").into_iter().chain(page.document().attributes("value"));
            let values: Vec<String> = values.chain(page.document().elements("code").into_iter().map(|code| code.text)).collect();
            let with = |beginning: &str| {
                values.iter().find(|value| value.starts_with(beginning) && value.len() > 43).unwrap().clone()
            };
            let app = OAuthClient::known(instance, &with("postern_ci_"), Some(&with("postern_cs_")), &uri);
            sign_in(&browser, &person, &app, algorithm).await;
        }
    }
}
