//! A device that is there twice, by a key of the tests' own.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::audit::{Action, Event};
use postern_domain::{Lifetime, User};
use postern_storage::{mails, passkeys as stored};
use serde_json::json;

use crate::passkeys::*;
use crate::testing::{TestApp, app, new_user, visit};
use crate::users::{self, Standing};
use crate::{Actor, App, Denied, Paging, audit, second_factor};

struct Device {
    key: EcdsaKeyPair,
    id: [u8; 16],
    owner: User,
}

impl Device {
    /// A new passkey of somebody's.
    async fn of(app: &App, owner: &User, number: u8) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let device = Self { key, id: [number; 16], owner: owner.clone() };
        let point = device.key.public_key().as_ref();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
        let credential = json!({ "cred": {
            "cred_id": URL_SAFE_NO_PAD.encode(device.id),
            "cred": { "type_": "ES256", "key": { "EC_EC2": { "curve": "SECP256R1", "x": x, "y": y } } },
            "counter": 0, "transports": null, "user_verified": true, "backup_eligible": false, "backup_state": false,
            "registration_policy": "required", "extensions": {}, "attestation": { "data": "None", "metadata": "None" },
            "attestation_format": "none",
        } });
        let passkey = Passkey {
            id: app.new_id(),
            user_id: owner.id,
            credential_id: device.id.to_vec(),
            name: "Key".to_owned(),
            credential: credential.to_string(),
            counter: 0,
            created_at: app.clock.now(),
            last_used_at: None,
            locked_at: None,
        };
        let write = app.db.write(passkey, |tx, passkey| {
            Box::pin(async move { Ok::<_, postern_domain::Refusal>(stored::insert(tx, passkey).await?) })
        });
        write.await.unwrap();
        device
    }

    /// Signs in, by its `count`th signature; answers whether that was let through.
    async fn signs_in(&self, app: &App, count: u32) -> bool {
        let asked = ask_anyone(app, "visitor", visit(1).address).await.unwrap();
        let origin = app.config.public_url.origin().ascii_serialization();
        let challenge = &asked.options["publicKey"]["challenge"];
        let said =
            json!({ "type": "webauthn.get", "challenge": challenge, "origin": origin, "crossOrigin": false });
        let said = said.to_string();
        let mut signed = digest(&SHA256, b"localhost").as_ref().to_vec();
        signed.push(0b101);
        signed.extend(count.to_be_bytes());
        let data = URL_SAFE_NO_PAD.encode(&signed);
        signed.extend(digest(&SHA256, said.as_bytes()).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        let id = URL_SAFE_NO_PAD.encode(self.id);
        let credential = json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "response": {
                "authenticatorData": data, "signature": URL_SAFE_NO_PAD.encode(signature.as_ref()),
                "clientDataJSON": URL_SAFE_NO_PAD.encode(said),
                "userHandle": URL_SAFE_NO_PAD.encode(self.owner.id.0.as_bytes()),
            },
        });
        let (ceremony, credential) = (asked.ceremony.reveal(), credential.to_string());
        let answer = Answer { binding: "visitor", ceremony, credential: &credential };
        match sign_in(app, answer, &visit(1)).await {
            Ok(arrived) => arrived.user.id == self.owner.id,
            Err(Denied::Wrong) => false,
            Err(other) => panic!("{other:?}"),
        }
    }
}

async fn ada(app: &TestApp) -> User {
    let standing = Standing { email_verified: true, ..Standing::default() };
    users::create(app, &new_user("ada"), standing).await.unwrap()
}

async fn acts(app: &TestApp, action: Action) -> Vec<Event> {
    let filter = audit::Filter { action: Some(action), ..audit::Filter::default() };
    audit::list(app, &Actor::operator(), &filter, &Paging::first()).await.unwrap().items
}

async fn mails(app: &TestApp) -> Vec<String> {
    let due = mails::due(&app.db, app.clock.now(), 9).await.unwrap();
    due.into_iter().map(|mail| mail.kind).collect()
}

#[tokio::test]
async fn a_passkey_that_counts_backwards_is_locked_for_good() {
    let app = app().await;
    let ada = ada(&app).await;
    let (copied, other) = (Device::of(&app, &ada, 1).await, Device::of(&app, &ada, 2).await);
    let (first, second) = (copied.signs_in(&app, 5).await, copied.signs_in(&app, 6).await);
    assert!(first && second);
    for count in [6, 7, 100, 3] {
        assert!(!copied.signs_in(&app, count).await, "{count}");
        app.advance(Lifetime::seconds(60));
    }
    assert_eq!(acts(&app, Action::USER_PASSKEY_LOCKED).await.len(), 1);
    assert_eq!(mails(&app).await, ["factor_changed"]);
    let known = list(&app, ada.id).await.unwrap();
    let locked: Vec<bool> = known.iter().map(|passkey| passkey.locked_at.is_some()).collect();
    assert_eq!(locked, [true, false]);
    assert!(other.signs_in(&app, 1).await, "the account's other passkey works");
    let asked = ask(&app, "visitor", &ada).await.unwrap();
    assert_eq!(asked.options["publicKey"]["allowCredentials"].as_array().unwrap().len(), 1);

    remove(&app, &ada, known[1].id).await.unwrap();
    let state = second_factor::state(&app, ada.id).await.unwrap().unwrap();
    assert!(!state.has_passkey() && state.passkeys == 1, "the password alone is still not enough");
    assert!(ask(&app, "visitor", &ada).await.is_err());
    assert!(remove(&app, &ada, known[0].id).await.unwrap());
    assert!(second_factor::state(&app, ada.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_device_that_does_not_count_or_no_longer_does_is_not_locked() {
    let app = app().await;
    let ada = ada(&app).await;
    let silent = Device::of(&app, &ada, 1).await;
    let (first, second) = (silent.signs_in(&app, 0).await, silent.signs_in(&app, 0).await);
    assert!(first && second);
    let reset = Device::of(&app, &ada, 2).await;
    assert!(reset.signs_in(&app, 5).await);
    assert!(!reset.signs_in(&app, 0).await);
    assert!(reset.signs_in(&app, 6).await);
    assert_eq!(acts(&app, Action::USER_PASSKEY_LOCKED).await.len(), 0);
    assert_eq!(acts(&app, Action::USER_PASSKEY_SUSPECTED).await.len(), 1);
    assert_eq!(mails(&app).await.len(), 0);
}
