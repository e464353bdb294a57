mod managing;
mod sectors;

use postern_domain::{
    AuthMethod, Client, ClientIdentifier, ClientOwner, ClientType, ErrorCode, Lifetime, Refusal,
};
use postern_storage::clients as rows;
use serde_json::{Map, Value, json};

use super::*;
use crate::testing::{HERE, TestApp, app_with};
use crate::{App, ClientRegistration, Config, upkeep};

async fn open() -> TestApp {
    registering(ClientRegistration::Open).await
}

async fn registering(registration: ClientRegistration) -> TestApp {
    let mut config = Config::default();
    config.clients.registration = registration;
    app_with(config).await
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// The least a client sends, and what else it says.
fn sent(more: Value) -> Map<String, Value> {
    let mut fields = object(json!({ "redirect_uris": ["https://notes.example/cb"] }));
    fields.extend(object(more));
    fields
}

async fn try_with(app: &App, more: Value) -> Result<Map<String, Value>, Refusal> {
    register(app, None, &sent(more), HERE).await
}

async fn made(app: &App, more: Value) -> Map<String, Value> {
    try_with(app, more).await.unwrap()
}

fn text<'a>(told: &'a Map<String, Value>, name: &str) -> &'a str {
    told[name].as_str().unwrap()
}

async fn client_of(app: &App, told: &Map<String, Value>) -> Option<Client> {
    let identifier = ClientIdentifier::parse(text(told, "client_id")).unwrap();
    rows::find_by_identifier(&app.db, &identifier).await.unwrap()
}

async fn initial(app: &App, most_uses: Option<u32>) -> String {
    let lifetime = Some(Lifetime::seconds(60));
    let new = NewInitialAccessToken { name: "Build server".into(), lifetime, most_uses };
    make_initial_access_token(app, new).await.unwrap().1.reveal().to_owned()
}

#[tokio::test]
async fn a_client_that_says_little_gets_the_defaults_of_the_standard() {
    let app = open().await;
    let told = made(&app, json!({})).await;
    let id = text(&told, "client_id");
    assert!(text(&told, "client_secret").starts_with("postern_cs_"));
    assert!(text(&told, "registration_access_token").starts_with("postern_crt_"));
    assert_eq!(told["client_name"], id);
    assert_eq!(told["client_secret_expires_at"], 0);
    assert_eq!(told["client_id_issued_at"], app.clock.now().0);
    assert_eq!(told["grant_types"], json!(["authorization_code"]));
    assert_eq!(told["response_types"], json!(["code"]));
    assert_eq!(told["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(told["id_token_signed_response_alg"], "RS256");
    assert_eq!(
        text(&told, "registration_client_uri"),
        format!("http://localhost:8080/v1/oauth2/register/{id}")
    );
    let client = client_of(&app, &told).await.unwrap();
    assert_eq!(client.owner, ClientOwner::Nobody);
    assert_eq!(client.metadata.auth_method, Some(AuthMethod::ClientSecretBasic));
    assert!(client.metadata.scopes.contains("email"));
    assert!(!client.metadata.scopes.contains("users:manage"), "that takes a right of its own");
    assert!(!client.metadata.trusted && !client.metadata.resource_server);
    assert_eq!(client.secrets[0].hash, app.secret_key.hash_text(text(&told, "client_secret")));
}

#[tokio::test]
async fn what_is_registered_is_told_and_what_is_unknown_is_not() {
    let app = open().await;
    let more = json!({
        "client_name": "Field Notes",
        "client_name#ja-Jpan-JP": "フィールドノート",
        "tos_uri#de": "https://notes.example/agb",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_post",
        "application_type": "web",
        "scope": "openid email",
        "client_uri": "https://notes.example",
        "contacts": ["ops@notes.example"],
        "jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AQ"}]},
        "subject_type": "pairwise",
        "id_token_signed_response_alg": "ES256",
        "userinfo_signed_response_alg": "EdDSA",
        "default_max_age": 3600,
        "require_auth_time": true,
        "initiate_login_uri": "https://notes.example/login",
        "request_uris": ["https://notes.example/request"],
        "post_logout_redirect_uris": ["https://notes.example/bye"],
        "backchannel_logout_uri": "https://notes.example/back",
        "frontchannel_logout_uri": "https://notes.example/front",
    });
    let mut asked = more.clone();
    let unknown = json!({ "trusted": true, "resource_server": true, "x": {"y": 1}, "contacts#de": "?", "policy_uri": null });
    asked.as_object_mut().unwrap().extend(object(unknown.clone()));
    let told = made(&app, asked).await;
    for (name, value) in object(more) {
        if name == "scope" {
            assert_eq!(told[&name], "email openid");
        } else {
            assert_eq!(told[&name], value, "{name}");
        }
    }
    for name in object(unknown).keys() {
        assert!(!told.contains_key(name), "{name}");
    }
    assert!(!client_of(&app, &told).await.unwrap().metadata.trusted);
}

