use postern_domain::{
    ClientOwner, ClientType, ErrorCode, InstanceRight, Lifetime, Plain, Refusal, ScopeSpec, SubjectType, User,
};

use super::*;
use crate::testing::{TestApp, app, app_with, new_user, user};
use crate::users::{self, Standing};
use crate::{App, Config, FieldErrors, FormRefusal};

/// What a developer types who gets everything right.
pub(super) fn draft() -> ClientDraft {
    ClientDraft {
        name: "Field Notes".into(),
        redirect_uris: vec!["https://notes.example/cb".into()],
        homepage_url: "https://notes.example".into(),
        ..ClientDraft::blank()
    }
}

pub(super) async fn register(app: &App, owner: &User, draft: ClientDraft) -> Result<Registered, FormRefusal> {
    let new = NewClient { draft, owner: ClientOwner::User(owner.id), identifier: None, secret: None };
    create(app, Manager::User(owner), new).await
}

fn saved(edited: Result<Edited, FormRefusal>) -> postern_domain::Client {
    match edited.unwrap() {
        Edited::Saved(client) => *client,
        Edited::NeedsProof => panic!("a proof is asked for"),
    }
}

fn fields(refused: FormRefusal) -> FieldErrors {
    match refused {
        FormRefusal::Fields(errors) => errors,
        FormRefusal::Refused(refusal) => panic!("{refusal:?}"),
    }
}

/// What is wrong with a draft, by field.
async fn errors_of(app: &App, owner: &User, change: impl FnOnce(&mut ClientDraft)) -> Vec<&'static str> {
    let mut changed = draft();
    change(&mut changed);
    match register(app, owner, changed).await {
        Ok(_) => Vec::new(),
        Err(refused) => fields(refused).0.into_iter().map(|error| error.field).collect(),
    }
}

async fn administrator(app: &App, name: &str) -> User {
    let standing =
        Standing { email_verified: true, rights: InstanceRight::ALL.into(), ..Standing::default() };
    users::create(app, &new_user(name), standing).await.unwrap()
}

#[tokio::test]
async fn a_new_client_has_an_id_a_secret_and_what_was_typed() {
    let app = app().await;
    let ada = user(&app, "ada").await;
    let made = register(&app, &ada, draft()).await.unwrap();
    let secret = made.secret.unwrap();
    assert!(made.client.identifier.as_str().starts_with("postern_ci_"));
    assert!(secret.reveal().starts_with("postern_cs_"));
    let found = find(&app, Manager::User(&ada), made.client.identifier.as_str()).await.unwrap();
    assert_eq!(found, made.client);
    assert_eq!(found, find(&app, Manager::User(&ada), &found.id.to_string()).await.unwrap());
    assert_eq!(found.secrets.len(), 1);
    assert_eq!(found.secrets[0].hash, app.secret_key.hash_text(secret.reveal()));
    assert!(secret.reveal().ends_with(&found.secrets[0].hint) && found.secrets[0].hint.len() == 4);
    assert_eq!(ClientDraft { client_type: "confidential".into(), ..draft() }.scopes.len(), 3);
    assert_eq!(found.metadata.scopes.to_string(), "email openid profile");
    assert!(!found.metadata.trusted && !found.metadata.resource_server);
}

#[tokio::test]
async fn a_public_client_has_no_secret() {
    let app = app().await;
    let ada = user(&app, "ada").await;
    let public = ClientDraft { client_type: "public".into(), ..draft() };
    let made = register(&app, &ada, public.clone()).await.unwrap();
    assert!(made.secret.is_none() && made.client.secrets.is_empty());
    assert_eq!(made.client.metadata.client_type, ClientType::Public);
    let id = made.client.identifier.as_str();
    let refused = rotate_secret(&app, Manager::User(&ada), id, SECRET_OVERLAP).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidRequest);
    let owner = ClientOwner::Instance;
    let secret = Some(Plain::new("brought-along-secret".into()));
    let brought = NewClient { draft: public, owner, identifier: None, secret };
    let errors = fields(create(&app, Manager::Operator, brought).await.unwrap_err());
    assert!(errors.of("client_secret").is_some());
}

