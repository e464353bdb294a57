mod curl;
mod renewing;
mod trying;

use std::sync::Arc;

use postern_domain::{
    ErrorCode, InstanceRight, Lifetime, Organization, OrganizationId, OrganizationPolicy, PersonName,
    Refusal, Role, Slug, Tier, TokenId, User, UserState,
};
use postern_storage::{organizations, users as storage_users};

use super::*;
use crate::bearer::{Verdict, introspect, verdict};
use crate::party::{self, Party};
use crate::testing::{HERE, TestApp, app_with, new_user};
use crate::users::{self, Standing};
use crate::{Actor, App, Config, FormRefusal, Paging, Reveal};

async fn app(change: impl FnOnce(&mut Config)) -> TestApp {
    let mut config = Config::default();
    change(&mut config);
    app_with(config).await
}

/// Somebody with these rights.
async fn person(app: &App, name: &str, rights: &[InstanceRight]) -> Arc<User> {
    let standing = Standing { rights: rights.iter().copied().collect(), ..Standing::default() };
    Arc::new(users::create(app, &new_user(name), standing).await.unwrap())
}

fn signed_in(app: &App, user: &Arc<User>) -> Actor {
    Actor::signed_in(app, user)
}

fn draft(scopes: &str) -> TokenDraft {
    TokenDraft {
        name: "Deploy".to_owned(),
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        ..TokenDraft::blank()
    }
}

async fn made(app: &App, actor: &Actor, owner: Owner, draft: TokenDraft) -> Result<Made, FormRefusal> {
    make(app, actor, NewToken { owner, draft }).await
}

async fn own(app: &App, user: &Arc<User>, draft: TokenDraft) -> Made {
    made(app, &signed_in(app, user), Owner::User(user.id), draft).await.unwrap()
}

async fn worth(app: &App, made: &Made) -> Result<Arc<Verdict>, Refusal> {
    verdict(app, made.value.reveal(), HERE).await
}

fn field(refusal: FormRefusal) -> &'static str {
    match refusal {
        FormRefusal::Fields(errors) => errors.0[0].field,
        FormRefusal::Refused(refusal) => panic!("{refusal}"),
    }
}

fn code(refusal: FormRefusal) -> ErrorCode {
    match refusal {
        FormRefusal::Fields(errors) => panic!("{errors}"),
        FormRefusal::Refused(refusal) => refusal.code,
    }
}

async fn acme(app: &App, owner: &User, policy: OrganizationPolicy) -> OrganizationId {
    let organization = Organization {
        id: app.new_id(),
        slug: Slug::parse("acme").unwrap(),
        name: PersonName::parse("Acme").unwrap(),
        policy,
        tier: Tier::Default,
        created_at: app.clock.now(),
        updated_at: app.clock.now(),
    };
    let id = organization.id;
    let membership: TokenId = app.new_id();
    let write = app.db.write((organization, membership.0, owner.id), |tx, (organization, id, owner)| {
        Box::pin(async move { Ok::<_, Refusal>(organizations::insert(tx, organization, *id, *owner).await?) })
    });
    write.await.unwrap();
    id
}

#[tokio::test]
async fn a_token_holds_what_was_chosen_and_what_that_implies() {
    let app = app(|_| {}).await;
    let ada = person(&app, "ada", &[]).await;
    let token = own(&app, &ada, draft("members:write openid")).await;
    assert_eq!(token.token.permit.scopes.to_string(), "members:read members:write openid");
    assert_eq!(token.token.expires_at, Some(app.clock.now().plus(Lifetime::days(30))));
    assert!(token.value.reveal().starts_with("postern_pat_"));
    let verdict = worth(&app, &token).await.unwrap();
    assert!(verdict.holds("members:read") && !verdict.holds("customers:read"));
    let none = own(&app, &ada, draft("")).await;
    assert!(worth(&app, &none).await.unwrap().permit.scopes.is_empty());
    app.advance(Lifetime::days(30));
    assert!(worth(&app, &token).await.is_err());
}

