use std::sync::Arc;

use postern_domain::{ErrorCode, InstanceRight, Lifetime, Organization, Role, User};
use postern_storage::organizations as stored;

use super::*;
use crate::testing::{TestApp, app, app_with, new_user, second_factor};
use crate::users::{self, Standing};
use crate::{Actor, Config, FormRefusal, Paging};

/// Ada owns Acme, Bob is an admin there, Cyd a member; Eve is nobody there. All their addresses are verified.
struct World {
    app: TestApp,
    acme: Organization,
    people: [Arc<User>; 4],
}

impl World {
    async fn new() -> Self {
        Self::on(app().await).await
    }

    async fn on(app: TestApp) -> Self {
        let mut people = Vec::new();
        for name in ["ada", "bob", "cyd", "eve"] {
            let standing = Standing { email_verified: true, ..Standing::default() };
            people.push(Arc::new(users::create(&app, &new_user(name), standing).await.unwrap()));
        }
        let people: [Arc<User>; 4] = people.try_into().unwrap();
        let acme = made(&app, &people[0], "Acme Labs").await;
        for (at, role) in [(1, Role::Admin), (2, Role::Member)] {
            add(&app, &Actor::operator(), acme.id, people[at].id, role).await.unwrap();
        }
        Self { app, acme, people }
    }

    fn actor(&self, at: usize) -> Actor {
        Actor::signed_in(&self.app, &self.people[at])
    }

    async fn role(&self, at: usize) -> Option<Role> {
        stored::role(&self.app.db, self.acme.id, self.people[at].id).await.unwrap()
    }

    async fn set_role(&self, by: usize, of: usize, role: Role) -> Result<(), ErrorCode> {
        let done = set_role(&self.app, &self.actor(by), self.acme.id, self.people[of].id, role).await;
        done.map_err(|refusal| refusal.code)
    }

    async fn remove(&self, by: usize, of: usize) -> Result<(), ErrorCode> {
        let done = remove(&self.app, &self.actor(by), self.acme.id, self.people[of].id).await;
        done.map_err(|refusal| refusal.code)
    }

    /// The token in the link of an invitation that Ada sends.
    async fn invite(&self, email: &str, role: &str) -> String {
        let invited = invite(&self.app, &self.actor(0), self.acme.id, email, role).await.unwrap();
        invited.link.reveal().split_once("invitation=").unwrap().1.to_owned()
    }
}

const ADA: usize = 0;
const BOB: usize = 1;
const CYD: usize = 2;
const EVE: usize = 3;

async fn made(app: &crate::App, owner: &Arc<User>, name: &str) -> Organization {
    let new = NewOrganization { name: name.into(), slug: String::new() };
    create(app, &Actor::signed_in(app, owner), &new, owner.id).await.unwrap()
}

fn field(refused: FormRefusal) -> &'static str {
    match refused {
        FormRefusal::Fields(errors) => errors.0[0].field,
        FormRefusal::Refused(refusal) => refusal.code.as_str(),
    }
}

#[tokio::test]
async fn an_organization_is_made_with_its_first_owner() {
    let world = World::new().await;
    assert_eq!((world.acme.slug.as_str(), world.acme.name.as_str()), ("acme-labs", "Acme Labs"));
    assert_eq!(world.role(ADA).await, Some(Role::Owner));
    let (actor, ada) = (world.actor(ADA), &world.people[ADA]);
    for (name, slug, wrong) in [
        ("", "", "name"),
        ("株式会社", "", "slug"),
        ("Acme Labs", "", "slug"),
        ("Other", "acme-labs", "slug"),
        ("Other", "new", "slug"),
        ("a\nb", "fine", "name"),
    ] {
        let new = NewOrganization { name: name.into(), slug: slug.into() };
        assert_eq!(
            field(create(&world.app, &actor, &new, ada.id).await.unwrap_err()),
            wrong,
            "{name} {slug}"
        );
    }
    let new = NewOrganization { name: "株式会社".into(), slug: "kk".into() };
    create(&world.app, &actor, &new, ada.id).await.unwrap();
    assert_eq!(field(create(&world.app, &actor, &new, world.people[BOB].id).await.unwrap_err()), "not_found");
    let mine = list(&world.app, &actor, &Paging::first()).await.unwrap();
    let mine: Vec<_> = mine.items.iter().map(|it| (it.organization.slug.as_str(), it.members)).collect();
    assert_eq!(mine, [("acme-labs", 3), ("kk", 1)]);
}

