//! `sub_type=organization`: which organization, who may let an app speak for it, and what is remembered of it.

use postern_domain::{
    Membership, Organization, OrganizationPolicy, Organizations, PersonName, Refusal, Role, Session, Slug,
    Subject, Tier, TokenKind, TokenText,
};
use postern_storage::{app_approvals, organizations, tokens};

use super::fixture::*;
use crate::authorize::{self, Bar, Choose, Decision, Next, Reach};
use crate::testing::second_factor;

/// A request of a client that may reach organizations, with `more` behind it.
fn for_organization(more: &[(&str, &str)]) -> String {
    let base = [
        ("client_id", "charts"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("sub_type", "organization"),
    ];
    query(&[base.as_slice(), more].concat())
}

async fn world() -> World {
    let world = World::new().await;
    let scopes = "openid email user:read customers:read customers:write organizations:read";
    world.client("charts", |metadata| metadata.scopes = scopes.parse().unwrap()).await;
    world
}

async fn organization(world: &World, slug: &str, role: Role, policy: OrganizationPolicy) -> Organization {
    let now = world.app.clock.now();
    let organization = Organization {
        id: world.app.new_id(),
        slug: Slug::parse(slug).unwrap(),
        name: PersonName::parse(slug).unwrap(),
        policy,
        tier: Tier::Default,
        created_at: now,
        updated_at: now,
    };
    let boss = insert_user(&world.app, &format!("boss-of-{slug}")).await.id;
    let member =
        Membership { organization_id: organization.id, user_id: world.ada.id, role, created_at: now };
    let ids = (world.app.new_id(), world.app.new_id());
    let input = (organization.clone(), boss, member, ids);
    let kept = world.app.db.write(input, |tx, (organization, boss, member, (first, second))| {
        Box::pin(async move {
            organizations::insert(tx, organization, *first, *boss).await?;
            organizations::add_member(tx, *second, member).await?;
            Ok::<_, Refusal>(())
        })
    });
    kept.await.unwrap();
    organization
}

async fn set_role(world: &World, organization: &Organization, role: Option<Role>) {
    let input = (organization.id, world.ada.id, role);
    let done = world.app.db.write(input, |tx, (organization, ada, role)| {
        Box::pin(async move {
            match role {
                Some(role) => organizations::set_role(tx, *organization, *ada, *role).await?,
                None => organizations::remove_member(tx, *organization, *ada).await?,
            };
            Ok::<_, Refusal>(())
        })
    });
    done.await.unwrap();
}

async fn page(world: &World, query: &str, session: &Session) -> Box<Choose> {
    match world.next(query, Some(session)).await {
        Ok(Next::ChooseOrganization(page)) => page,
        other => panic!("{query}: {}", said(&other)),
    }
}

/// Chooses `organization` on the page of `query` and says what comes next.
async fn choose(
    world: &World,
    query: &str,
    organization: &Organization,
    session: &Session,
) -> Result<Next, authorize::Unreturnable> {
    let request = page(world, query, session).await.request;
    assert!(authorize::is_choice(&request));
    let person = Some(world.person(session));
    authorize::choose(&world.app, &request, true, Some(organization.id), person).await
}

/// Allows what is asked for, and answers the code.
async fn allow(world: &World, asked: Result<Next, authorize::Unreturnable>, session: &Session) -> TokenText {
    let Ok(Next::Consent(ask)) = asked else { panic!("{}", said(&asked)) };
    let decided =
        authorize::decide(&world.app, &ask.request, &Decision::Allow(None), Some(world.person(session)));
    code(&decided.await)
}

fn code(next: &Result<Next, authorize::Unreturnable>) -> TokenText {
    let Ok(Next::Return(answer)) = next else { panic!("{}", said(next)) };
    TokenText::parse("postern", &field(answer, "code").unwrap()).unwrap()
}

/// What the code may become.
async fn permit(world: &World, code: &TokenText) -> postern_domain::Permit {
    assert_eq!(code.kind(), TokenKind::AuthorizationCode);
    let hash = world.app.secret_key.hash(code);
    tokens::find_by_hash(&world.app.db, hash).await.unwrap().unwrap().0.permit
}

#[tokio::test]
async fn the_page_says_which_can_be_chosen_and_why_others_cannot() {
    let world = world().await;
    let session = world.session(0);
    assert!(page(&world, &for_organization(&[]), &session).await.candidates.is_empty());
    let strict = OrganizationPolicy { apps_need_approval: true, ..OrganizationPolicy::default() };
    organization(&world, "a-member", Role::Member, OrganizationPolicy::default()).await;
    let approving = organization(&world, "b-strict", Role::Owner, strict).await;
    organization(&world, "c-admin", Role::Admin, OrganizationPolicy::default()).await;
    organization(&world, "d-owner", Role::Owner, OrganizationPolicy::default()).await;
    let page = page(&world, &for_organization(&[]), &session).await;
    let shown: Vec<_> = page.candidates.iter().map(|it| (it.organization.slug.as_str(), it.bar)).collect();
    assert_eq!(
        shown,
        [
            ("c-admin", None),
            ("d-owner", None),
            ("a-member", Some(Bar::Role)),
            ("b-strict", Some(Bar::Approval)),
        ]
    );
    // Those who decide about it learn of it.
    assert_eq!(app_approvals::count_waiting(&world.app.db, approving.id).await.unwrap(), 1);
}

#[tokio::test]
async fn one_that_asks_for_a_second_factor_is_for_those_who_have_one() {
    let world = world().await;
    let session = world.session(0);
    let asks = OrganizationPolicy { members_need_second_factor: true, ..OrganizationPolicy::default() };
    let guarded = organization(&world, "guarded", Role::Owner, asks).await;
    let open = organization(&world, "open", Role::Owner, OrganizationPolicy::default()).await;
    let request = for_organization(&[]);
    let bars = async || {
        let shown = page(&world, &request, &session).await.candidates;
        shown.iter().map(|it| (it.organization.slug.to_string(), it.bar)).collect::<Vec<_>>()
    };
    assert_eq!(bars().await, [("open".to_owned(), None), ("guarded".to_owned(), Some(Bar::SecondFactor))]);
    let next = choose(&world, &request, &guarded, &session).await;
    let Ok(Next::ChooseOrganization(again)) = next else { panic!("{}", said(&next)) };
    assert!(again.problem.is_some());
    // Nor is it among those that a client may be let reach.
    let request = query(&[
        ("client_id", "charts"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "organizations:read"),
    ]);
    let Ok(Next::Consent(ask)) = world.next(&request, Some(&session)).await else { panic!() };
    let barred: Vec<_> =
        ask.limit.unwrap().organizations.iter().map(|it| (it.organization.id, it.is_barred)).collect();
    assert_eq!(barred, [(guarded.id, true), (open.id, false)]);
    let reach = Decision::Allow(Some(Reach::Chosen(vec![guarded.id, open.id])));
    let person = Some(world.person(&session));
    let code = code(&authorize::decide(&world.app, &ask.request, &reach, person).await);
    assert_eq!(permit(&world, &code).await.organizations, Organizations::Only([open.id].into()));
    second_factor(&world.app, world.ada.id).await;
    assert_eq!(bars().await, [("guarded".to_owned(), None), ("open".to_owned(), None)]);
}

#[tokio::test]
async fn what_cannot_be_chosen_is_not_taken() {
    let world = world().await;
    let session = world.session(0);
    let strict = OrganizationPolicy { apps_need_approval: true, ..OrganizationPolicy::default() };
    let member = organization(&world, "member", Role::Member, OrganizationPolicy::default()).await;
    let approving = organization(&world, "strict", Role::Owner, strict).await;
    let foreign = organization(&world, "foreign", Role::Owner, OrganizationPolicy::default()).await;
    set_role(&world, &foreign, None).await;
    let request = for_organization(&[]);
    for one in [&member, &approving, &foreign] {
        let next = choose(&world, &request, one, &session).await;
        let Ok(Next::ChooseOrganization(again)) = next else { panic!("{}: {}", one.slug, said(&next)) };
        assert!(again.problem.is_some());
    }
    let form = page(&world, &request, &session).await.request;
    let person = Some(world.person(&session));
    let next = authorize::choose(&world.app, &form, true, None, person).await;
    let Ok(Next::ChooseOrganization(again)) = next else { panic!("{}", said(&next)) };
    assert_eq!(again.problem.map(|problem| problem.to_string()).as_deref(), Some("Choose an organization."));
    assert_eq!(said(&authorize::choose(&world.app, &form, false, None, person).await), "access_denied");
    assert_eq!(said(&authorize::choose(&world.app, "x", true, None, person).await), "page: invalid_request");
    assert_eq!(said(&authorize::choose(&world.app, &form, true, Some(member.id), None).await), "sign in");
}

#[tokio::test]
async fn a_code_is_for_the_chosen_organization_alone() {
    let world = world().await;
    let session = world.session(0);
    let acme = organization(&world, "acme", Role::Admin, OrganizationPolicy::default()).await;
    let request = for_organization(&[("scope", "openid customers:write")]);
    let asked = choose(&world, &request, &acme, &session).await;
    let Ok(Next::Consent(ask)) = &asked else { panic!("{}", said(&asked)) };
    assert_eq!(ask.organization.as_ref().map(|(it, role)| (it.id, *role)), Some((acme.id, Role::Admin)));
    assert!(ask.limit.is_none());
    let code = allow(&world, asked, &session).await;
    let permit = permit(&world, &code).await;
    assert_eq!(permit.subject, Subject::Organization(acme.id));
    assert_eq!(permit.organizations, Organizations::Only([acme.id].into()));
    assert_eq!(permit.scopes.to_string(), "customers:read customers:write openid");
}

#[tokio::test]
async fn scopes_are_those_of_organizations() {
    let world = world().await;
    let session = world.session(0);
    let refused = |scope| world_outcome(&world, &session, scope);
    assert_eq!(refused("openid user:read").await, "invalid_scope");
    assert_eq!(refused("customers:delete").await, "invalid_scope");
    let acme = organization(&world, "acme", Role::Owner, OrganizationPolicy::default()).await;
    let asked = choose(&world, &for_organization(&[]), &acme, &session).await;
    let code = allow(&world, asked, &session).await;
    // All that the client declared and that an organization can hold.
    let all = "customers:read customers:write email openid organizations:read";
    assert_eq!(permit(&world, &code).await.scopes.to_string(), all);
}

async fn world_outcome(world: &World, session: &Session, scope: &str) -> String {
    world.outcome(&for_organization(&[("scope", scope)]), Some(session)).await
}

#[tokio::test]
async fn the_choice_is_remembered_while_it_holds() {
    let world = world().await;
    let session = world.session(0);
    let (request, quiet) = (for_organization(&[]), for_organization(&[("prompt", "none")]));
    assert_eq!(world.outcome(&quiet, Some(&session)).await, "interaction_required");
    assert_eq!(world.outcome(&quiet, None).await, "login_required");
    let acme = organization(&world, "acme", Role::Owner, OrganizationPolicy::default()).await;
    let other = organization(&world, "other", Role::Owner, OrganizationPolicy::default()).await;
    let asked = choose(&world, &request, &acme, &session).await;
    allow(&world, asked, &session).await;
    for again in [&request, &quiet] {
        let code = code(&world.next(again, Some(&session)).await);
        assert_eq!(permit(&world, &code).await.subject, Subject::Organization(acme.id));
    }
    // What was allowed for one organization says nothing about another one, nor about the person.
    let choosing = for_organization(&[("postern_organization", "choose")]);
    let asked = choose(&world, &choosing, &other, &session).await;
    allow(&world, asked, &session).await;
    let code = code(&world.next(&quiet, Some(&session)).await);
    assert_eq!(permit(&world, &code).await.subject, Subject::Organization(other.id));
    let own = query(&[
        ("client_id", "charts"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
    ]);
    assert_eq!(world.outcome(&own, Some(&session)).await, "consent");
    // A role that is lost ends it.
    set_role(&world, &other, Some(Role::Member)).await;
    assert_eq!(world.outcome(&quiet, Some(&session)).await, "interaction_required");
    assert_eq!(world.outcome(&request, Some(&session)).await, "choose organization");
    set_role(&world, &other, None).await;
    assert_eq!(world.outcome(&request, Some(&session)).await, "choose organization");
    // Back to the first one, which was allowed before.
    assert_eq!(said(&choose(&world, &request, &acme, &session).await), "code");
    assert_eq!(world.outcome(&quiet, Some(&session)).await, "code");
}

#[tokio::test]
async fn a_choice_counts_for_its_request_and_session() {
    let world = world().await;
    let (session, other) = (world.session(0), world.session(0));
    let acme = organization(&world, "acme", Role::Owner, OrganizationPolicy::default()).await;
    let asked = choose(&world, &for_organization(&[]), &acme, &session).await;
    let Ok(Next::Consent(ask)) = asked else { panic!("{}", said(&asked)) };
    assert!(ask.query.contains("postern_organization="));
    assert_eq!(world.outcome(&ask.query, Some(&session)).await, "consent");
    assert_eq!(world.outcome(&ask.query, Some(&other)).await, "choose organization");
    assert_eq!(world.outcome(&format!("{}&nonce=n", ask.query), Some(&session)).await, "choose organization");
    world.app.advance(postern_domain::Lifetime::seconds(1_801));
    assert_eq!(world.outcome(&ask.query, Some(&session)).await, "choose organization");
}

#[tokio::test]
async fn a_trusted_client_asks_for_the_choice_alone() {
    let world = world().await;
    let session = world.session(0);
    let acme = organization(&world, "acme", Role::Owner, OrganizationPolicy::default()).await;
    world
        .client("ours", |metadata| {
            metadata.trusted = true;
            metadata.scopes = "openid customers:read".parse().unwrap();
        })
        .await;
    let request = query(&[
        ("client_id", "ours"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("sub_type", "organization"),
    ]);
    let code = code(&choose(&world, &request, &acme, &session).await);
    assert_eq!(permit(&world, &code).await.subject, Subject::Organization(acme.id));
    assert_eq!(world.outcome(&request, Some(&session)).await, "code");
}

#[tokio::test]
async fn access_of_a_person_can_be_limited_to_organizations() {
    let world = world().await;
    let session = world.session(0);
    let request = query(&[
        ("client_id", "charts"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid customers:read"),
    ]);
    let ask = || async {
        match world.next(&format!("{request}&prompt=consent"), Some(&session)).await {
            Ok(Next::Consent(ask)) => ask,
            other => panic!("{}", said(&other)),
        }
    };
    assert!(ask().await.limit.is_none(), "there is nothing to choose from");
    let acme = organization(&world, "acme", Role::Member, OrganizationPolicy::default()).await;
    let other = organization(&world, "other", Role::Owner, OrganizationPolicy::default()).await;
    let foreign = organization(&world, "foreign", Role::Owner, OrganizationPolicy::default()).await;
    set_role(&world, &foreign, None).await;
    let decide = |reach: Option<Reach>| {
        let world = &world;
        let (session, ask) = (&session, ask());
        async move {
            let request = ask.await.request;
            let person = Some(world.person(session));
            authorize::decide(&world.app, &request, &Decision::Allow(reach), person).await
        }
    };
    for nothing in [vec![], vec![foreign.id]] {
        let again = decide(Some(Reach::Chosen(nothing))).await;
        let Ok(Next::Consent(ask)) = again else { panic!("{}", said(&again)) };
        assert!(ask.limit.unwrap().problem.is_some());
    }
    let only = |ids: &[&Organization]| Organizations::Only(ids.iter().map(|it| it.id).collect());
    for (reach, expected) in [
        (None, Organizations::All),
        (Some(Reach::All), Organizations::All),
        (Some(Reach::Chosen(vec![acme.id, other.id, foreign.id])), only(&[&acme, &other])),
        (Some(Reach::Chosen(vec![acme.id])), only(&[&acme])),
    ] {
        let code = code(&decide(reach.clone()).await);
        assert_eq!(permit(&world, &code).await.organizations, expected, "{reach:?}");
    }
    // It is remembered, and shown the next time.
    let code = code(&world.next(&request, Some(&session)).await);
    assert_eq!(permit(&world, &code).await.organizations, only(&[&acme]));
    let limit = ask().await.limit.unwrap();
    let ticked: Vec<_> =
        limit.organizations.iter().map(|it| (it.organization.slug.as_str(), it.is_chosen)).collect();
    assert!(limit.is_chosen);
    assert_eq!(ticked, [("acme", true), ("other", false)]);
}
