//! Tokens that speak for an organization: they end with what they rest on, and never widen.

use postern_domain::{
    ErrorCode, Lifetime, Narrowing, Organization, Organizations, Permit, Refusal, Role, Subject,
};
use postern_storage::consents;
use serde_json::{Value, json};

use super::code::claims_of;
use crate::issue::{NewCode, TokenAnswer};
use crate::organizations::{self as flows, NewOrganization, PolicyDraft};
use crate::party::{self, Party, form, refresh_token, scopes};
use crate::testing::{self, HERE, user};
use crate::{Actor, bearer};

const SCOPE: &str = "openid profile email customers:read";

/// A party whose Ada owns Acme with somebody else, and has let the client speak for it.
struct Firm {
    party: Party,
    acme: Organization,
}

impl Firm {
    async fn new() -> Self {
        let party =
            Party::with(|metadata| metadata.scopes = scopes(&format!("{SCOPE} organizations:read"))).await;
        let boss = user(&party.app, "boss").await.id;
        let new = NewOrganization { name: "Acme".into(), slug: String::new() };
        let acme = flows::create(&party.app, &Actor::operator(), &new, boss).await.unwrap();
        let firm = Self { party, acme };
        firm.join(Role::Owner).await;
        firm
    }

    async fn join(&self, role: Role) {
        let party = &self.party;
        flows::add(&party.app, &Actor::operator(), self.acme.id, party.user.id, role).await.unwrap();
        let now = party.app.clock.now();
        let consent = postern_domain::Consent {
            id: party.app.new_id(),
            user_id: party.user.id,
            client_id: party.client.id,
            subject: Subject::Organization(self.acme.id),
            scopes: scopes(SCOPE),
            claims: [].into(),
            organizations: Organizations::All,
            limits: Vec::new(),
            redirect_host: "app.example".into(),
            granted_at: now,
            updated_at: now,
        };
        let kept = party.app.db.write(consent, |tx, consent| {
            Box::pin(async move { Ok::<_, Refusal>(consents::upsert(tx, consent).await?) })
        });
        kept.await.unwrap();
    }

    async fn answer(&self) -> Result<TokenAnswer, Refusal> {
        let id = self.acme.id;
        let whole = Permit::of_user(self.party.user.id, scopes(SCOPE));
        let narrowing = Narrowing { subject: Some(Subject::Organization(id)), ..Narrowing::default() };
        let permit = whole.narrow(narrowing).unwrap();
        let code = self.party.code_with(|new: &mut NewCode| new.permit = permit).await;
        self.party.token(self.party.redemption(&code)).await
    }

    async fn works(&self, answer: &TokenAnswer) -> bool {
        bearer::verdict(&self.party.app, answer.access_token.reveal(), HERE).await.is_ok()
    }

    async fn set_policy(&self, max_token_lifetime: &str, apps_need_approval: bool) {
        let draft = PolicyDraft {
            max_token_lifetime: max_token_lifetime.into(),
            apps_need_approval,
            ..PolicyDraft::default()
        };
        flows::set_policy(&self.party.app, &Actor::operator(), self.acme.id, &draft).await.unwrap();
    }
}

#[tokio::test]
async fn tokens_speak_for_the_organization_and_name_no_person() {
    let firm = Firm::new().await;
    let answer = firm.answer().await.unwrap();
    let (sub, app) = (firm.acme.id.to_string(), &firm.party.app);
    let verdict = bearer::verdict(app, answer.access_token.reveal(), HERE).await.unwrap();
    assert_eq!(verdict.permit.subject, Subject::Organization(firm.acme.id));
    assert_eq!(verdict.permit.organizations, Organizations::Only([firm.acme.id].into()));
    let claims = serde_json::to_value(bearer::userinfo(app, &verdict).await.unwrap()).unwrap();
    assert_eq!(claims, json!({ "sub": sub, "sub_type": "organization", "name": "Acme" }));
    let signed = answer.id_token.as_ref().unwrap().reveal();
    let payload = claims_of(signed);
    assert_eq!((&payload["sub"], &payload["name"]), (&json!(sub), &json!("Acme")));
    assert_eq!(payload["sub_type"], "organization");
    for claim in ["email", "email_verified", "preferred_username", "updated_at"] {
        assert_eq!(payload.get(claim), None, "{claim}");
    }
    let question = firm.party.signed(form(&[("token", answer.access_token.reveal())]));
    let said = bearer::introspect(app, party::sender(&question)).await.unwrap();
    let said: Value = serde_json::to_value(said).unwrap();
    assert_eq!((&said["sub"], &said["sub_type"]), (&json!(sub), &json!("organization")));
    assert_eq!(said.get("username"), None);
}

#[tokio::test]
async fn a_refresh_keeps_the_organization_and_never_widens() {
    let firm = Firm::new().await;
    let first = firm.answer().await.unwrap();
    let narrow = firm.party.refresh_to(refresh_token(&first), "openid").await.unwrap();
    let wider = firm.party.refresh_to(refresh_token(&narrow), SCOPE).await.unwrap_err();
    assert_eq!(wider.code, ErrorCode::InvalidScope);
    let second = firm.party.refresh(refresh_token(&narrow)).await.unwrap();
    let verdict = bearer::verdict(&firm.party.app, second.access_token.reveal(), HERE).await.unwrap();
    assert_eq!(verdict.permit.subject, Subject::Organization(firm.acme.id));
    assert_eq!(verdict.permit.scopes, scopes("openid"));
}

