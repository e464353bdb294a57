//! W09: links in mails lead to the configured address, whatever a request says of where it came, and work once and for a
//! while.

use std::time::Duration;

use postern_tests::{Answer, Engine, Instance, Person, Request, Wire, on_both_databases};
use serde_json::json;

use super::place::Place;
use crate::register::sign_up;

/// Ways to claim another address.
pub(crate) const CLAIMS: [(&str, &str); 11] = [
    ("host", "evil.example"),
    ("forwarded", "for=1.2.3.4;host=evil.example;proto=https"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "evil.example"),
    ("x-forwarded-port", "6666"),
    ("x-forwarded-prefix", "/evil.example"),
    ("x-forwarded-server", "evil.example"),
    ("x-original-host", "evil.example"),
    ("x-host", "evil.example"),
    ("origin", "https://evil.example"),
    ("referer", "https://evil.example/"),
];

/// The mails to an address with these words in it, undone from their encoding; waits until there are so many.
pub(crate) async fn mails(instance: &Instance, to: &str, count: usize) -> Vec<String> {
    let folder = instance.folder().join("postern-data/mail");
    for _ in 0..300 {
        let files = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|file| file.path());
        let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "eml"));
        let texts = files.map(|path| std::fs::read_to_string(path).unwrap().replace("=\r\n", ""));
        let found: Vec<_> = texts.filter(|text| text.contains(to)).collect();
        if found.len() >= count {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("not {count} mails to {to} in {}", folder.display())
}

async fn answered(wire: &Wire, token: &str, how: &str, link: &str) -> Answer {
    let body = json!({ "invitation": link.split("invitation=").nth(1).unwrap() }).to_string();
    let path = format!("/v1/invitations/{how}");
    wire.send(Request::post(path).bearer(token).body("application/json", body)).await
}

on_both_databases! {
    async fn links_lead_to_the_configured_address(engine: Engine) {
        let instance = Instance::start_with(engine, &[("rate_limits.enabled", "false")]).await;
        let place = Place::set(&instance, instance.person(), "Acme").await;
        let path = format!("/v1/organizations/{}/invitations", place.id("organization"));
        let public = instance.public_url().as_str().trim_end_matches('/').to_owned();
        let mut invited = 0;
        for (at, (name, value)) in CLAIMS.into_iter().enumerate() {
            let body = json!({ "email": format!("guest{at}@w09.example"), "role": "member" }).to_string();
            let request = Request::post(path.as_str()).bearer(&place.tokens[0]).header(name, value);
            let answer = instance.wire().send(request.body("application/json", body)).await;
            assert!([201, 400, 403, 421].contains(&answer.status), "{name}: {answer:?}");
            assert!(!answer.text().contains("evil") && !answer.text().contains("6666"), "{name}: {answer:?}");
            invited += usize::from(answer.status == 201);
        }
        assert!(invited >= 8, "{invited}");
        for mail in mails(&instance, "@w09.example", invited).await {
            assert!(!mail.contains("evil") && !mail.contains(":6666"), "{mail}");
            let links = mail.split("http").skip(1).map(|rest| format!("http{rest}"));
            let links: Vec<_> = links.filter(|link| link.starts_with("http://") || link.starts_with("https://")).collect();
            assert!(!links.is_empty() && links.iter().all(|link| link.starts_with(&public)), "{mail}");
            assert!(mail.contains("/organizations/join?invitation="), "{mail}");
        }
    }

    async fn an_invitation_is_good_once_and_for_a_while(engine: Engine) {
        let instance = Instance::start_with(engine, &[("rate_limits.enabled", "false")]).await;
        let host = Place::set(&instance, instance.person(), "Acme").await;
        let guest = Place::set(&instance, instance.person(), "Guest").await;
        let path = format!("/v1/organizations/{}/invitations", host.id("organization"));
        let invitation = json!({ "email": guest.person.email, "role": "member" });
        let link = host.call("POST", &path, invitation.clone()).await.expect(201).json()["link"].as_str().unwrap().to_owned();
        let (wire, token) = (instance.wire(), &guest.tokens[0]);
        // Others than the one it was sent to cannot use it.
        assert_eq!(answered(&wire, &host.tokens[0], "accept", &link).await.status, 403);
        let accepted = answered(&wire, token, "accept", &link).await;
        assert!((200..300).contains(&accepted.status), "{accepted:?}");
        for how in ["accept", "look", "decline"] {
            let again = answered(&wire, token, how, &link).await;
            assert_eq!(again.status, 404, "{how}: {again:?}");
        }
        let member = format!("/v1/organizations/{}/members/{}", host.id("organization"), guest.person.id);
        let _ = host.call("DELETE", &member, json!({})).await.expect(204);
        assert_eq!(answered(&wire, token, "accept", &link).await.status, 404);
        let link = host.call("POST", &path, invitation).await.expect(201).json()["link"].as_str().unwrap().to_owned();
        instance.database().execute("UPDATE one_time_values SET expires_at = 1000").await;
        for how in ["accept", "look", "decline"] {
            let late = answered(&wire, token, how, &link).await;
            assert_eq!(late.status, 404, "{how}: {late:?}");
        }
    }

    async fn somebody_new_confirms_the_address_and_joins(engine: Engine) {
        let instance = Instance::start_with(engine, &[("registration.open", "true")]).await;
        let host = Place::set(&instance, instance.person(), "Acme").await;
        let newcomer = Person::new();
        let path = format!("/v1/organizations/{}/invitations", host.id("organization"));
        let invitation = json!({ "email": newcomer.email, "role": "member" });
        let _ = host.call("POST", &path, invitation).await.expect(201);
        let [invited] = mails(&instance, &newcomer.email, 1).await.try_into().unwrap();
        let browser = instance.browser();
        let _ = sign_up(&browser, &newcomer).await;
        let page = browser.open(&link(&invited, "/organizations/join?invitation=")).await.expect(200);
        let links = page.document().attributes("href");
        let confirm = links.iter().find(|link| link.starts_with("/settings/profile/email?")).expect("a way to confirm");
        let page = browser.open(confirm).await.expect(200);
        let sent = browser.submit(&page, &page.form("/settings/profile/email")).await;
        assert!(sent.text().contains(&newcomer.email), "{sent:?}");
        let written = mails(&instance, &newcomer.email, 3).await;
        // One came with the account, and one was asked for on the way to the invitation.
        let mail = written.iter().find(|mail| mail.contains("return_to=3D%2Forganizations%2Fjoin")).expect("a link");
        let link = link(mail, "/settings/profile/email?verification=");
        let stranger = instance.browser();
        stranger.sign_in(&host.person).await;
        // Whoever else opens it has nothing to confirm, and does not use it up.
        assert_eq!(stranger.open(&link).await.url.path(), "/organizations/join");
        let page = browser.open(&link).await.expect(200);
        let page = browser.submit(&page, &page.form("/settings/profile/email")).await;
        assert_eq!(page.url.path(), "/organizations/join", "{page:?}");
        let joined = browser.submit(&page, &page.form("accept").press("accept")).await;
        assert!(joined.url.path().ends_with("/overview"), "{joined:?}");
        assert_eq!(browser.open(&link).await.url.path(), "/organizations/join", "a used link leads on");
    }
}

/// The link of a mail that begins so, as its reader follows it.
pub(crate) fn link(mail: &str, path: &str) -> String {
    let plain = mail.replace("=3D", "=").replace("&amp;", "&");
    let at = plain.find(path).unwrap_or_else(|| panic!("no {path} in {mail}"));
    plain[at..].split(['"', '<', '\r', '\n', ' ']).next().unwrap().to_owned()
}