#[tokio::test]
async fn organizations_of_others_are_not_to_be_found() {
    let world = World::new().await;
    for name in [world.acme.slug.to_string(), world.acme.id.to_string()] {
        for (who, role) in [(ADA, Role::Owner), (BOB, Role::Admin), (CYD, Role::Member)] {
            assert_eq!(find(&world.app, &world.actor(who), &name).await.unwrap().1, role);
        }
        let unknown = find(&world.app, &world.actor(EVE), "nowhere").await.unwrap_err();
        assert_eq!(find(&world.app, &world.actor(EVE), &name).await.unwrap_err(), unknown);
    }
    let seen = members(&world.app, &world.actor(EVE), world.acme.id, &Paging::first()).await;
    assert_eq!(seen.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn roles_decide_who_may_change_whom() {
    let world = World::new().await;
    for (by, of, role, expected) in [
        (CYD, CYD, Role::Admin, Err(ErrorCode::Forbidden)),
        (CYD, BOB, Role::Member, Err(ErrorCode::Forbidden)),
        (BOB, CYD, Role::Owner, Err(ErrorCode::Forbidden)),
        (BOB, BOB, Role::Owner, Err(ErrorCode::Forbidden)),
        (BOB, ADA, Role::Member, Err(ErrorCode::Forbidden)),
        (EVE, CYD, Role::Admin, Err(ErrorCode::NotFound)),
        (ADA, EVE, Role::Admin, Err(ErrorCode::NotFound)),
        (ADA, ADA, Role::Admin, Err(ErrorCode::Conflict)),
        (BOB, CYD, Role::Admin, Ok(())),
        (BOB, CYD, Role::Member, Ok(())),
        (ADA, BOB, Role::Owner, Ok(())),
        (BOB, ADA, Role::Admin, Ok(())),
    ] {
        assert_eq!(world.set_role(by, of, role).await, expected, "{by} makes {of} {role}");
    }
    assert_eq!(world.remove(ADA, BOB).await, Err(ErrorCode::Forbidden), "an owner by an admin");
    assert_eq!(world.remove(BOB, BOB).await, Err(ErrorCode::Conflict), "the last owner");
    assert_eq!(world.remove(CYD, ADA).await, Err(ErrorCode::Forbidden));
    assert_eq!(world.remove(CYD, CYD).await, Ok(()), "members may leave");
    assert_eq!(world.remove(BOB, ADA).await, Ok(()));
    assert_eq!((world.role(ADA).await, world.role(CYD).await), (None, None));
}

#[tokio::test]
async fn of_owners_who_leave_at_once_one_stays() {
    let world = Arc::new(World::new().await);
    for of in [BOB, CYD] {
        world.set_role(ADA, of, Role::Owner).await.unwrap();
    }
    let leaving: Vec<_> = [ADA, BOB, CYD]
        .map(|who| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.remove(who, who).await })
        })
        .into_iter()
        .collect();
    let mut left = 0;
    for one in leaving {
        left += usize::from(one.await.unwrap().is_ok());
    }
    assert_eq!(left, 2);
    assert_eq!(stored::count_members(&world.app.db, world.acme.id, 9).await.unwrap(), (1, 1));
}

#[tokio::test]
async fn an_invitation_is_for_a_verified_address_and_used_once() {
    let world = World::new().await;
    let (app, eve) = (&world.app, world.actor(EVE));
    let link = world.invite("EVE@example.com", "admin").await;
    let refused = accept(app, &world.actor(CYD), &link).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);
    assert!(refused.description.contains("cyd@example.com"), "{refused}");
    let unverified = users::create(app, &new_user("zoe"), Standing::default()).await.unwrap();
    let zoe = Arc::new(unverified);
    let to_zoe = world.invite("zoe@example.com", "member").await;
    assert_eq!(look(app, &zoe, &to_zoe).await.unwrap().bar, Some(Bar::Unverified));
    let refused = accept(app, &Actor::signed_in(app, &zoe), &to_zoe).await.unwrap_err();
    assert!(refused.description.contains("have a link sent to it"), "{refused}");
    let looked = look(app, &world.people[EVE], &link).await.unwrap();
    assert_eq!((looked.bar, looked.members, looked.organization.id), (None, 3, world.acme.id));
    accept(app, &eve, &link).await.unwrap();
    assert_eq!(world.role(EVE).await, Some(Role::Admin));
    assert_eq!(accept(app, &eve, &link).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(
        field(invite(app, &world.actor(ADA), world.acme.id, "eve@example.com", "member").await.unwrap_err()),
        "email"
    );
}