#[tokio::test]
async fn whoever_loses_the_role_or_leaves_takes_it_along() {
    for role in [Some(Role::Member), None] {
        let firm = Firm::new().await;
        let answer = firm.answer().await.unwrap();
        assert!(firm.works(&answer).await);
        let (app, ada) = (&firm.party.app, firm.party.user.id);
        let operator = Actor::operator();
        match role {
            Some(role) => flows::set_role(app, &operator, firm.acme.id, ada, role).await.unwrap(),
            None => flows::remove(app, &operator, firm.acme.id, ada).await.unwrap(),
        }
        assert!(!firm.works(&answer).await);
        let refused = firm.party.refresh(refresh_token(&answer)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidGrant);
        assert!(firm.answer().await.is_err(), "a code that was on its way");
        // Coming back revives nothing.
        firm.join(Role::Admin).await;
        assert!(!firm.works(&answer).await);
        assert!(firm.party.refresh(refresh_token(&answer)).await.is_err());
        assert!(firm.works(&firm.answer().await.unwrap()).await);
    }
}

#[tokio::test]
async fn an_admin_speaks_for_it_as_an_owner_does() {
    let firm = Firm::new().await;
    let answer = firm.answer().await.unwrap();
    let ada = firm.party.user.id;
    flows::set_role(&firm.party.app, &Actor::operator(), firm.acme.id, ada, Role::Admin).await.unwrap();
    assert!(firm.works(&answer).await);
}

#[tokio::test]
async fn approval_is_asked_for_at_each_use() {
    let firm = Firm::new().await;
    let answer = firm.answer().await.unwrap();
    let (app, id) = (&firm.party.app, firm.acme.id);
    let ada = Actor::signed_in(app, &std::sync::Arc::new(firm.party.user.clone()));
    let client = firm.party.client.identifier.as_str();
    let draft = PolicyDraft { apps_need_approval: true, ..PolicyDraft::default() };
    let effects = flows::effects(app, &Actor::operator(), &firm.acme, &draft).await.unwrap();
    assert_eq!(effects.apps.len(), 1);
    firm.set_policy("", true).await;
    assert!(!firm.works(&answer).await);
    assert!(firm.answer().await.is_err());
    flows::approve(app, &ada, id, client).await.unwrap();
    assert!(firm.works(&answer).await);
    flows::withdraw(app, &ada, id, client).await.unwrap();
    assert!(!firm.works(&answer).await);
    flows::approve(app, &ada, id, client).await.unwrap();
    assert!(!firm.works(&answer).await, "what was withdrawn has to be allowed again");
}

#[tokio::test]
async fn it_stops_while_who_allowed_it_lacks_the_second_factor_that_is_asked_for() {
    let firm = Firm::new().await;
    let answer = firm.answer().await.unwrap();
    let (app, ada) = (&firm.party.app, firm.party.user.id);
    let draft = PolicyDraft { members_need_second_factor: true, ..PolicyDraft::default() };
    flows::set_policy(app, &Actor::operator(), firm.acme.id, &draft).await.unwrap();
    assert!(!firm.works(&answer).await);
    assert!(firm.answer().await.is_err());
    assert!(firm.party.refresh(refresh_token(&answer)).await.is_err());
    testing::second_factor(app, ada).await;
    assert!(firm.works(&answer).await);
    assert!(firm.answer().await.is_ok());
}

#[tokio::test]
async fn the_policy_shortens_tokens() {
    let firm = Firm::new().await;
    let long = firm.answer().await.unwrap();
    assert_eq!(long.expires_in, 864_000);
    firm.set_policy("1d", false).await;
    let short = firm.answer().await.unwrap();
    assert_eq!(short.expires_in, 86_400);
    firm.party.app.advance(Lifetime::days(1));
    assert!(!firm.works(&long).await && !firm.works(&short).await);
    assert!(firm.party.refresh(refresh_token(&long)).await.is_err());
}

#[tokio::test]
async fn a_deleted_organization_is_spoken_for_by_nobody() {
    let firm = Firm::new().await;
    let answer = firm.answer().await.unwrap();
    flows::delete(&firm.party.app, &Actor::operator(), &firm.acme, "acme").await.unwrap();
    assert!(!firm.works(&answer).await);
    assert!(firm.party.refresh(refresh_token(&answer)).await.is_err());
}

#[tokio::test]
async fn a_persons_token_reaches_what_admits_the_app() {
    let firm = Firm::new().await;
    let app = &firm.party.app;
    let permit = Permit::of_user(firm.party.user.id, scopes("openid organizations:read"));
    let code = firm.party.code_with(|new| new.permit = permit).await;
    let answer = firm.party.token(firm.party.redemption(&code)).await.unwrap();
    let reaches = || async {
        let verdict = bearer::verdict(app, answer.access_token.reveal(), HERE).await.unwrap();
        Actor::of_token(&verdict).role(app, firm.acme.id).await.unwrap().is_some()
    };
    assert!(reaches().await);
    firm.set_policy("", true).await;
    assert!(!reaches().await);
    firm.set_policy("", false).await;
    assert!(reaches().await);
    // What the person limits later holds for what was handed out before.
    let limited = postern_domain::Consent {
        id: app.new_id(),
        user_id: firm.party.user.id,
        client_id: firm.party.client.id,
        subject: Subject::User(firm.party.user.id),
        scopes: scopes("openid"),
        claims: [].into(),
        organizations: Organizations::Only([].into()),
        limits: Vec::new(),
        redirect_host: "app.example".into(),
        granted_at: app.clock.now(),
        updated_at: app.clock.now(),
    };
    let kept = app.db.write(limited, |tx, consent| {
        Box::pin(async move { Ok::<_, Refusal>(consents::upsert(tx, consent).await?) })
    });
    kept.await.unwrap();
    assert!(!reaches().await);
}
