use postern_example_web_app::{Settings, serve};
use postern_tests::chromium::{Chromium, Setup};
use postern_tests::{Engine, Instance, OAuthClient, Registration, on_both_databases, shared};
use tokio::net::TcpListener;

use super::{at, press, sign_in, wait_for_text};

/// Registers and starts Ledgerly, an app that is not ours.
pub(super) async fn ledgerly(
    instance: &Instance,
    registration: Registration,
    for_organizations: bool,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let registration = registration.name("Ledgerly").redirect_uris(&[&format!("{base_url}/callback")]);
    let client: OAuthClient = instance.client(&registration);
    let settings = Settings {
        issuer: client.wire().issuer().to_owned(),
        client_id: client.id,
        client_secret: client.secret,
        base_url: base_url.clone(),
        scopes: match for_organizations {
            true => vec!["members:read".into()],
            false => vec!["profile".into(), "email".into()],
        },
        for_organizations,
    };
    tokio::spawn(serve(listener, settings));
    base_url
}

on_both_databases! {
    async fn an_app_that_is_not_ours_signs_a_person_in(instance: &Instance) {
        let app = ledgerly(instance, Registration::confidential(), false).await;
        for javascript in [true, false] {
            let person = instance.person();
            let browser = Chromium::start(Setup { javascript, ..Setup::default() }).await.unwrap();
            browser.open(&app).await.unwrap();
            press(&browser, "Sign in with Postern").await;
            browser.wait_for_url("/login").await.unwrap();
            assert!(browser.body().await.unwrap().contains("Ledgerly"), "it does not say where one is heading");
            sign_in(&browser, &person).await;
            browser.wait_for_url("/consent").await.unwrap();
            press(&browser, "Decline").await;
            browser.wait_for_url(&app).await.unwrap();
            wait_for_text(&browser, "You were not signed in").await;
            press(&browser, "Try again").await;
            browser.wait_for_url("/consent").await.unwrap();
            press(&browser, "Allow").await;
            browser.wait_for_url(&format!("{app}/")).await.unwrap();
            wait_for_text(&browser, &format!("Hello, {}", person.name)).await;
            wait_for_text(&browser, &person.id).await;
            press(&browser, "Refresh the tokens").await;
            wait_for_text(&browser, "The tokens were refreshed.").await;
            browser.open(&at(instance, "/settings/applications")).await.unwrap();
            wait_for_text(&browser, "Ledgerly").await;
            browser.open(&app).await.unwrap();
            press(&browser, "Sign out and revoke the tokens").await;
            wait_for_text(&browser, "Sign in with Postern").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_signs_up_and_registers_a_client() {
    let instance = shared(Engine::Sqlite).await;
    for javascript in [true, false] {
        let person = postern_tests::Person::new();
        let browser = Chromium::start(Setup { javascript, ..Setup::default() }).await.unwrap();
        browser.open(&at(&instance, "/developer/clients/new")).await.unwrap();
        press(&browser, "Create an account").await;
        for (label, value) in [
            ("User name", &person.username),
            ("E-mail", &person.email),
            ("Name", &person.name),
            ("Password", &person.password),
        ] {
            let field = browser.field(label).await.unwrap();
            browser.fill(&field, value).await.unwrap();
        }
        let button = browser.find("#register").await.unwrap();
        browser.click(&button).await.unwrap();
        browser.wait_for_url("/developer/clients/new").await.unwrap();
        for (field, value) in [
            ("#name", "Field Notes"),
            ("#redirect_uris", "https://notes.example/callback"),
            ("#homepage_url", "https://notes.example"),
        ] {
            let field = browser.find(field).await.unwrap();
            browser.fill(&field, value).await.unwrap();
        }
        let button = browser.find("#create").await.unwrap();
        browser.click(&button).await.unwrap();
        // The page that goes away may be the one that is read: then once more.
        let body = match browser.body().await {
            Ok(body) => body,
            Err(_) => {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                browser.body().await.unwrap()
            }
        };
        assert!(body.contains("postern_cs_") || browser.find("[value^=postern_cs_]").await.is_ok(), "{body}");
        browser.open(&at(&instance, "/developer/clients")).await.unwrap();
        wait_for_text(&browser, "Field Notes").await;
        browser.open(&at(&instance, "/logout")).await.unwrap();
        let button = browser.find("#sign-out").await.unwrap();
        browser.click(&button).await.unwrap();
        browser.open(&at(&instance, "/developer/clients")).await.unwrap();
        browser.wait_for_url("/login").await.unwrap();
    }
}