#[tokio::test]
async fn none_makes_a_public_client_and_a_native_one_may_have_a_scheme_of_its_own() {
    let app = open().await;
    let native = json!({
        "token_endpoint_auth_method": "none",
        "application_type": "native",
        "redirect_uris": ["com.example.notes:/cb", "http://127.0.0.1/cb"],
    });
    let told = made(&app, native).await;
    assert!(!told.contains_key("client_secret") && !told.contains_key("client_secret_expires_at"));
    let client = client_of(&app, &told).await.unwrap();
    assert_eq!(client.metadata.client_type, ClientType::Public);
    assert!(client.secrets.is_empty());
}

#[tokio::test]
async fn what_is_wrong_is_said_with_the_code_of_the_standard() {
    let app = open().await;
    let (uri, metadata) = ("invalid_redirect_uri", "invalid_client_metadata");
    for (more, code, named) in [
        (json!({"redirect_uris": null}), uri, "redirect_uris"),
        (json!({"redirect_uris": []}), uri, "redirect_uris"),
        (json!({"redirect_uris": "https://notes.example/cb"}), uri, "redirect_uris"),
        (json!({"redirect_uris": ["http://notes.example/cb"]}), uri, "redirect_uris"),
        (json!({"redirect_uris": ["https://notes.example/cb#x"]}), uri, "redirect_uris"),
        (json!({"redirect_uris": ["com.example.notes:/cb"]}), uri, "redirect_uris"),
        (
            json!({"redirect_uris": ["com.example.notes:/cb"], "application_type": "web", "token_endpoint_auth_method": "none"}),
            uri,
            "redirect_uris",
        ),
        (json!({"client_name": 7}), metadata, "client_name"),
        (json!({"client_name": "a\u{202e}b"}), metadata, "client_name"),
        (json!({"client_uri": "javascript:x"}), metadata, "client_uri"),
        (json!({"policy_uri": "x"}), metadata, "policy_uri"),
        (json!({"tos_uri": "x"}), metadata, "tos_uri"),
        (json!({"response_types": ["code", "id_token"]}), metadata, "response_types"),
        (json!({"response_types": []}), metadata, "response_types"),
        (json!({"grant_types": ["implicit"]}), metadata, "grant_types"),
        (json!({"grant_types": ["refresh_token"]}), metadata, "grant_types"),
        (json!({"grant_types": []}), metadata, "grant_types"),
        (json!({"token_endpoint_auth_method": "tls_client_auth"}), metadata, "token_endpoint_auth_method"),
        (json!({"scope": "openid nothing"}), metadata, "scope"),
        (json!({"scope": "users:manage"}), metadata, "scope"),
        (json!({"id_token_signed_response_alg": "none"}), metadata, "id_token_signed_response_alg"),
        (json!({"id_token_encrypted_response_alg": "RSA-OAEP"}), metadata, "id_token_encrypted_response_alg"),
        (json!({"default_max_age": "3600"}), metadata, "default_max_age"),
        (json!({"default_max_age": 1.5}), metadata, "default_max_age"),
        (json!({"require_auth_time": "yes"}), metadata, "require_auth_time"),
        (json!({"client_name#": "x"}), metadata, "client_name#"),
        (json!({"jwks": {"keys": []}}), metadata, "jwks"),
    ] {
        let refused = try_with(&app, more.clone()).await.unwrap_err();
        assert_eq!(refused.code.as_str(), code, "{more}: {refused}");
        assert!(refused.description.contains(named), "{more}: {refused}");
    }
    assert_eq!(rows::count(&app.db, None).await.unwrap(), 0);
}

