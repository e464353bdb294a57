//! W11: what people type does nothing in a real browser, on whatever page it is shown.

use postern_tests::chromium::{Chromium, Setup};
use postern_tests::{Browser, Engine, Instance};
use serde_json::json;

use super::{at, go_on_as};
use crate::pages::{Page, pages, states};
use crate::teams::Place;

/// Several payloads in each name: every page is opened with each. That they are inert one by one, `teams::texts` shows.
const NAMES: [&str; 4] = [
    "\"'></title></textarea><script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>",
    "\" onfocus=alert(1) autofocus x=\"' onmouseover='alert(1)' onfocus='alert(1)' autofocus",
    "<iframe srcdoc='&lt;script&gt;alert(1)&lt;/script&gt;'></iframe>{{7*7}}${alert(1)}",
    "javascript:alert(1)//<base href=//evil.example><a href=javascript:alert(1)>",
];

/// Run before anything of a page: writes down what ran, and what the page's policy had to stop.
const WATCH: &str = "window.ran = []; \
    for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => window.ran.push(name); \
    document.addEventListener('securitypolicyviolation', \
        (event) => window.ran.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`), true);";
/// What is written down, and what is in the page that none of ours has.
const LOOK: &str = "const strange = [...document.querySelectorAll('*')].filter((element) => \
        element.matches('script:not([src]), iframe, object, embed, base, [srcdoc]') \
        || [...element.attributes].some((attribute) => attribute.name.startsWith('on')) \
        || ['href', 'src', 'action', 'formaction'].some((name) => \
            /^\\s*(javascript|vbscript|data):/i.test(element.getAttribute(name) ?? ''))); \
    return window.ran.concat(strange.map((element) => element.outerHTML.slice(0, 200)));";

/// Another session of the person's, in a browser that calls itself this.
async fn sign_in_as(instance: &Instance, place: &Place<'_>, user_agent: &str) {
    let browser = instance.browser();
    let page = browser.open("/login").await.expect(200);
    let form = page.form("sign-in").fill("identifier", &place.person.username);
    let form = form.fill("password", &place.person.password).press("sign-in");
    let _ = browser.send(Browser::request(&page, &form).header("user-agent", user_agent)).await.expect(303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payloads_stay_text() {
    let instance = Instance::start_with(Engine::Sqlite, &[("rate_limits.enabled", "false")]).await;
    let browser = Chromium::start(Setup::default()).await.unwrap();
    let watch = json!({ "source": WATCH });
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", &watch).await.unwrap();
    for name in NAMES {
        let place = Place::set(&instance, instance.administrator(), name).await;
        sign_in_as(&instance, &place, name).await;
        go_on_as(&browser, &place.browser).await;
        let mut shown = 0;
        for Page { name: page, target, .. } in pages(&place).into_iter().chain(states(&place).await) {
            // Downloads have no page.
            if page.starts_with("/audit/export") || page.ends_with(".json") {
                continue;
            }
            browser.open(&at(&instance, &target)).await.unwrap();
            let ran = browser.run(LOOK).await.unwrap();
            assert_eq!(ran, json!([]), "{page} ({target}) with {name}");
            shown += usize::from(browser.body().await.unwrap().contains(name));
        }
        assert!(shown >= 15, "{name} is on {shown} pages");
    }
}
