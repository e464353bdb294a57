//! An organization: two people in it, and an app that speaks for it.

use postern_tests::chromium::{Chromium, Setup};
use postern_tests::{Engine, Instance, Person, Registration, shared, unique};

use super::story::ledgerly;
use super::{at, click, fill, press, sign_in, wait_for_text};

/// A browser that went to a page and signed in on the way.
async fn signed_in(instance: &Instance, person: &Person, javascript: bool, path: &str) -> Chromium {
    let browser = Chromium::start(Setup { javascript, ..Setup::default() }).await.unwrap();
    browser.open(&at(instance, path)).await.unwrap();
    sign_in(&browser, person).await;
    browser.wait_for_url(path.split('?').next().unwrap()).await.unwrap();
    browser
}

/// Makes an organization and answers its slug.
async fn make(browser: &Chromium, name: &str) -> String {
    fill(browser, "#name", name).await;
    click(browser, "#create").await;
    wait_for_text(browser, "The organization is made").await;
    let url = browser.url().await.unwrap();
    url.split('/').nth(4).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_is_invited_joins_becomes_an_admin_and_is_removed() {
    let instance = shared(Engine::Sqlite).await;
    for javascript in [true, false] {
        let (host, guest) = (instance.person(), instance.person());
        let hosts = signed_in(&instance, &host, javascript, "/organizations/new").await;
        let name = unique("Acme ");
        let slug = make(&hosts, &name).await;
        let members = at(&instance, &format!("/organizations/{slug}/members"));
        press(&hosts, "Members").await;
        fill(&hosts, "#email", &guest.email).await;
        click(&hosts, "#invite").await;
        wait_for_text(&hosts, "Link of the invitation").await;
        let link = hosts.text(&hosts.find("#invitation-link").await.unwrap()).await.unwrap();
        let link = &link[link.find("/organizations/join").unwrap()..];

        let guests = signed_in(&instance, &guest, javascript, link).await;
        wait_for_text(&guests, &format!("Join {name}?")).await;
        click(&guests, "#accept").await;
        wait_for_text(&guests, "You are a member now.").await;
        guests.open(&members).await.unwrap();
        wait_for_text(&guests, &host.name).await;
        assert!(!guests.body().await.unwrap().contains("Invite somebody"), "a member only sees");

        hosts.open(&members).await.unwrap();
        click(&hosts, &format!("select[aria-label='Role of {}'] option[value=admin]", guest.name)).await;
        click(&hosts, &format!("[aria-label='Set the role of {}']", guest.name)).await;
        wait_for_text(&hosts, "The role is changed.").await;
        guests.open(&members).await.unwrap();
        wait_for_text(&guests, "Invite somebody by e-mail").await;

        click(&hosts, &format!("[aria-label='Remove {}']", guest.name)).await;
        wait_for_text(&hosts, &format!("Remove {}?", guest.name)).await;
        click(&hosts, ".confirm:popover-open [value=remove]").await;
        wait_for_text(&hosts, "They are no member any more.").await;
        guests.open(&members).await.unwrap();
        assert!(!guests.body().await.unwrap().contains(&host.name), "they still see it");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_is_not_ours_speaks_for_an_organization() {
    let instance = shared(Engine::Sqlite).await;
    for javascript in [true, false] {
        let registration = Registration::confidential().scope("openid members:read");
        let app = ledgerly(&instance, registration, true).await;
        let person = instance.person();
        let browser = signed_in(&instance, &person, javascript, "/organizations/new").await;
        let (one, other) = (unique("One "), unique("Other "));
        let _ = make(&browser, &one).await;
        browser.open(&app).await.unwrap();
        press(&browser, "Sign in with Postern").await;
        wait_for_text(&browser, "Choose an organization for Ledgerly").await;
        // One more, on the way.
        press(&browser, "Make a new organization").await;
        fill(&browser, "#name", &other).await;
        click(&browser, "#create").await;
        wait_for_text(&browser, "Choose an organization for Ledgerly").await;
        click(&browser, "label[for=organization-2]").await;
        click(&browser, "#continue").await;
        wait_for_text(&browser, "wants to speak for an organization").await;
        let body = browser.body().await.unwrap();
        assert!(body.contains(&other) && !body.contains(&one), "{body}");
        press(&browser, "Allow").await;
        browser.wait_for_url(&format!("{app}/")).await.unwrap();
        wait_for_text(&browser, &format!("Hello, {other}")).await;
        assert!(!browser.body().await.unwrap().contains(&person.id), "it is told who signed in");
    }
}
