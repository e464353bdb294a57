//! Where a budget is used up, the answer is 429 and says how long to wait.

use std::net::{IpAddr, Ipv4Addr};

use postern_tests::{Answer, Browser, Engine, Instance, Registration, on_both_databases};

const MINUTE: u32 = 60;
const HOUR: u32 = 3_600;

/// A page whose form has a budget.
struct Page {
    path: &'static str,
    /// Whether it is a page of somebody who is signed in.
    is_signed_in: bool,
    /// What uses it up; `NEW` is another text each time.
    fields: &'static [(&'static str, &'static str)],
    /// How many seconds it lasts.
    most: u32,
}

const PAGES: [Page; 5] = [
    Page {
        path: "/login",
        is_signed_in: false,
        fields: &[("identifier", "nobody"), ("password", "wrong")],
        most: MINUTE,
    },
    Page { path: "/reauthenticate", is_signed_in: true, fields: &[("password", "wrong")], most: MINUTE },
    Page {
        path: "/settings/security",
        is_signed_in: true,
        fields: &[("current_password", "wrong"), ("new_password", "an entirely new phrase")],
        most: MINUTE,
    },
    Page {
        path: "/register",
        is_signed_in: false,
        fields: &[("username", "NEW"), ("email", "NEW@example.com"), ("password", "an entirely new phrase")],
        most: HOUR,
    },
    Page { path: "/settings/profile", is_signed_in: true, fields: &[("username", "NEW")], most: HOUR },
];

fn assert_told_to_wait(answer: &Answer, what: &str, most: u32) {
    assert_eq!(answer.status, 429, "{what}: {answer:?}");
    let wait = answer.header("retry-after").parse::<u32>();
    assert!(wait.as_ref().is_ok_and(|wait| (1..=most).contains(wait)), "{what}: {answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}: {answer:?}");
}

async fn instance_of_few_tries(engine: Engine) -> Instance {
    let settings = [
        ("rate_limits.sign_in_account", "1"),
        ("rate_limits.sign_in_address", "1"),
        ("rate_limits.client_authentication", "1"),
        ("rate_limits.registration", "1"),
        ("registration.open", "true"),
    ];
    Instance::start_with(engine, &settings).await
}

on_both_databases! {
    async fn clients_that_fail_too_often(engine: Engine) {
        let instance = instance_of_few_tries(engine).await;
        let mut client = instance.client(&Registration::confidential());
        client.secret = Some("wrong".to_owned());
        for path in ["/v1/oauth2/token", "/v1/oauth2/introspect", "/v1/oauth2/revoke"] {
            // From an address of its own.
            let client = client.on(&instance);
            client.post(path, &[("token", "x")]).await.assert_refused(401, "invalid_client");
            let refused = client.post(path, &[("token", "x")]).await;
            assert_told_to_wait(&refused, path, MINUTE);
            assert_eq!(refused.error(), "too_many_requests", "{path}: {refused:?}");
        }
    }

    async fn people_who_fail_too_often(engine: Engine) {
        let instance = instance_of_few_tries(engine).await;
        let here = instance.wire_from(IpAddr::V4(Ipv4Addr::new(127, 8, 8, 8)));
        for Page { path, is_signed_in, fields, most } in PAGES {
            let person = instance.person();
            let signed_in = instance.browser_of(&person).await;
            let mut last = None;
            for turn in 0..3 {
                let stranger = Browser::on_wire(here.clone());
                let browser = if is_signed_in { &signed_in } else { &stranger };
                let page = browser.open(path).await.expect(200);
                let new = format!("new{turn}{}", person.username);
                let form = if path == "/login" { page.form("sign-in") } else { page.form(path) };
                let form = fields.iter().fold(form, |form, (name, value)| form.fill(name, &value.replace("NEW", &new)));
                last = Some(browser.send(Browser::request(&page, &form)).await);
            }
            assert_told_to_wait(&last.unwrap(), path, most);
        }
    }
}