#[tokio::test]
async fn an_invitation_ends() {
    let world = World::new().await;
    let (app, eve) = (&world.app, world.actor(EVE));
    let over = |link: String| {
        let eve = &eve;
        async move { accept(app, eve, &link).await.unwrap_err().code }
    };
    let first = world.invite("eve@example.com", "member").await;
    let second = world.invite("eve@example.com", "member").await;
    assert_eq!(over(first).await, ErrorCode::NotFound, "replaced");
    decline(app, &eve, &second).await.unwrap();
    assert_eq!(over(second).await, ErrorCode::NotFound, "declined");
    let third = world.invite("eve@example.com", "member").await;
    let pending = invitations(app, &world.actor(BOB), world.acme.id, &Paging::first()).await.unwrap();
    let [one] = pending.items.as_slice() else { panic!("{pending:?}") };
    revoke_invitation(app, &world.actor(BOB), world.acme.id, one.invitation.id).await.unwrap();
    assert_eq!(over(third).await, ErrorCode::NotFound, "taken back");
    let fourth = world.invite("eve@example.com", "member").await;
    world.app.advance(Lifetime::days(7));
    assert_eq!(over(fourth).await, ErrorCode::NotFound, "too late");
    // What somebody sent who may not invite any more is worth nothing.
    let fifth = world.invite("eve@example.com", "owner").await;
    transfer(app, &world.actor(ADA), world.acme.id, world.people[BOB].id).await.unwrap();
    assert_eq!(over(fifth).await, ErrorCode::NotFound, "of a former owner");
    for (who, role) in [(CYD, "member"), (BOB, "nobody"), (ADA, "owner")] {
        assert!(invite(app, &world.actor(who), world.acme.id, "x@example.com", role).await.is_err());
    }
}

#[tokio::test]
async fn an_organization_is_handed_over_by_an_owner() {
    let world = World::new().await;
    let to = |who: usize| (world.acme.id, world.people[who].id);
    for (by, whom, code) in [
        (BOB, BOB, ErrorCode::Forbidden),
        (CYD, CYD, ErrorCode::Forbidden),
        (ADA, EVE, ErrorCode::NotFound),
        (ADA, ADA, ErrorCode::Conflict),
    ] {
        let (organization, user) = to(whom);
        let refused = transfer(&world.app, &world.actor(by), organization, user).await.unwrap_err();
        assert_eq!(refused.code, code, "{by} to {whom}");
    }
    let (organization, user) = to(CYD);
    transfer(&world.app, &world.actor(ADA), organization, user).await.unwrap();
    assert_eq!((world.role(ADA).await, world.role(CYD).await), (Some(Role::Admin), Some(Role::Owner)));
}

#[tokio::test]
async fn settings_are_an_owners() {
    let world = World::new().await;
    let (app, id) = (&world.app, world.acme.id);
    let renamed = rename(app, &world.actor(BOB), id, "Acme", "acme").await.unwrap_err();
    assert_eq!(field(renamed), "forbidden");
    made(app, &world.people[EVE], "Other").await;
    assert_eq!(field(rename(app, &world.actor(ADA), id, "Acme", "other").await.unwrap_err()), "slug");
    let renamed = rename(app, &world.actor(ADA), id, "Acme", "acme").await.unwrap();
    assert_eq!(find(app, &world.actor(CYD), "acme").await.unwrap().0.as_ref(), &renamed);
    for (typed, wrong) in [("2 years", true), ("59m", true), ("90d", false), ("", false)] {
        let draft = PolicyDraft {
            max_token_lifetime: typed.into(),
            apps_need_approval: true,
            ..PolicyDraft::default()
        };
        let set = set_policy(app, &world.actor(ADA), id, &draft).await;
        assert_eq!(set.is_err(), wrong, "{typed}");
        let now = app.organization(id).await.unwrap().unwrap();
        assert_eq!(now.policy.apps_need_approval, !wrong, "{typed}");
        set_policy(app, &world.actor(ADA), id, &PolicyDraft::default()).await.unwrap();
    }
    let draft = PolicyDraft::default();
    assert_eq!(field(set_policy(app, &world.actor(BOB), id, &draft).await.unwrap_err()), "forbidden");
}

#[tokio::test]
async fn a_policy_promises_no_more_than_the_server_allows() {
    let mut config = Config::default();
    config.tokens.max_lifetime = Some(Lifetime::days(90));
    let world = World::on(app_with(config).await).await;
    let (app, ada, id) = (&world.app, world.actor(ADA), world.acme.id);
    let draft = |typed: &str| PolicyDraft {
        max_token_lifetime: typed.into(),
        apps_need_approval: true,
        ..PolicyDraft::default()
    };
    set_policy(app, &ada, id, &draft("90d")).await.unwrap();
    let refused = set_policy(app, &ada, id, &draft("91d")).await.unwrap_err();
    assert_eq!(field(refused), "max_token_lifetime");
    // What stood before the server became stricter does not bar the rest.
    let mut acme = Organization::clone(&app.organization(id).await.unwrap().unwrap());
    acme.policy.max_token_lifetime = Some(Lifetime::days(91));
    acme.policy.apps_need_approval = false;
    let write = app.db.write(acme, |tx, acme| Box::pin(stored::update(tx, acme)));
    assert!(write.await.unwrap());
    let set = set_policy(app, &ada, id, &draft("91d")).await.unwrap();
    assert!(set.policy.apps_need_approval);
}