#[tokio::test]
async fn what_cannot_be_given_is_said_beside_the_field() {
    let app = app(|config| config.tokens.max_lifetime = Some(Lifetime::days(60))).await;
    let ada = person(&app, "ada", &[]).await;
    let (actor, owner) = (signed_in(&app, &ada), Owner::User(ada.id));
    let with = |change: fn(&mut TokenDraft)| {
        let mut draft = draft("openid");
        change(&mut draft);
        draft
    };
    for (name, draft) in [
        ("name", with(|draft| draft.name = "  ".into())),
        ("scopes", with(|draft| draft.scopes = vec!["users:manage".into()])),
        ("scopes", with(|draft| draft.scopes = vec!["no:such".into()])),
        ("expiry", with(|draft| draft.expiry = "never".into())),
        ("expiry", with(|draft| draft.expiry = "90d".into())),
        ("expiry", with(|draft| draft.expiry = "soon".into())),
        ("expiry", with(|draft| draft.expiry = "0s".into())),
        (
            "expiry_date",
            with(|draft| (draft.expiry, draft.expiry_date) = ("date".into(), "2020-01-01".into())),
        ),
        ("networks", with(|draft| draft.networks = vec!["10.0.0.0/8".into(), "10.0.0".into()])),
        ("note", with(|draft| draft.note = "x".repeat(1_001))),
    ] {
        assert_eq!(field(made(&app, &actor, owner, draft).await.unwrap_err()), name);
    }
    let day = with(|draft| (draft.expiry, draft.expiry_date) = ("date".into(), "2027-02-01".into()));
    let token = own(&app, &ada, day).await.token;
    assert_eq!(token.expires_at.unwrap().0, 1_801_526_399);
    let elsewhere = with(|draft| draft.networks = vec!["10.0.0.0/8".into()]);
    assert!(worth(&app, &own(&app, &ada, elsewhere).await).await.is_err(), "it may not be used from here");
}

#[tokio::test]
async fn everything_is_what_the_owner_may_do_at_the_time() {
    let app = app(|_| {}).await;
    let root = person(&app, "root", &[InstanceRight::UsersManage]).await;
    let token = own(&app, &root, TokenDraft { everything: true, ..draft("") }).await;
    assert!(worth(&app, &token).await.unwrap().holds("users:manage"));
    let ada = person(&app, "ada", &[]).await;
    let token = own(&app, &ada, TokenDraft { everything: true, ..draft("") }).await;
    let verdict = worth(&app, &token).await.unwrap();
    assert!(!verdict.holds("users:manage") && verdict.holds("user:write"));
}

#[tokio::test]
async fn a_token_makes_and_widens_no_token_that_holds_more_than_itself() {
    let app = app(|_| {}).await;
    let ada = person(&app, "ada", &[]).await;
    let narrow = own(&app, &ada, draft("tokens:write openid")).await;
    let wide = own(&app, &ada, draft("customers:write")).await;
    let actor = Actor::of_token(&worth(&app, &narrow).await.unwrap());
    let owner = Owner::User(ada.id);
    assert_eq!(field(made(&app, &actor, owner, draft("customers:read")).await.unwrap_err()), "scopes");
    let all = TokenDraft { everything: true, ..draft("") };
    assert_eq!(field(made(&app, &actor, owner, all).await.unwrap_err()), "scopes");
    made(&app, &actor, owner, draft("openid")).await.unwrap();
    let id = wide.token.id;
    let refused = rotate(&app, &actor, id, Lifetime::seconds(0)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InsufficientScope);
    let longer = TokenDraft { expiry: "90d".into(), ..TokenDraft::of(&wide.token) };
    assert_eq!(code(plan(&app, &actor, id, &longer).await.unwrap_err()), ErrorCode::InsufficientScope);
    let renamed = TokenDraft { name: "Other".into(), ..TokenDraft::of(&wide.token) };
    assert!(!plan(&app, &actor, id, &renamed).await.unwrap().widens());
    let reader = own(&app, &ada, draft("tokens:read")).await;
    let reader = Actor::of_token(&worth(&app, &reader).await.unwrap());
    assert_eq!(code(made(&app, &reader, owner, draft("")).await.unwrap_err()), ErrorCode::InsufficientScope);
}