#[tokio::test]
async fn a_client_with_keys_of_its_own_has_no_secret() {
    let app = app().await;
    let ada = user(&app, "ada").await;
    let jwks = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AQ"}]}"#.to_owned();
    let protocol = ProtocolDraft { jwks, ..ProtocolDraft::default() };
    let keyed = ClientDraft { auth_method: "private_key_jwt".into(), protocol, ..draft() };
    let made = register(&app, &ada, keyed).await.unwrap();
    assert!(made.secret.is_none() && made.client.secrets.is_empty());
    let id = made.client.identifier.as_str();
    let refused = rotate_secret(&app, Manager::User(&ada), id, SECRET_OVERLAP).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field() {
    let app = app().await;
    let ada = user(&app, "ada").await;
    type Change = fn(&mut ClientDraft);
    let cases: &[(&[&str], Change)] = &[
        (&[], |_| {}),
        (&["name"], |draft| draft.name = "  ".into()),
        (&["name"], |draft| draft.name = "a\nb".into()),
        (&["name"], |draft| draft.name = "x".repeat(101)),
        (&["name"], |draft| draft.name = "safe\u{202e}evil".into()),
        (&["type"], |draft| draft.client_type = "secret".into()),
        (&["type"], |draft| draft.client_type.clear()),
        (&["homepage_url"], |draft| draft.homepage_url.clear()),
        (&["homepage_url"], |draft| draft.homepage_url = "javascript:alert(1)".into()),
        (&["terms_url"], |draft| draft.terms_url = "data:text/html,x".into()),
        (&["privacy_url"], |draft| draft.privacy_url = "//evil.example".into()),
        (&["redirect_uris"], |draft| draft.redirect_uris.clear()),
        (&["redirect_uris"], |draft| draft.redirect_uris.push("https://notes.example/cb".into())),
        (&["redirect_uris"], |draft| draft.redirect_uris.push("http://notes.example/cb".into())),
        (&["redirect_uris", "redirect_uris"], |draft| {
            draft.redirect_uris = vec!["/cb".into(), "https://a.example/#x".into()];
        }),
        (&["redirect_uris"], |draft| {
            draft.redirect_uris = (0..51).map(|i| format!("https://a.example/{i}")).collect();
        }),
        (&[], |draft| draft.redirect_uris = (0..50).map(|i| format!("https://a.example/{i}")).collect()),
        (&["redirect_uris"], |draft| draft.redirect_uris.push("com.example.app:/cb".into())),
        (&[], |draft| {
            draft.client_type = "public".into();
            draft.redirect_uris.push("com.example.app:/cb".into());
        }),
        (&["post_logout_redirect_uris"], |draft| draft.post_logout_redirect_uris = vec!["x".into()]),
        (&["scopes"], |draft| draft.scopes.clear()),
        (&["scopes"], |draft| draft.scopes.push("admin".into())),
        (&["scopes"], |draft| draft.scopes.push("openid\u{7f}".into())),
        (&["token_endpoint_auth_method"], |draft| draft.auth_method = "none".into()),
        (&["token_endpoint_auth_method"], |draft| draft.auth_method = "tls".into()),
        (&["jwks_uri"], |draft| draft.auth_method = "private_key_jwt".into()),
        (&["token_endpoint_auth_method"], |draft| {
            draft.client_type = "public".into();
            draft.auth_method = "private_key_jwt".into();
        }),
        (&["token_endpoint_auth_method"], |draft| {
            draft.client_type = "public".into();
            draft.auth_method = "client_secret_post".into();
        }),
        (&["grants"], |draft| draft.grants.clear()),
        (&["grants"], |draft| draft.grants = vec!["refresh_token".into()]),
        (&["grants"], |draft| draft.grants.push("password".into())),
        (&["access_token_lifetime"], |draft| draft.access_token_lifetime = "ten days".into()),
        (&["access_token_lifetime"], |draft| draft.access_token_lifetime = "0".into()),
        (&["access_token_lifetime"], |draft| draft.access_token_lifetime = "11d".into()),
        (&[], |draft| draft.access_token_lifetime = "10d".into()),
        (&["refresh_token_lifetime"], |draft| draft.refresh_token_lifetime = "91d".into()),
        (&["id_token_signed_response_alg"], |draft| draft.id_token_signed_response_alg = "none".into()),
        (&["id_token_signed_response_alg"], |draft| draft.id_token_signed_response_alg = "HS256".into()),
        (&["trusted"], |draft| draft.trusted = Some(true)),
        (&["resource_server"], |draft| draft.resource_server = Some(true)),
        (&["name", "homepage_url", "redirect_uris", "scopes"], |draft| {
            *draft = ClientDraft {
                client_type: "public".into(),
                grants: draft.grants.clone(),
                ..ClientDraft::default()
            };
        }),
    ];
    for (i, (expected, change)) in cases.iter().enumerate() {
        assert_eq!(errors_of(&app, &ada, change).await, *expected, "case {i}");
    }
}

#[tokio::test]
async fn messages_name_what_was_typed_and_what_is_known() {
    let app = app().await;
    let ada = user(&app, "ada").await;
    let mut wrong = draft();
    wrong.redirect_uris =
        vec!["http://notes.example/cb".into(), format!("https://a.example/{}#", "x".repeat(200))];
    wrong.scopes = vec!["openid".into(), "post:read".into()];
    let errors = fields(register(&app, &ada, wrong).await.unwrap_err());
    assert_eq!(
        errors.of("redirect_uris").unwrap(),
        "“http://notes.example/cb”: plain http is for localhost, 127.0.0.1 and [::1] only; use https."
    );
    assert!(errors.0[1].message.chars().count() < 200, "{}", errors.0[1].message);
    assert!(errors.of("scopes").unwrap().contains("“post:read”"));
    assert!(errors.of("scopes").unwrap().contains("offline_access"));
}

#[tokio::test]
async fn clients_of_others_are_not_to_be_found() {
    let app = app().await;
    let (ada, bob) = (user(&app, "ada").await, user(&app, "bob").await);
    let admin = administrator(&app, "root").await;
    let made = register(&app, &ada, draft()).await.unwrap();
    let id = made.client.identifier.to_string();
    let not_theirs = Manager::User(&bob);
    let secret = made.client.secrets[0].id;
    let refusals = [
        find(&app, not_theirs, &id).await.unwrap_err(),
        find(&app, not_theirs, &made.client.id.to_string()).await.unwrap_err(),
        rotate_secret(&app, not_theirs, &id, SECRET_OVERLAP).await.unwrap_err(),
        revoke_secret(&app, not_theirs, &id, secret).await.unwrap_err(),
        delete(&app, not_theirs, &id).await.unwrap_err(),
        remove_logo(&app, not_theirs, &id).await.unwrap_err(),
    ];
    let unknown = find(&app, Manager::User(&ada), "postern_ci_unknown").await.unwrap_err();
    for refusal in refusals {
        assert_eq!(refusal, unknown);
        assert_eq!(refusal.code, ErrorCode::NotFound);
    }
    let edited = edit(&app, not_theirs, &id, &draft(), true).await.unwrap_err();
    assert_eq!(edited, FormRefusal::Refused(unknown.clone()));
    let logo = set_logo(&app, not_theirs, &id, Vec::new()).await.unwrap_err();
    assert_eq!(logo, FormRefusal::Refused(unknown));
    assert!(find(&app, Manager::User(&admin), &id).await.is_ok());
    assert!(find(&app, Manager::Operator, &id).await.is_ok());
    assert_eq!(list(&app, not_theirs, None, 10).await.unwrap().len(), 0);
    assert_eq!(list(&app, Manager::User(&ada), None, 10).await.unwrap().len(), 1);
    assert_eq!(
        (count(&app, not_theirs).await.unwrap(), count(&app, Manager::Operator).await.unwrap()),
        (0, 1)
    );
}

#[tokio::test]
async fn an_edit_changes_all_but_type_and_privileges() {
    let app = app().await;
    let ada = user(&app, "ada").await;
    let new = NewClient {
        draft: ClientDraft { trusted: Some(true), resource_server: Some(true), ..draft() },
        owner: ClientOwner::User(ada.id),
        identifier: Some("moved-here".into()),
        secret: Some(Plain::new("brought-along-secret".into())),
    };
    let made = create(&app, Manager::Operator, new).await.unwrap();
    assert_eq!(made.secret.unwrap().reveal(), "brought-along-secret");
    // Read through the cache before and after: an edit holds at once.
    assert_eq!(app.client(&made.client.identifier).await.unwrap().unwrap().metadata, made.client.metadata);
    app.advance(Lifetime::seconds(60));
    let mut change = ClientDraft::of(&made.client.metadata);
    assert_eq!(
        change,
        ClientDraft {
            id_token_signed_response_alg: "RS256".into(),
            scopes: change.scopes.clone(),
            protocol: change.protocol.clone(),
            ..draft()
        }
    );
    change.name = "Other".into();
    change.client_type = "public".into();
    change.access_token_lifetime = "1h".into();
    let edited = saved(edit(&app, Manager::User(&ada), "moved-here", &change, true).await);
    assert_eq!(edited.metadata.name.as_str(), "Other");
    assert_eq!(edited.metadata.client_type, ClientType::Confidential);
    assert!(edited.metadata.trusted && edited.metadata.resource_server);
    assert_eq!(edited.updated_at, made.client.updated_at.plus(Lifetime::seconds(60)));
    assert_eq!(find(&app, Manager::Operator, "moved-here").await.unwrap(), edited);
    let cached = app.client(&edited.identifier).await.unwrap().unwrap();
    assert_eq!(cached.metadata.access_token_lifetime, Some(Lifetime::seconds(3_600)));
    change.name.clear();
    assert!(
        fields(edit(&app, Manager::User(&ada), "moved-here", &change, true).await.unwrap_err())
            .of("name")
            .is_some()
    );
}

#[tokio::test]
async fn what_is_brought_along_must_be_usable_and_free() {
    let app = app().await;
    let new = |id: &str, secret: &str| NewClient {
        draft: draft(),
        owner: ClientOwner::Instance,
        identifier: Some(id.into()),
        secret: Some(Plain::new(secret.into())),
    };
    assert!(create(&app, Manager::Operator, new("mine", "long enough")).await.is_ok());
    for (id, secret, field) in [
        ("mine", "long enough", "client_id"),
        ("", "long enough", "client_id"),
        ("with space", "long enough", "client_id"),
        ("with:colon", "long enough", "client_id"),
        ("other", "short", "client_secret"),
        ("other", "", "client_secret"),
        ("other", "newline\nnewline", "client_secret"),
        ("other", "geheim-straße", "client_secret"),
    ] {
        let errors = fields(create(&app, Manager::Operator, new(id, secret)).await.unwrap_err());
        assert!(errors.of(field).is_some(), "{id} {secret}: {errors}");
    }
    assert_eq!(count(&app, Manager::Operator).await.unwrap(), 1);
}

#[tokio::test]
async fn two_secrets_work_while_one_replaces_the_other() {
    let app = app().await;
    let ada = user(&app, "ada").await;
    let made = register(&app, &ada, draft()).await.unwrap();
    let id = made.client.identifier.to_string();
    let manager = Manager::User(&ada);
    let live = async |app: &TestApp| {
        let client = app.client(&made.client.identifier).await.unwrap().unwrap();
        client.live_secrets(app.clock.now()).map(|secret| secret.hash).collect::<Vec<_>>()
    };
    let first = app.secret_key.hash_text(made.secret.as_ref().unwrap().reveal());
    assert_eq!(live(&app).await, [first]);
    let rotated = rotate_secret(&app, manager, &id, SECRET_OVERLAP).await.unwrap();
    assert_eq!(rotated.old_ends_at, Some(app.clock.now().plus(Lifetime::days(7))));
    let second = app.secret_key.hash_text(rotated.secret.reveal());
    assert_eq!(live(&app).await, [second, first]);
    let third = rotate_secret(&app, manager, &id, SECRET_OVERLAP).await.unwrap_err();
    assert_eq!(third.code, ErrorCode::Conflict);
    assert_eq!(live(&app).await, [second, first]);
    app.advance(Lifetime::days(7));
    assert_eq!(live(&app).await, [second]);
    let rotated = rotate_secret(&app, manager, &id, SECRET_OVERLAP).await.unwrap();
    let third = app.secret_key.hash_text(rotated.secret.reveal());
    assert_eq!(live(&app).await, [third, second]);
    let old = find(&app, manager, &id).await.unwrap().secrets[1].id;
    revoke_secret(&app, manager, &id, old).await.unwrap();
    assert_eq!(live(&app).await, [third]);
    assert_eq!(revoke_secret(&app, manager, &id, old).await.unwrap_err().code, ErrorCode::NotFound);
    // Without an overlap everything else ends at once.
    let at_once = rotate_secret(&app, manager, &id, Lifetime::seconds(0)).await.unwrap();
    assert_eq!(at_once.old_ends_at, None);
    assert_eq!(live(&app).await, [app.secret_key.hash_text(at_once.secret.reveal())]);
    let too_long = rotate_secret(&app, manager, &id, Lifetime::days(91)).await.unwrap_err();
    assert_eq!(too_long.code, ErrorCode::InvalidRequest);
}

#[tokio::test]
async fn a_deleted_client_is_gone_at_once() {
    let app = app().await;
    let ada = user(&app, "ada").await;
    let made = register(&app, &ada, draft()).await.unwrap();
    assert!(app.client(&made.client.identifier).await.unwrap().is_some());
    delete(&app, Manager::User(&ada), made.client.identifier.as_str()).await.unwrap();
    assert!(app.client(&made.client.identifier).await.unwrap().is_none());
    assert!(app.client_by_id(made.client.id).await.unwrap().is_none());
}

#[tokio::test]
async fn hidden_scopes_are_for_operators_and_survive_an_edit() {
    let hidden = ScopeSpec {
        name: "internal:sync".into(),
        label: "Synchronise".into(),
        description: String::new(),
        group: String::new(),
        subjects: vec![SubjectType::User],
        hidden: true,
        right: None,
    };
    let config = Config { scopes: [("internal:sync".to_owned(), hidden)].into(), ..Config::default() };
    let app = app_with(config).await;
    let ada = user(&app, "ada").await;
    let with_hidden = || {
        let mut draft = draft();
        draft.scopes.push("internal:sync".into());
        draft
    };
    assert_eq!(errors_of(&app, &ada, |draft| *draft = with_hidden()).await, ["scopes"]);
    let new = NewClient {
        draft: with_hidden(),
        owner: ClientOwner::User(ada.id),
        identifier: Some("sync".into()),
        secret: None,
    };
    create(&app, Manager::Operator, new).await.unwrap();
    let edited = saved(edit(&app, Manager::User(&ada), "sync", &draft(), false).await);
    assert!(edited.metadata.scopes.contains("internal:sync"));
}

#[tokio::test]
async fn refused_calls_are_told_together() {
    let app = app().await;
    let ada = user(&app, "ada").await;
    let made = register(&app, &ada, draft()).await.unwrap().client;
    let mismatch = Refusal::invalid_request("redirect URI did not match");
    for refusal in [
        mismatch.clone(),
        Refusal::invalid_grant("the code was used before"),
        mismatch.clone(),
        Refusal::server_error("ours"),
        Refusal::access_denied("the person said no"),
    ] {
        app.advance(Lifetime::seconds(60));
        record_refusal(&app, made.id, "authorize", &refusal).await;
    }
    let insight = insight(&app, &made).await.unwrap();
    assert_eq!(insight.usage.recent_errors, 3);
    let told: Vec<_> = insight.refused.iter().map(|call| (call.code.as_str(), call.count)).collect();
    assert_eq!(told, [("invalid_request", 2), ("invalid_grant", 1)]);
    assert_eq!(insight.refused[0].reason, "redirect URI did not match");
}

#[tokio::test]
async fn one_account_has_so_many_clients_and_no_more() {
    let mut config = Config::default();
    config.limits.clients_per_owner = 2;
    let app = app_with(config).await;
    let ada = user(&app, "ada").await;
    let first = register(&app, &ada, draft()).await.unwrap().client;
    register(&app, &ada, draft()).await.unwrap();
    let FormRefusal::Refused(refusal) = register(&app, &ada, draft()).await.unwrap_err() else { panic!() };
    assert_eq!(refusal.code, ErrorCode::Conflict);
    assert!(refusal.description.contains("delete one"), "{refusal:?}");
    register(&app, &user(&app, "bob").await, draft()).await.unwrap();
    for _ in 0..3 {
        let new = NewClient { draft: draft(), owner: ClientOwner::Instance, identifier: None, secret: None };
        create(&app, Manager::Operator, new).await.unwrap();
    }
    delete(&app, Manager::User(&ada), first.identifier.as_str()).await.unwrap();
    register(&app, &ada, draft()).await.unwrap();
}

/// Whoever knows a client's id can have its calls refused.
#[tokio::test]
async fn strangers_cannot_fill_the_list_of_refused_calls() {
    let app = app().await;
    let ada = user(&app, "ada").await;
    let made = register(&app, &ada, draft()).await.unwrap().client;
    let other = register(&app, &ada, draft()).await.unwrap().client;
    let count =
        async |client: &postern_domain::Client| insight(&app, client).await.unwrap().usage.recent_errors;
    let same = Refusal::invalid_request("redirect URI did not match");
    for _ in 0..20 {
        record_refusal(&app, made.id, "authorize", &same).await;
    }
    assert_eq!(count(&made).await, 1, "the same one once");
    record_refusal(&app, made.id, "token", &same).await;
    for at in 0..20 {
        record_refusal(&app, made.id, "authorize", &Refusal::invalid_request(format!("got {at}"))).await;
    }
    assert_eq!(count(&made).await, 10);
    record_refusal(&app, other.id, "authorize", &same).await;
    assert_eq!(count(&other).await, 1, "each client has its own");
    app.advance(Lifetime::seconds(60));
    record_refusal(&app, made.id, "authorize", &same).await;
    assert_eq!(count(&made).await, 11);
}

#[tokio::test]
async fn a_name_that_several_have_is_not_enough() {
    let app = app().await;
    let ada = user(&app, "ada").await;
    let first = register(&app, &ada, draft()).await.unwrap().client;
    assert_eq!(find_named(&app, "Field Notes").await.unwrap(), first);
    register(&app, &ada, draft()).await.unwrap();
    assert_eq!(find_named(&app, "Field Notes").await.unwrap_err().code, ErrorCode::Conflict);
    assert_eq!(find_named(&app, "Fields").await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(find_named(&app, first.identifier.as_str()).await.unwrap(), first);
}

#[tokio::test]
async fn a_logo_is_served_by_its_digest() {
    let app = app().await;
    let ada = user(&app, "ada").await;
    let made = register(&app, &ada, draft()).await.unwrap().client;
    let id = made.identifier.as_str();
    let mut upload = Vec::new();
    image::RgbImage::new(4, 2)
        .write_to(&mut std::io::Cursor::new(&mut upload), image::ImageFormat::Png)
        .unwrap();
    let changed = set_logo(&app, Manager::User(&ada), id, upload).await.unwrap();
    let digest = changed.logo_digest.unwrap();
    let served = crate::logo::find(&app, &digest).await.unwrap();
    assert_eq!((served.digest.as_str(), served.content_type.as_str()), (digest.as_str(), "image/png"));
    for other in ["", "..", "A", &digest.to_uppercase(), &format!("{digest}0")] {
        assert_eq!(crate::logo::find(&app, other).await.unwrap_err().code, ErrorCode::NotFound, "{other}");
    }
    let refused = set_logo(&app, Manager::User(&ada), id, b"<svg onload='alert(1)'/>".to_vec()).await;
    assert!(fields(refused.unwrap_err()).of("logo").is_some());
    assert!(crate::logo::find(&app, &digest).await.is_ok());
    remove_logo(&app, Manager::User(&ada), id).await.unwrap();
    assert_eq!(crate::logo::find(&app, &digest).await.unwrap_err().code, ErrorCode::NotFound);
}
