use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ErrorCode;
use crate::limits::LimitCaps;

fn scopes() -> impl Strategy<Value = Scopes> {
    proptest::collection::vec("[a-e]", 0..5).prop_map(|names| names.into_iter().collect())
}

fn organizations() -> impl Strategy<Value = Organizations> {
    let set =
        proptest::collection::btree_set((0..4_u128).prop_map(|n| OrganizationId(Uuid::from_u128(n))), 0..4);
    prop_oneof![Just(Organizations::All), set.prop_map(Organizations::Only)]
}

fn audience() -> impl Strategy<Value = Option<BTreeSet<String>>> {
    proptest::option::of(proptest::collection::btree_set("[x-z]", 0..3))
}

fn end() -> impl Strategy<Value = Option<Timestamp>> {
    proptest::option::of((0..9_i64).prop_map(Timestamp))
}

fn limits() -> impl Strategy<Value = Option<LimitSet>> {
    let set = |line: String| LimitSet::parse(&line, LimitCaps::default()).unwrap().unwrap();
    proptest::option::of("\\[get\\]/[a-c]{1,2}".prop_map(set))
}

fn permit() -> impl Strategy<Value = Permit> {
    (scopes(), organizations(), audience(), limits(), end()).prop_map(
        |(scopes, organizations, audience, limits, expires_at)| Permit {
            organizations,
            audience,
            limits: limits.into_iter().collect(),
            expires_at,
            ..Permit::of_user(UserId(Uuid::nil()), scopes)
        },
    )
}

fn narrowing() -> impl Strategy<Value = Narrowing> {
    let subject = prop_oneof![
        Just(None),
        (0..4_u128).prop_map(|n| Some(Subject::Organization(OrganizationId(Uuid::from_u128(n))))),
        Just(Some(Subject::User(UserId(Uuid::from_u128(9))))),
    ];
    let organizations = proptest::option::of(organizations());
    (subject, proptest::option::of(scopes()), organizations, audience(), limits(), end()).prop_map(
        |(subject, scopes, organizations, audience, limits, expires_at)| Narrowing {
            subject,
            scopes,
            organizations,
            audience,
            limits,
            expires_at,
        },
    )
}

fn is_within(inner: &Permit, outer: &Permit) -> bool {
    let subject = match (inner.subject, outer.subject) {
        (Subject::Organization(id), Subject::User(_)) => outer.organizations.contains(id),
        (a, b) => a == b,
    };
    let audience = match (&inner.audience, &outer.audience) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(a), Some(b)) => a.is_subset(b),
    };
    let end = match (inner.expires_at, outer.expires_at) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(a), Some(b)) => a <= b,
    };
    subject
        && audience
        && end
        && inner.limits_are_within(outer)
        && inner.scopes.is_subset(&outer.scopes)
        && inner.organizations.is_within(&outer.organizations)
}

proptest! {
    #[test]
    fn narrowing_never_widens(permit in permit(), steps in proptest::collection::vec(narrowing(), 1..4)) {
        let mut current = permit.clone();
        for step in steps {
            if let Ok(next) = current.narrow(step) {
                prop_assert!(is_within(&next, &current), "{next:?} of {current:?}");
                current = next;
            }
        }
        prop_assert!(is_within(&current, &permit));
    }

    #[test]
    fn narrower_limits_never_widen(permit in permit(), asked in limits()) {
        if let Some(Ok(next)) = asked.map(|asked| permit.clone().narrow_limits(asked)) {
            prop_assert!(is_within(&next, &permit));
        }
    }

    #[test]
    fn an_intersection_is_within_both(a in permit(), b in permit()) {
        let both = a.intersect(&b).unwrap();
        prop_assert!(is_within(&both, &a) && is_within(&both, &b));
    }

    #[test]
    fn what_is_stored_is_read_back(permit in permit()) {
        let json = serde_json::to_string(&permit).unwrap();
        prop_assert_eq!(serde_json::from_str::<Permit>(&json).unwrap(), permit);
    }
}

#[test]
fn an_organizations_permit_cannot_become_a_persons() {
    let id = OrganizationId(Uuid::from_u128(1));
    let user = Permit::of_user(UserId(Uuid::from_u128(2)), Scopes::none());
    let asked = |subject| Narrowing { subject: Some(subject), ..Narrowing::default() };
    let organization = user.narrow(asked(Subject::Organization(id))).unwrap();
    assert!(organization.narrow(asked(user.subject)).is_err());
    assert!(organization.narrow(asked(Subject::Organization(OrganizationId(Uuid::nil())))).is_err());
}

#[test]
fn limits_narrow_to_lines_that_every_set_holds() {
    let set = |lines: &str| LimitSet::parse(lines, LimitCaps::default()).unwrap().unwrap();
    let free = Permit::of_user(UserId(Uuid::nil()), Scopes::default());
    let limited = free.clone().narrow_limits(set("[get].*\n[post]/a")).unwrap();
    assert_eq!(limited.limits, [set("[get].*\n[post]/a")], "whoever may do anything may ask for less");
    assert_eq!(limited.clone().narrow_limits(set("[post]/a")).unwrap().limits, [set("[post]/a")]);
    for beyond in ["[put].*", "[get].*\n[put].*", "[get]/a", ".*"] {
        let refused = limited.clone().narrow_limits(set(beyond)).unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidAuthorizationDetails, "{beyond}");
    }
    let twice = limited.narrow(Narrowing { limits: Some(set("[get].*")), ..Narrowing::default() }).unwrap();
    assert!(twice.clone().narrow_limits(set("[post]/a")).is_err(), "the other set does not hold it");
    assert_eq!(twice.narrow_limits(set("[get].*")).unwrap().limits, [set("[get].*")]);
}
