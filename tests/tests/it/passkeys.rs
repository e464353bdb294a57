//! `/login/passkey` and what comes back: W06 and W07 of passkeys, without a device.

use std::net::{Ipv4Addr, SocketAddr};

use futures_util::future::join_all;
use postern_tests::{Answer, Browser, Engine, Instance, Request, free_port, on_both_databases};
use serde_json::{Value, json};

/// How many wrong passkeys a minute are looked at from one address.
const FROM_AN_ADDRESS: usize = 30;

/// A server under a name: an address has no passkeys.
pub(crate) async fn named(engine: Engine) -> Instance {
    let port = free_port();
    let (public, listen) =
        (format!("http://localhost:{port}"), SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let settings = [("public_url", public.as_str()), ("listen", &listen.to_string())];
    Instance::start_with(engine, &settings).await
}

/// Asks for a question as the page's script does.
async fn question(browser: &Browser, page: &Answer) -> Value {
    let token = page.form("sign-in").value("form_token").unwrap().to_owned();
    let asked = Request::post("/login/passkey").form([("form_token", token.as_str())]);
    browser.send(asked.header("origin", origin(page))).await.expect(200).json()
}

fn origin(page: &Answer) -> String {
    page.url.origin().ascii_serialization()
}

/// What a device would answer, as far as somebody without one can.
fn forged(credential_id: &str, challenge: &str, page: &Answer) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let said = json!({ "type": "webauthn.get", "challenge": challenge, "origin": origin(page), "crossOrigin": false });
    json!({
        "id": credential_id, "rawId": credential_id, "type": "public-key", "clientExtensionResults": {},
        "response": {
            "authenticatorData": URL_SAFE_NO_PAD.encode([5_u8; 37]), "signature": URL_SAFE_NO_PAD.encode([7_u8; 70]),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(said.to_string()), "userHandle": URL_SAFE_NO_PAD.encode([0_u8; 16]),
        },
    })
}

async fn answer(browser: &Browser, page: &Answer, question: &Value, credential: &Value) -> Answer {
    let form = page.form("sign-in").forge("ceremony", question["ceremony"].as_str().unwrap());
    browser.send(Browser::request(page, &form.forge("credential", &credential.to_string()))).await
}

/// Status and page, without what is of this request alone.
fn shape(answer: &Answer) -> (u16, String) {
    let token = answer.form("sign-in").value("form_token").unwrap().to_owned();
    (answer.status, answer.text().replace(&token, "…").replace(answer.header("x-request-id"), "…"))
}

/// Keeps a passkey for somebody, past the server.
async fn keep(instance: &Instance, credential_id: &str) {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let bytes: String =
        URL_SAFE_NO_PAD.decode(credential_id).unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    let (id, bytes) = match instance.database().engine() {
        Engine::Sqlite => ("randomblob(16)".to_owned(), format!("x'{bytes}'")),
        Engine::Postgres => ("gen_random_uuid()".to_owned(), format!("'\\x{bytes}'::bytea")),
    };
    let key = json!({ "cred": {
        "cred_id": credential_id, "cred": { "type_": "ES256", "key": { "EC_EC2": {
            "curve": "SECP256R1",
            "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY", "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
        } } },
        "counter": 0, "transports": null, "user_verified": true, "backup_eligible": false, "backup_state": false,
        "registration_policy": "required", "extensions": {}, "attestation": { "data": "None", "metadata": "None" },
        "attestation_format": "none",
    } });
    instance
        .database()
        .execute(&format!(
            "INSERT INTO passkeys (id, user_id, credential_id, name, credential, counter, created_at) \
             SELECT {id}, id, {bytes}, 'Phone', '{key}', 0, created_at FROM users LIMIT 1"
        ))
        .await;
}

on_both_databases! {
    async fn known_and_unknown_passkeys_get_the_same_answer(engine: Engine) {
        let instance = named(engine).await;
        let _ = instance.person();
        let (known, unknown) = ("AAECAwQFBgcICQoLDA0ODw", "_____________________w");
        keep(&instance, known).await;
        let browser = instance.browser();
        let page = browser.open("/login").await.expect(200);
        let mut shapes = std::collections::BTreeSet::new();
        for id in [known, unknown, known, unknown] {
            let asked = question(&browser, &page).await;
            assert_eq!(asked["publicKey"]["allowCredentials"], json!([]), "{asked}");
            assert_eq!(asked["publicKey"]["userVerification"], "required");
            assert_eq!(asked["publicKey"]["rpId"], "localhost");
            let credential = forged(id, asked["publicKey"]["challenge"].as_str().unwrap(), &page);
            shapes.insert(shape(&answer(&browser, &page, &asked, &credential).await));
            // The same question once more, from another browser, and never asked.
            shapes.insert(shape(&answer(&browser, &page, &asked, &credential).await));
            let other = instance.browser();
            let others = other.open("/login").await.expect(200);
            shapes.insert(shape(&answer(&other, &others, &question(&browser, &page).await, &credential).await));
            shapes.insert(shape(&answer(&browser, &page, &json!({ "ceremony": "nothing" }), &credential).await));
            shapes.insert(shape(&answer(&browser, &page, &question(&browser, &page).await, &json!("nothing")).await));
        }
        assert_eq!(shapes.len(), 1, "{shapes:#?}");
        assert_eq!(shapes.first().unwrap().0, 422);
    }

    async fn wrong_passkeys_are_counted_exactly(engine: Engine) {
        let instance = named(engine).await;
        let browser = instance.browser();
        let page = browser.open("/login").await.expect(200);
        let guesses = (0..50).map(|at| {
            let credential = forged("AAECAwQFBgcICQoLDA0ODw", "abc", &page);
            let form = page.form("sign-in").forge("ceremony", "x").forge("credential", &credential.to_string());
            browser.send(Browser::request(&page, &form).header("x-forwarded-for", format!("10.0.0.{at}")))
        });
        let statuses: Vec<u16> = join_all(guesses).await.iter().map(|answer| answer.status).collect();
        let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
        assert_eq!((count(422), count(429)), (FROM_AN_ADDRESS, 50 - FROM_AN_ADDRESS), "{statuses:?}");
    }

    async fn without_a_name_there_are_no_passkeys(instance: &Instance) {
        let browser = instance.browser();
        let page = browser.open("/login").await.expect(200);
        assert!(!page.text().contains("passkey"), "{page:?}");
        let token = page.form("sign-in").value("form_token").unwrap().to_owned();
        let asked = browser.send(Request::post("/login/passkey").form([("form_token", token.as_str())])).await;
        assert_eq!(asked.status, 409, "{asked:?}");
    }
}
