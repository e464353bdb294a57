//! W02: a form that is not of the visitor's own page changes nothing, on whatever page it stands.

use std::collections::BTreeSet;

use postern_tests::{Answer, Browser, Engine, Form, Instance, Request, on_both_databases};

use super::place::Place;
use crate::scene::{Scene, fingerprint};

/// Where forms are known to be, so that a page which is not found any more is missed.
const PLACES: [&str; 14] = [
    "/settings/tokens/new",
    "/settings/tokens/{}",
    "/settings/tokens/{}/rotate",
    "/settings/tokens/{}/revoke",
    "/organizations/new",
    "/organizations/join",
    "/organizations/{}/members",
    "/organizations/{}/settings",
    "/organizations/{}/delete",
    "/organizations/{}/tokens/new",
    "/organizations/{}/customers/new",
    "/organizations/{}/customers/{}",
    "/admin/tokens/new",
    "/admin/tokens/{}/revoke",
];

/// The wrong ways to send a form, with whether each is refused for being wrong and not for what it says.
fn forgeries(page: &Answer, form: &Form, foreign: &str) -> Vec<(&'static str, Request, bool)> {
    let right = || Browser::request(page, form);
    let target = page.url.join(&form.action).unwrap();
    let with = |token| Browser::request(page, &form.clone().forge("form_token", token));
    let text = |kind| Request::post(target.clone()).body(kind, form.encoded());
    vec![
        ("no token", Browser::request(page, &form.clone().without("form_token")), true),
        ("an empty token", with(""), true),
        ("another session's token", with(foreign), true),
        ("a foreign origin", right().header("origin", "https://evil.example"), true),
        (
            "no origin, cross-site",
            right().header("origin", "null").header("sec-fetch-site", "cross-site"),
            true,
        ),
        ("same-site", right().header("sec-fetch-site", "same-site"), true),
        ("text/plain", text("text/plain"), false),
        ("JSON", text("application/json"), false),
        ("no type", text(""), false),
    ]
}

/// A path with `{}` for what is of this run.
fn shape(path: &str) -> String {
    let fixed = |part: &&str| part.is_empty() || part.chars().all(|c| c.is_ascii_lowercase());
    path.split('/').map(|part| if fixed(&part) { part } else { "{}" }).collect::<Vec<_>>().join("/")
}

on_both_databases! {
    async fn forged_forms_of_every_page_change_nothing(engine: Engine) {
        let instance = Instance::start_with(engine, &[("rate_limits.enabled", "false")]).await;
        let place = Place::set(&instance, instance.administrator(), "Acme").await;
        let foreign = Scene::form_token(&instance.browser_of(&instance.person()).await).await;
        let pages = place.pages().await;
        let before = fingerprint(&instance).await;
        let (mut tried, mut seen) = (BTreeSet::new(), BTreeSet::new());
        for (path, page) in &pages {
            let forms = Form::all(&page.document()).into_iter().filter(|form| form.is_post);
            for form in forms.flat_map(|form| form.by_each_button()) {
                if !seen.insert((form.action.clone(), form.clone().without("form_token").encoded())) {
                    continue;
                }
                tried.insert(shape(page.url.join(&form.action).unwrap().path()));
                for (how, request, is_refused_as_such) in forgeries(page, &form, &foreign) {
                    let answer = place.browser.send(request).await;
                    let expected: &[u16] = if is_refused_as_such { &[403] } else { &[400, 403, 413, 415] };
                    assert!(expected.contains(&answer.status), "{path} {} by {how}: {answer:?}", form.action);
                }
                let got = Request::get(page.url.join(&form.action).unwrap()).query(form.pairs());
                assert!(place.browser.send(got).await.status < 500, "{path} by GET");
                assert_eq!(fingerprint(&instance).await, before, "{path} {}", form.action);
            }
        }
        let missed: Vec<_> = PLACES.iter().filter(|place| !tried.contains(**place)).collect();
        assert!(missed.is_empty(), "no form for {missed:?} among {tried:?}");
    }
}