#[tokio::test]
async fn an_edit_holds_at_once_and_says_when_it_widens() {
    let app = app(|_| {}).await;
    let (ada, bob) = (person(&app, "ada", &[]).await, person(&app, "bob", &[]).await);
    let token = own(&app, &ada, draft("openid members:read")).await;
    let actor = signed_in(&app, &ada);
    let id = token.token.id;
    assert!(worth(&app, &token).await.unwrap().holds("members:read"));
    let narrower = TokenDraft { scopes: vec!["openid".into()], ..TokenDraft::of(&token.token) };
    let change = plan(&app, &actor, id, &narrower).await.unwrap();
    assert!(!change.widens());
    let narrowed = save(&app, change.clone()).await.unwrap();
    assert!(!worth(&app, &token).await.unwrap().holds("members:read"));
    assert_eq!(save(&app, change).await.unwrap_err().code, ErrorCode::Conflict, "it was planned on another");
    for wider in [
        TokenDraft { scopes: vec!["email".into()], ..TokenDraft::of(&narrowed) },
        TokenDraft { everything: true, ..TokenDraft::of(&narrowed) },
        TokenDraft { expiry: "never".into(), ..TokenDraft::of(&narrowed) },
    ] {
        assert!(plan(&app, &actor, id, &wider).await.unwrap().widens(), "{wider:?}");
    }
    let refused = plan(&app, &signed_in(&app, &bob), id, &narrower).await.unwrap_err();
    assert_eq!(code(refused), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_rotated_token_lives_on_for_the_overlap_and_no_longer() {
    let app = app(|_| {}).await;
    let ada = person(&app, "ada", &[]).await;
    let actor = signed_in(&app, &ada);
    let old = own(&app, &ada, draft("openid")).await;
    let rotated = rotate(&app, &actor, old.token.id, Lifetime::seconds(3_600)).await.unwrap();
    assert_eq!(rotated.made.token.expires_at, old.token.expires_at);
    assert!(worth(&app, &old).await.is_ok() && worth(&app, &rotated.made).await.is_ok());
    assert_eq!(
        rotate(&app, &actor, old.token.id, Lifetime::seconds(0)).await.unwrap_err().code,
        ErrorCode::Conflict
    );
    app.advance(Lifetime::seconds(3_600));
    assert!(worth(&app, &old).await.is_err() && worth(&app, &rotated.made).await.is_ok());
    assert_eq!(renew(&app, &actor, old.token.id).await.unwrap_err().code, ErrorCode::Conflict);
    let again = rotate(&app, &actor, rotated.made.token.id, Lifetime::seconds(0)).await.unwrap();
    assert_eq!(again.old_ends_at, None);
    assert!(worth(&app, &rotated.made).await.is_err() && worth(&app, &again.made).await.is_ok());
    assert!(rotate(&app, &actor, again.made.token.id, Lifetime::days(8)).await.is_err());
}

#[tokio::test]
async fn administrators_see_and_revoke_any_token() {
    let app = app(|_| {}).await;
    let (ada, bob) = (person(&app, "ada", &[]).await, person(&app, "bob", &[]).await);
    let admin = person(&app, "root", &[InstanceRight::UsersManage]).await;
    let token = own(&app, &ada, draft("openid")).await;
    let id = token.token.id;
    let (all, first) = (Filter::default(), Paging::first());
    let seen = list(&app, &signed_in(&app, &admin), List::Everybody, &all, &first).await.unwrap();
    assert_eq!(seen.items, std::slice::from_ref(&token.token));
    assert!(list(&app, &signed_in(&app, &bob), List::Everybody, &all, &first).await.is_err());
    assert!(list(&app, &signed_in(&app, &bob), List::Of(Owner::User(ada.id)), &all, &first).await.is_err());
    assert_eq!(revoke(&app, &signed_in(&app, &bob), id).await.unwrap_err().code, ErrorCode::NotFound);
    let revoked = revoke(&app, &signed_in(&app, &admin), id).await.unwrap();
    assert_eq!(revoked.api().unwrap().revoked_by, Some(admin.id));
    assert!(worth(&app, &token).await.is_err());
    revoke(&app, &signed_in(&app, &ada), id).await.unwrap();
    for refused in [
        renew(&app, &signed_in(&app, &ada), id).await.unwrap_err(),
        rotate(&app, &signed_in(&app, &ada), id, Lifetime::seconds(0)).await.unwrap_err(),
    ] {
        assert_eq!(refused.code, ErrorCode::Conflict);
    }
}

#[tokio::test]
async fn a_token_for_somebody_else_holds_what_they_hold_and_no_right_of_its_own() {
    let app = app(|_| {}).await;
    let ada = person(&app, "ada", &[InstanceRight::InstanceAdmin]).await;
    let admin = person(&app, "root", &[InstanceRight::UsersManage]).await;
    let actor = signed_in(&app, &admin);
    let owner = Owner::User(ada.id);
    let given = made(&app, &actor, owner, draft("openid")).await.unwrap();
    assert_eq!(given.token.api().unwrap().created_by, Some(admin.id));
    assert_eq!(worth(&app, &given).await.unwrap().holder.person().unwrap().id, ada.id);
    assert_eq!(field(made(&app, &actor, owner, draft("instance:admin")).await.unwrap_err()), "scopes");
    let all = TokenDraft { everything: true, ..draft("") };
    assert_eq!(field(made(&app, &actor, owner, all).await.unwrap_err()), "scopes");
    let bob = person(&app, "bob", &[]).await;
    let refused = made(&app, &signed_in(&app, &bob), owner, draft("openid")).await.unwrap_err();
    assert_eq!(code(refused), ErrorCode::NotFound);
}

#[tokio::test]
async fn an_organizations_token_lives_as_its_maker_may() {
    let app = app(|_| {}).await;
    let (ada, bob) = (person(&app, "ada", &[]).await, person(&app, "bob", &[]).await);
    let policy = OrganizationPolicy { max_token_lifetime: Some(Lifetime::days(10)), ..Default::default() };
    let acme = acme(&app, &ada, policy).await;
    let owner = Owner::Organization(acme);
    let actor = signed_in(&app, &ada);
    let long = TokenDraft { expiry: "30d".into(), ..draft("customers:write") };
    assert_eq!(field(made(&app, &actor, owner, long).await.unwrap_err()), "expiry");
    let short = || TokenDraft { expiry: "7d".into(), ..draft("customers:write") };
    let token = made(&app, &actor, owner, short()).await.unwrap();
    assert!(worth(&app, &token).await.unwrap().holds("customers:read"));
    let refused = made(&app, &signed_in(&app, &bob), owner, short()).await.unwrap_err();
    assert_eq!(code(refused), ErrorCode::NotFound);
    let by_operator = made(&app, &Actor::operator(), owner, short()).await.unwrap();
    assert_eq!(by_operator.token.user_id, Some(ada.id), "the first owner answers for it");
    let renewed = renew(&app, &actor, token.token.id).await.unwrap();
    assert_eq!(renewed.expires_at, Some(app.clock.now().plus(Lifetime::days(10))));
    let set_role = app.db.write((acme, ada.id), |tx, (acme, ada)| {
        Box::pin(
            async move { Ok::<_, Refusal>(organizations::set_role(tx, *acme, *ada, Role::Member).await?) },
        )
    });
    set_role.await.unwrap();
    assert!(worth(&app, &token).await.is_err(), "its maker may not manage tokens any more");
}

#[tokio::test]
async fn in_secure_mode_a_token_can_only_be_revoked() {
    let app = app(|config| config.tokens.secure_mode = true).await;
    let ada = person(&app, "ada", &[]).await;
    let actor = signed_in(&app, &ada);
    let token = own(&app, &ada, draft("openid")).await;
    let id = token.token.id;
    for refused in [
        rotate(&app, &actor, id, Lifetime::seconds(0)).await.unwrap_err(),
        renew(&app, &actor, id).await.unwrap_err(),
    ] {
        assert_eq!(refused.code, ErrorCode::Forbidden);
    }
    let same = TokenDraft::of(&token.token);
    assert_eq!(code(plan(&app, &actor, id, &same).await.unwrap_err()), ErrorCode::Forbidden);
    revoke(&app, &actor, id).await.unwrap();
}

#[tokio::test]
async fn a_kept_value_is_for_its_owner_and_goes_with_secure_mode() {
    let app = app(|config| config.tokens.reveal = Reveal::Again).await;
    let ada = person(&app, "ada", &[]).await;
    let admin = person(&app, "root", &[InstanceRight::UsersManage]).await;
    let token = own(&app, &ada, draft("openid")).await;
    let id = token.token.id;
    let (_, value) = reveal(&app, &signed_in(&app, &ada), id).await.unwrap();
    assert_eq!(value, token.value);
    assert_eq!(reveal(&app, &signed_in(&app, &admin), id).await.unwrap_err().code, ErrorCode::Forbidden);
    let node = enter(&app).await.unwrap();
    leave(&app, node).await.unwrap();
    let secure = app_like(&app, |config| config.tokens.secure_mode = true);
    assert_eq!(check_mode(&secure).await.unwrap_err().code, ErrorCode::Conflict);
    enter(&secure).await.unwrap();
    assert!(reveal(&app, &signed_in(&app, &ada), id).await.is_err());
    let late = made(&app, &signed_in(&app, &ada), Owner::User(ada.id), draft("openid")).await;
    assert_eq!(code(late.unwrap_err()), ErrorCode::Conflict, "the instance is in the other mode by now");
}

/// Another node over the same database.
fn app_like(app: &TestApp, change: impl FnOnce(&mut Config)) -> App {
    let mut config = app.config.clone();
    change(&mut config);
    let key = crate::SecretKey::new(&[7; 32]).unwrap();
    App::new(app.db.clone(), config, key, Arc::clone(&app.clock), Arc::clone(&app.rng))
}

#[tokio::test]
async fn a_node_of_another_mode_comes_in_only_when_the_others_are_silent() {
    let app = app(|_| {}).await;
    let node = enter(&app).await.unwrap();
    let other = app_like(&app, |config| config.tokens.secure_mode = true);
    let beating = async {
        loop {
            tokio::time::sleep(Presence::EVERY).await;
            app.advance(Lifetime::seconds(3));
            beat(&app, node).await.unwrap();
        }
    };
    let refused = tokio::select! {
        entered = enter(&other) => entered.unwrap_err(),
        () = beating => unreachable!(),
    };
    assert_eq!(refused.code, ErrorCode::Conflict);
    enter(&other).await.unwrap();
}

#[tokio::test]
async fn an_owner_has_no_more_than_the_cap() {
    let app = app(|config| config.limits.tokens_per_owner = 2).await;
    let ada = person(&app, "ada", &[]).await;
    let first = own(&app, &ada, draft("")).await;
    own(&app, &ada, draft("")).await;
    let (actor, owner) = (signed_in(&app, &ada), Owner::User(ada.id));
    assert_eq!(code(made(&app, &actor, owner, draft("")).await.unwrap_err()), ErrorCode::Conflict);
    revoke(&app, &actor, first.token.id).await.unwrap();
    own(&app, &ada, draft("")).await;
}

#[tokio::test]
async fn a_resource_server_is_told_what_a_token_is_worth() {
    let party = Party::new().await;
    let ada = Arc::new(party.user.clone());
    let token = own(&party.app, &ada, draft("openid profile")).await;
    let told = async |name: &str, secret: &str, token: &str| {
        let id = format!("{name}-app");
        let form = party::form(&[("client_id", &id), ("client_secret", secret), ("token", token)]);
        let told = introspect(&party.app, party::sender(&form)).await.unwrap();
        serde_json::to_value(told).unwrap()
    };
    let (_, secret) = party::client(&party.app, "api", |metadata| metadata.resource_server = true).await;
    let value = token.value.reveal();
    let worth = told("api", &secret, value).await;
    assert_eq!((&worth["active"], &worth["scope"]), (&true.into(), &"openid profile".into()));
    assert_eq!((&worth["sub_type"], &worth["username"]), (&"user".into(), &"ada".into()));
    assert_eq!(told("web", &party.secret, value).await["active"], false, "it is no resource server");
    revoke(&party.app, &signed_in(&party.app, &ada), token.token.id).await.unwrap();
    assert_eq!(told("api", &secret, value).await["active"], false);
}
