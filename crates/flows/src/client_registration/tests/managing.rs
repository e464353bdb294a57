use postern_domain::{ClientIdentifier, ErrorCode, Lifetime};
use serde_json::{Map, Value, json};

use super::super::{read, replace, unregister};
use super::{client_of, made, object, open, sent, text};
use crate::clients::{self, ClientDraft, Edited, Manager, set_closed};
use crate::testing::TestApp;

/// A client, with what reads and changes it.
struct Registered {
    app: TestApp,
    id: String,
    token: String,
    secret: String,
}

async fn registered() -> Registered {
    let app = open().await;
    let told = made(&app, json!({ "client_name": "Field Notes" })).await;
    let text = |name| text(&told, name).to_owned();
    Registered {
        id: text("client_id"),
        token: text("registration_access_token"),
        secret: text("client_secret"),
        app,
    }
}

impl Registered {
    fn change(&self, more: Value) -> Map<String, Value> {
        let mut fields = sent(json!({ "client_id": self.id }));
        fields.extend(object(more));
        fields
    }

    async fn code_of(&self, more: Value) -> &'static str {
        replace(&self.app, &self.id, &self.token, &self.change(more)).await.unwrap_err().code.as_str()
    }
}

#[tokio::test]
async fn it_reads_what_is_registered_without_the_secret() {
    let it = registered().await;
    let told = read(&it.app, &it.id, &it.token).await.unwrap();
    assert_eq!(text(&told, "client_name"), "Field Notes");
    assert_eq!(text(&told, "registration_access_token"), it.token);
    assert!(!told.contains_key("client_secret"));
}

#[tokio::test]
async fn a_replacement_leaves_nothing_of_what_was_and_ends_token_and_secret() {
    let it = registered().await;
    let change = it.change(json!({ "client_uri": "https://notes.example", "client_secret": it.secret }));
    let told = replace(&it.app, &it.id, &it.token, &change).await.unwrap();
    assert_eq!(text(&told, "client_name"), it.id, "it said no name this time");
    assert_eq!(text(&told, "client_uri"), "https://notes.example");
    let (token, secret) = (text(&told, "registration_access_token"), text(&told, "client_secret"));
    assert!(token != it.token && secret != it.secret);
    assert_eq!(read(&it.app, &it.id, &it.token).await.unwrap_err().code, ErrorCode::InvalidToken);
    assert!(read(&it.app, &it.id, token).await.is_ok());
    let client = client_of(&it.app, &told).await.unwrap();
    let hashes: Vec<_> = client.secrets.iter().map(|secret| secret.hash).collect();
    assert_eq!(hashes, [it.app.secret_key.hash_text(secret)]);

    let public = it.change(json!({ "token_endpoint_auth_method": "none" }));
    let told = replace(&it.app, &it.id, token, &public).await.unwrap();
    assert!(!told.contains_key("client_secret"));
    assert!(client_of(&it.app, &told).await.unwrap().secrets.is_empty());
}

#[tokio::test]
async fn it_cannot_say_who_it_is_or_choose_its_secret() {
    let it = registered().await;
    assert_eq!(it.code_of(json!({ "client_id": null })).await, "invalid_client_metadata");
    assert_eq!(it.code_of(json!({ "client_id": "other" })).await, "invalid_client_metadata");
    assert_eq!(it.code_of(json!({ "client_secret": "of-its-own-choice" })).await, "invalid_client_metadata");
    for name in [
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    ] {
        assert_eq!(it.code_of(json!({ name: "x" })).await, "invalid_request", "{name}");
    }
    assert_eq!(it.code_of(json!({ "redirect_uris": [] })).await, "invalid_redirect_uri");
    assert!(read(&it.app, &it.id, &it.token).await.is_ok(), "nothing has changed");
}

#[tokio::test]
async fn nobody_touches_anothers_registration() {
    let it = registered().await;
    let other = made(&it.app, json!({})).await;
    let foreign = text(&other, "registration_access_token");
    for token in [foreign, it.id.as_str(), it.secret.as_str(), "x", ""] {
        let code = |refusal: postern_domain::Refusal| refusal.code;
        assert_eq!(read(&it.app, &it.id, token).await.map_err(code), Err(ErrorCode::InvalidToken));
        let change = it.change(json!({}));
        assert_eq!(
            replace(&it.app, &it.id, token, &change).await.map_err(code),
            Err(ErrorCode::InvalidToken)
        );
        assert_eq!(unregister(&it.app, &it.id, token).await.map_err(code), Err(ErrorCode::InvalidToken));
    }
    for unknown in ["nobody", "a:b", ""] {
        assert_eq!(read(&it.app, unknown, &it.token).await.unwrap_err().code, ErrorCode::InvalidToken);
    }
}

#[tokio::test]
async fn what_an_administrator_restricted_stays_and_what_they_added_goes() {
    let it = registered().await;
    let known = clients::find(&it.app, Manager::Operator, &it.id).await.unwrap();
    let draft = ClientDraft {
        trusted: Some(true),
        resource_server: Some(true),
        require_pkce: true,
        access_token_lifetime: "5m".into(),
        ..ClientDraft::of(&known.metadata)
    };
    let edited = clients::edit(&it.app, Manager::Operator, &it.id, &draft, true).await.unwrap();
    assert!(matches!(edited, Edited::Saved(client) if client.metadata.trusted));
    let told = replace(&it.app, &it.id, &it.token, &it.change(json!({}))).await.unwrap();
    let now = client_of(&it.app, &told).await.unwrap().metadata;
    assert!(!now.trusted && !now.resource_server);
    assert_eq!((now.require_pkce, now.access_token_lifetime), (true, Some(Lifetime::seconds(300))));
}

#[tokio::test]
async fn a_closed_client_manages_nothing_until_it_is_open_again() {
    let it = registered().await;
    set_closed(&it.app, Manager::Operator, &it.id, true).await.unwrap();
    assert_eq!(read(&it.app, &it.id, &it.token).await.unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(it.code_of(json!({})).await, "forbidden");
    assert_eq!(unregister(&it.app, &it.id, &it.token).await.unwrap_err().code, ErrorCode::Forbidden);
    set_closed(&it.app, Manager::Operator, &it.id, false).await.unwrap();
    assert!(read(&it.app, &it.id, &it.token).await.is_ok());
    let as_itself = set_closed(&it.app, Manager::Itself, &it.id, true).await.unwrap_err();
    assert_eq!(as_itself.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_deleted_client_is_gone_with_its_token() {
    let it = registered().await;
    unregister(&it.app, &it.id, &it.token).await.unwrap();
    assert!(it.app.client(&ClientIdentifier::parse(&it.id).unwrap()).await.unwrap().is_none());
    assert_eq!(read(&it.app, &it.id, &it.token).await.unwrap_err().code, ErrorCode::InvalidToken);
}