#[tokio::test]
async fn where_it_is_off_nobody_registers() {
    let app = registering(ClientRegistration::Off).await;
    let token = initial(&app, None).await;
    for token in [None, Some(token.as_str())] {
        let refused = register(&app, token, &sent(json!({})), HERE).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Forbidden);
    }
}

#[tokio::test]
async fn an_initial_access_token_lets_as_many_register_as_it_says() {
    let app = registering(ClientRegistration::InitialAccessToken).await;
    assert_eq!(try_with(&app, json!({})).await.unwrap_err().code, ErrorCode::InvalidToken);
    let token = initial(&app, Some(2)).await;
    let by = async |token: &str, more| register(&app, Some(token), &sent(more), HERE).await;
    assert_eq!(
        by(&token, json!({"scope": "nothing"})).await.unwrap_err().code,
        ErrorCode::InvalidClientMetadata,
        "which is not counted"
    );
    let told = by(&token, json!({})).await.unwrap();
    by(&token, json!({})).await.unwrap();
    assert_eq!(by(&token, json!({})).await.unwrap_err().code, ErrorCode::InvalidToken);
    let endless = initial(&app, None).await;
    by(&endless, json!({})).await.unwrap();
    app.advance(Lifetime::seconds(60));
    for other in
        [endless.as_str(), "x", text(&told, "registration_access_token"), text(&told, "client_secret")]
    {
        assert_eq!(by(other, json!({})).await.unwrap_err().code, ErrorCode::InvalidToken, "{other}");
    }
}

#[tokio::test]
async fn a_revoked_initial_access_token_ends_and_its_clients_stay() {
    let app = registering(ClientRegistration::Open).await;
    let token = initial(&app, None).await;
    let told = register(&app, Some(&token), &sent(json!({})), HERE).await.unwrap();
    let listed = initial_access_tokens(&app).await.unwrap();
    assert_eq!((listed.len(), listed[0].uses, listed[0].name.as_str()), (1, 1, "Build server"));
    revoke_initial_access_token(&app, listed[0].id).await.unwrap();
    let again = revoke_initial_access_token(&app, listed[0].id).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::NotFound);
    let refused = register(&app, Some(&token), &sent(json!({})), HERE).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidToken, "also where none is needed: it is wrong, not absent");
    assert!(client_of(&app, &told).await.is_some());
}

#[tokio::test]
async fn registrations_from_one_address_are_bounded() {
    let mut config = Config::default();
    config.clients.registration = ClientRegistration::Open;
    config.rate_limits.client_registration = 2;
    let app = app_with(config).await;
    for _ in 0..5 {
        let wrong = try_with(&app, json!({"scope": "nothing"})).await.unwrap_err();
        assert_eq!(wrong.code, ErrorCode::InvalidClientMetadata, "what comes to nothing is not counted");
    }
    made(&app, json!({})).await;
    made(&app, json!({})).await;
    let refused = try_with(&app, json!({})).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.retry_after),
        (ErrorCode::TooManyRequests, Some(Lifetime::seconds(3_600)))
    );
    let token = initial(&app, None).await;
    register(&app, Some(&token), &sent(json!({})), HERE).await.unwrap();
    app.advance(Lifetime::seconds(3_600));
    made(&app, json!({})).await;
}

#[tokio::test]
async fn what_is_never_used_goes() {
    let app = open().await;
    let (unused, used) = (made(&app, json!({})).await, made(&app, json!({})).await);
    let id = client_of(&app, &used).await.unwrap().id;
    let now = app.clock.now();
    let touch = app.db.write(id, move |tx, id| Box::pin(rows::touch(tx, *id, None, now)));
    touch.await.unwrap();
    app.advance(Lifetime::days(7));
    upkeep::pass(&app).await.unwrap();
    assert!(client_of(&app, &unused).await.is_some(), "on the last day");
    app.advance(Lifetime::seconds(1));
    upkeep::pass(&app).await.unwrap();
    assert!(client_of(&app, &unused).await.is_none());
    assert!(client_of(&app, &used).await.is_some());
}
