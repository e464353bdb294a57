//! The page that loads apps' addresses in frames (OIDC Front-Channel Logout 1.0).

use postern_tests::{Browser, Instance, OAuthClient, Registration, on_both_databases, unique};
use url::Url;

use super::sign_in_too;

/// An app that is told in a frame, and the origin of it.
fn app(instance: &Instance) -> (OAuthClient, String) {
    let origin = format!("https://{}.example", unique("frames"));
    let out = format!("{origin}/out?a=b");
    let registration = Registration::confidential().redirect_uris(&[&format!("{origin}/callback")]);
    let registration =
        registration.with(&["--frontchannel-logout-uri", &out, "--frontchannel-logout-session-required"]);
    (instance.client(&registration), origin)
}

/// The frames of the page after signing out, and the origins that its policy lets it load.
async fn sign_out(browser: &Browser, button: &str) -> (Vec<Url>, Vec<String>) {
    let page = browser.open("/logout").await.expect(200);
    let page = browser.submit(&page, &page.form("/logout").press(button)).await.expect(200);
    let frames = page.document().elements("iframe");
    let frames = frames.iter().map(|frame| Url::parse(frame.attribute("src")).unwrap()).collect();
    let policy = page.header("content-security-policy");
    let sources = policy.split("; ").find_map(|rule| rule.strip_prefix("frame-src ")).unwrap_or_default();
    (frames, sources.split_whitespace().map(str::to_owned).collect())
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

on_both_databases! {
    async fn the_frames_are_of_the_apps_of_the_session(instance: &Instance) {
        let [(notes, at_notes), (maps, at_maps), (books, at_books)] = [app(instance), app(instance), app(instance)];
        let plain = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let first = notes.tokens(&browser).await;
        sign_in_too(&browser, &instance.person()).await;
        let second = maps.tokens(&browser).await;
        let _ = (books.tokens(&browser).await, books.tokens(&browser).await, plain.tokens(&browser).await);
        let (frames, sources) = sign_out(&browser, "sign-out").await;
        assert_eq!(sorted(sources), sorted(vec![at_maps.clone(), at_books]));
        assert_eq!(frames.len(), 2, "{frames:?}");
        let to_maps = frames.iter().find(|url| url.as_str().starts_with(&at_maps)).unwrap();
        let pairs: Vec<(String, String)> = to_maps.query_pairs().into_owned().collect();
        let sid = second.claims()["sid"].as_str().unwrap().to_owned();
        let issuer = instance.wire().issuer().to_owned();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs, [pair("a", "b"), pair("iss", &issuer), pair("sid", &sid)]);
        // The other account goes on, and its own app is told when it ends.
        let (frames, sources) = sign_out(&browser, "sign-out").await;
        assert_eq!((frames.len(), sources), (1, vec![at_notes]));
        assert!(frames[0].query().unwrap().contains(first.claims()["sid"].as_str().unwrap()));
        assert!(!browser.is_signed_in().await);
    }

    async fn all_accounts_are_signed_out_on_one_page(instance: &Instance) {
        let [(notes, at_notes), (maps, at_maps)] = [app(instance), app(instance)];
        let browser = instance.browser_of(&instance.person()).await;
        let _ = notes.tokens(&browser).await;
        sign_in_too(&browser, &instance.person()).await;
        let _ = (notes.tokens(&browser).await, maps.tokens(&browser).await);
        let (frames, sources) = sign_out(&browser, "Sign out of all 2 accounts").await;
        assert_eq!(sorted(sources), sorted(vec![at_notes.clone(), at_maps]));
        let at_notes = frames.iter().filter(|url| url.as_str().starts_with(&at_notes)).count();
        assert_eq!((frames.len(), at_notes), (3, 2), "each session of an app has a frame: {frames:?}");
        assert!(!browser.is_signed_in().await);
    }
}
