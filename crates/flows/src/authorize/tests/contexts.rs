//! How strong a sign-in apps ask for, as a wish and as a must (OIDC Core section 5.5.1.1, RFC 9470 section 5).

use postern_domain::{AuthMethodReference, OwnPath, Session};
use serde_json::json;

use super::fixture::*;
use crate::authorize::after_sign_in;
use crate::testing::second_factor;
use crate::{Config, RequiredOf};

const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password";
const MULTI_FACTOR: &str = "https://refeds.org/profile/mfa";

/// The request for `values` as a must.
fn essential(values: &[&str]) -> String {
    json!({"id_token": {"acr": {"essential": true, "values": values}}}).to_string()
}

/// The request for one value as a wish in `claims`.
fn wish(value: &str) -> String {
    json!({"id_token": {"acr": {"value": value}}}).to_string()
}

fn whole(session: Session) -> Session {
    Session { amr: AuthMethodReference::PASSWORD_AND_CODE.to_vec(), ..session }
}

#[tokio::test]
async fn who_has_no_second_factor_is_not_asked_in_vain() {
    let world = World::new().await;
    let session = world.session(0);
    for (more, expected) in [
        (("acr_values", MULTI_FACTOR.to_owned()), "consent"),
        (("acr_values", PASSWORD.to_owned()), "consent"),
        (("claims", wish(MULTI_FACTOR)), "consent"),
        (("claims", essential(&[PASSWORD])), "consent"),
        (("claims", essential(&[MULTI_FACTOR, PASSWORD])), "consent"),
        (("claims", essential(&[MULTI_FACTOR])), "unmet_authentication_requirements"),
    ] {
        let asked = web(&[(more.0, &more.1)]);
        assert_eq!(world.outcome(&asked, Some(&session)).await, expected, "{more:?}");
    }
}

#[tokio::test]
async fn who_has_one_is_asked_for_it() {
    let world = World::new().await;
    second_factor(&world.app, world.ada.id).await;
    // Of a time before it was set up.
    let session = world.session(0);
    for (more, expected) in [
        (vec![("acr_values", MULTI_FACTOR.to_owned())], "reauthenticate"),
        (vec![("acr_values", format!("urn:example:gold {MULTI_FACTOR}"))], "reauthenticate"),
        (vec![("acr_values", format!("{MULTI_FACTOR} {PASSWORD}"))], "consent"),
        (vec![("acr_values", "urn:example:gold".to_owned())], "consent"),
        (vec![("claims", wish(MULTI_FACTOR))], "reauthenticate"),
        (vec![("claims", essential(&[MULTI_FACTOR]))], "reauthenticate"),
        // A wish disturbs nobody where nobody is to be disturbed; a must cannot be had so.
        (vec![("acr_values", MULTI_FACTOR.to_owned()), ("prompt", "none".to_owned())], "consent_required"),
        (vec![("claims", essential(&[MULTI_FACTOR])), ("prompt", "none".to_owned())], "login_required"),
    ] {
        let pairs: Vec<_> = more.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(world.outcome(&web(&pairs), Some(&session)).await, expected, "{more:?}");
    }
    let session = whole(session);
    for more in [("acr_values", MULTI_FACTOR.to_owned()), ("claims", essential(&[MULTI_FACTOR]))] {
        assert_eq!(world.outcome(&web(&[(more.0, &more.1)]), Some(&session)).await, "consent", "{more:?}");
    }
    // Nobody signs in less strongly than the account takes.
    let asked = web(&[("claims", &essential(&[PASSWORD]))]);
    assert_eq!(world.outcome(&asked, Some(&session)).await, "unmet_authentication_requirements");
}

#[tokio::test]
async fn a_wish_is_asked_for_once_and_a_must_until_it_is_met() {
    let world = World::new().await;
    second_factor(&world.app, world.ada.id).await;
    let session = world.session(0);
    for (more, expected) in [
        (("acr_values", MULTI_FACTOR.to_owned()), "consent"),
        (("claims", essential(&[MULTI_FACTOR])), "unmet_authentication_requirements"),
    ] {
        let path = format!("/v1/oauth2/authorize?{}", web(&[(more.0, &more.1)]));
        let done = after_sign_in(&world.app, &OwnPath::parse(&path).unwrap(), &session);
        assert_eq!(world.outcome(done.query(), Some(&session)).await, expected, "{more:?}");
    }
}

#[tokio::test]
async fn of_whom_a_second_factor_is_asked_sets_it_up_before_anything_is_allowed() {
    let mut config = Config::default();
    config.second_factor.required_of = RequiredOf::Everybody;
    let world = World::with(config).await;
    let session = world.session(0);
    for (more, expected) in [
        (&[] as &[_], "set up a second factor"),
        (&[("prompt", "none")], "interaction_required"),
        (&[("prompt", "select_account")], "select account"),
        (&[("prompt", "login")], "reauthenticate"),
    ] {
        assert_eq!(world.outcome(&web(more), Some(&session)).await, expected, "{more:?}");
    }
    second_factor(&world.app, world.ada.id).await;
    assert_eq!(world.outcome(&web(&[]), Some(&session)).await, "reauthenticate", "a session of before");
    assert_eq!(world.outcome(&web(&[]), Some(&whole(session))).await, "consent");
}