#[tokio::test]
async fn members_without_the_second_factor_that_is_asked_for_can_do_nothing() {
    let world = World::new().await;
    let (app, ada, id) = (&world.app, world.actor(ADA), world.acme.id);
    let draft = PolicyDraft { members_need_second_factor: true, ..PolicyDraft::default() };
    let field_of = field(set_policy(app, &ada, id, &draft).await.unwrap_err());
    assert_eq!(field_of, "members_need_second_factor", "an owner without one");
    assert_eq!(field(effects(app, &ada, &world.acme, &draft).await.unwrap_err()), field_of);
    second_factor(app, world.people[ADA].id).await;
    let would = effects(app, &ada, &world.acme, &draft).await.unwrap();
    let mut names: Vec<_> = would.members.iter().map(|user| user.username.as_str()).collect();
    names.sort_unstable();
    assert_eq!((names, would.members_of_all), (vec!["bob", "cyd"], (2, 3)));
    let acme = set_policy(app, &ada, id, &draft).await.unwrap();
    assert!(effects(app, &ada, &acme, &draft).await.unwrap().is_none(), "it is so already");
    for one in [BOB, CYD] {
        let refused = find(app, &world.actor(one), "acme-labs").await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Forbidden);
        let refused =
            members(app, &world.actor(one), id, &Paging { limit: 5, cursor: None }).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Forbidden);
        assert!(world.role(one).await.is_some());
    }
    // They see that they belong to it; strangers see nothing as before.
    assert_eq!(
        list(app, &world.actor(CYD), &Paging { limit: 5, cursor: None }).await.unwrap().items.len(),
        1
    );
    assert_eq!(find(app, &world.actor(EVE), "acme-labs").await.unwrap_err().code, ErrorCode::NotFound);
    assert!(find(app, &ada, "acme-labs").await.is_ok());
    second_factor(app, world.people[CYD].id).await;
    assert!(find(app, &world.actor(CYD), "acme-labs").await.is_ok());
}

#[tokio::test]
async fn an_operator_may_say_the_name() {
    let world = World::new().await;
    let app = &world.app;
    for name in ["acme-labs", "Acme Labs", &world.acme.id.to_string()] {
        assert_eq!(find_named(app, name).await.unwrap().id, world.acme.id, "{name}");
    }
    assert_eq!(find_named(app, "Acme").await.unwrap_err().code, ErrorCode::NotFound);
    made(app, &world.people[EVE], "Twin").await;
    let draft = NewOrganization { name: "Twin".into(), slug: "twin-2".into() };
    create(app, &world.actor(EVE), &draft, world.people[EVE].id).await.unwrap();
    assert_eq!(find_named(app, "Twin").await.unwrap_err().code, ErrorCode::Conflict);
}

#[tokio::test]
async fn deleting_takes_the_slug_and_an_owner() {
    let world = World::new().await;
    let (app, acme) = (&world.app, &world.acme);
    for (by, typed, wrong) in [
        (ADA, "", "confirm"),
        (ADA, "Acme Labs", "confirm"),
        (BOB, "acme-labs", "forbidden"),
        (EVE, "acme-labs", "not_found"),
    ] {
        assert_eq!(field(delete(app, &world.actor(by), acme, typed).await.unwrap_err()), wrong);
    }
    delete(app, &world.actor(ADA), acme, " acme-labs ").await.unwrap();
    assert_eq!(find(app, &world.actor(ADA), "acme-labs").await.unwrap_err().code, ErrorCode::NotFound);
    assert!(app.organization(acme.id).await.unwrap().is_none());
    assert_eq!(world.role(ADA).await, None);
    made(app, &world.people[EVE], "Acme Labs").await;
}

#[tokio::test]
async fn only_administrators_add_people_without_asking_them() {
    let world = World::new().await;
    let (app, id, eve) = (&world.app, world.acme.id, world.people[EVE].id);
    let refused = add(app, &world.actor(ADA), id, eve, Role::Member).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InsufficientScope);
    let standing =
        Standing { email_verified: true, rights: InstanceRight::ALL.into(), ..Standing::default() };
    let root = Arc::new(users::create(app, &new_user("root"), standing).await.unwrap());
    add(app, &Actor::signed_in(app, &root), id, eve, Role::Member).await.unwrap();
    add(app, &Actor::operator(), id, eve, Role::Owner).await.unwrap();
    assert_eq!(world.role(EVE).await, Some(Role::Owner));
}
