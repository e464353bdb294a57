//! Several accounts in one browser: `/login?choose=1`, `prompt=select_account`, hints, and signing out of one or of all.

use postern_tests::{
    Answer, Authorization, Browser, Form, Instance, OAuthClient, Person, Registration, Request, Tokens,
    on_both_databases,
};

/// A browser in which all of them are signed in; the last one is the one in use.
async fn browser_of(instance: &Instance, people: &[&Person]) -> Browser {
    let browser = instance.browser();
    for person in people {
        let page = browser.open("/login?other=1").await.expect(200);
        let _ = browser.fill_sign_in(&page, &person.username, &person.password).await.expect(200);
    }
    browser
}

/// The user name of whoever is signed in, empty if nobody is.
async fn who(browser: &Browser) -> String {
    let page = browser.open("/settings/profile").await.expect(200);
    match page.url.path() {
        "/settings/profile" => page.form("/settings/profile").value("username").unwrap().to_owned(),
        _ => String::new(),
    }
}

/// The choices of a page: the text of the button, and its form with the button pressed.
fn choices(page: &Answer) -> Vec<(String, Form)> {
    let document = page.document();
    let forms = Form::all(&document).into_iter().filter(|form| form.value("session").is_some());
    let buttons =
        document.elements("button").into_iter().filter(|button| button.text.contains("Continue as"));
    buttons.zip(forms).map(|(button, form)| (button.text, form.press("continue"))).collect()
}

fn choice(page: &Answer, person: &Person) -> Form {
    let all = choices(page);
    let named = all.iter().find(|(text, _)| text.contains(&person.email));
    named.unwrap_or_else(|| panic!("{} is not among {all:?}", person.username)).1.clone()
}

/// Chooses an account on the page that the menu leads to.
async fn switch(browser: &Browser, to: &Person) -> Answer {
    let page = browser.open("/login?choose=1").await.expect(200);
    browser.submit(&page, &choice(&page, to)).await.expect(200)
}

/// Whom an app learns that somebody is: `sub` and `sid`.
async fn learned(app: &OAuthClient, browser: &Browser, request: &Authorization) -> (String, String) {
    let page = browser.open(&request.target()).await;
    read(app, browser, request, page).await
}

/// The same from the page on that the request led to.
async fn read(
    app: &OAuthClient,
    browser: &Browser,
    request: &Authorization,
    page: Answer,
) -> (String, String) {
    let callback = browser.finish(page, "allow").await;
    let tokens = Tokens::read(&app.redeem(callback.code(), request.verifier.as_deref()).await);
    let claims = tokens.claims();
    let text = |name: &str| claims[name].as_str().expect(name).to_owned();
    (text("sub"), text("sid"))
}

/// How a browser's session is named in it.
fn session(browser: &Browser) -> String {
    let cookies = browser.cookies();
    cookies
        .into_iter()
        .find(|(name, _)| name.ends_with("postern_session"))
        .map_or_else(String::new, |it| it.1)
}

/// Whether a session cookie is worth anything.
async fn opens(instance: &Instance, cookie: &str) -> bool {
    let stranger = instance.browser();
    stranger.set_cookies([("postern_session".to_owned(), cookie.to_owned())].into());
    !who(&stranger).await.is_empty()
}

on_both_databases! {
    async fn people_go_on_as_another_account_of_their_browser(instance: &Instance) {
        let (ada, bob) = (instance.person(), instance.person());
        let browser = browser_of(instance, &[&ada, &bob]).await;
        let home = browser.open("/").await.expect(200);
        assert!(home.document().attributes("href").contains(&"/login?choose=1".to_owned()));
        let page = browser.open("/login?choose=1").await.expect(200);
        let names: Vec<String> = choices(&page).into_iter().map(|(text, _)| text).collect();
        assert!(names.len() == 2 && names[0].contains(&bob.email) && names[1].contains(&ada.email), "{names:?}");
        assert!(page.document().text().to_lowercase().contains("use another account"));
        let mut seen = vec![session(&browser)];
        for person in [&ada, &bob, &bob, &ada] {
            let _ = switch(&browser, person).await;
            assert_eq!(who(&browser).await, person.username);
            seen.push(session(&browser));
        }
        let (now, before) = (seen.pop().unwrap(), seen);
        assert!(opens(instance, &now).await);
        for old in before.iter().filter(|old| **old != now) {
            assert!(!opens(instance, old).await, "a cookie from before a switch still opens something");
        }
        for person in [&ada, &bob] {
            let of_theirs = "SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.username =";
            let count = instance.database().number(&format!("{of_theirs} '{}'", person.username)).await;
            assert_eq!(count, 1, "{} has a session for each switch", person.username);
        }
    }

    async fn a_form_of_one_account_is_not_sent_as_another(instance: &Instance) {
        let (ada, bob) = (instance.person(), instance.person());
        let browser = browser_of(instance, &[&ada]).await;
        let adas = browser.open("/settings/profile").await.expect(200);
        let choose = browser.open("/login?choose=1").await.expect(200);
        let page = browser.open("/login?other=1").await.expect(200);
        let _ = browser.fill_sign_in(&page, &bob.username, &bob.password).await;
        let form = adas.form("/settings/profile").fill("name", "Somebody else");
        let answer = browser.submit(&adas, &form).await;
        assert!(answer.status >= 400, "{answer:?}");
        assert!(!browser.open("/settings/profile").await.text().contains("Somebody else"));
        let answer = browser.submit(&choose, &choice(&choose, &ada)).await;
        assert!(answer.status >= 400, "{answer:?}");
        assert_eq!(who(&browser).await, bob.username);
    }

    async fn nobody_goes_on_as_an_account_of_another_browser(instance: &Instance) {
        let (ada, bob) = (instance.person(), instance.person());
        let (hers, his) = (browser_of(instance, &[&ada]).await, browser_of(instance, &[&bob]).await);
        let page = hers.open("/login?choose=1").await.expect(200);
        let theirs = choice(&page, &ada).value("session").unwrap().to_owned();
        let page = his.open("/login?choose=1").await.expect(200);
        let answer = his.submit(&page, &choice(&page, &bob).forge("session", &theirs).press("continue")).await;
        assert_eq!(answer.status, 409, "{answer:?}");
        assert_eq!((who(&his).await, who(&hers).await), (bob.username, ada.username));
    }

    async fn an_app_that_wants_a_choice_gets_whom_was_chosen(instance: &Instance) {
        let (ada, bob) = (instance.person(), instance.person());
        let browser = browser_of(instance, &[&ada, &bob]).await;
        let app = instance.client(&Registration::confidential());
        let asking = || app.authorization().with("prompt", "select_account");
        let mut learned_of = Vec::new();
        for person in [&ada, &bob, &ada] {
            let request = asking();
            let page = browser.open(&request.target()).await.expect(200);
            assert_eq!((page.url.path(), choices(&page).len()), ("/login", 2));
            let page = browser.submit(&page, &choice(&page, person)).await;
            let (sub, sid) = read(&app, &browser, &request, page).await;
            assert_eq!(sub, person.id);
            learned_of.push(sid);
        }
        assert_eq!(learned_of[0], learned_of[2], "the session is another one after a switch");
        assert_ne!(learned_of[0], learned_of[1], "two accounts share a session");
        // Another account signs in from there.
        let (eve, request) = (instance.person(), asking());
        let page = browser.open(&request.target()).await.expect(200);
        let page = browser.fill_sign_in(&page, &eve.username, &eve.password).await;
        assert_eq!(read(&app, &browser, &request, page).await.0, eve.id);
        let quiet = browser.open(&asking().with("prompt", "none select_account").target()).await;
        assert!(quiet.location().unwrap().as_str().contains("error="), "{quiet:?}");
    }

    async fn a_hint_picks_the_account_that_is_meant(instance: &Instance) {
        let (ada, bob, eve) = (instance.person(), instance.person(), instance.person());
        let app = instance.client(&Registration::confidential());
        let browser = browser_of(instance, &[&ada]).await;
        let adas = app.tokens(&browser).await.id;
        let page = browser.open("/login?other=1").await.expect(200);
        let _ = browser.fill_sign_in(&page, &bob.username, &bob.password).await;
        assert_eq!(learned(&app, &browser, &app.authorization()).await.0, bob.id);
        let quiet = || app.authorization().with("prompt", "none");
        assert_eq!(learned(&app, &browser, &quiet()).await.0, bob.id, "the one in use is not who is meant");
        for request in [
            app.authorization().with("login_hint", &ada.email),
            quiet().with("login_hint", &ada.username),
            quiet().with("id_token_hint", &adas),
            app.authorization().with("id_token_hint", &adas),
        ] {
            let _ = switch(&browser, &bob).await;
            assert_eq!(learned(&app, &browser, &request).await.0, ada.id, "{:?}", request.pairs());
            assert_eq!(who(&browser).await, ada.username);
        }
        let elsewhere = browser_of(instance, &[&eve]).await;
        let eves = app.tokens(&elsewhere).await.id;
        let refused = browser.open(&quiet().with("id_token_hint", &eves).target()).await;
        let refused = browser.finish(refused, "allow").await;
        assert_eq!(refused.get("error"), "login_required");
    }

    async fn a_new_proof_is_asked_of_the_account_that_is_meant(instance: &Instance) {
        let (ada, bob) = (instance.person(), instance.person());
        let app = instance.client(&Registration::confidential());
        let browser = browser_of(instance, &[&ada, &bob]).await;
        for (name, value) in [("prompt", "login"), ("max_age", "0")] {
            let _ = switch(&browser, &bob).await;
            let request = app.authorization().with(name, value).with("login_hint", &ada.username);
            let page = browser.open(&request.target()).await.expect(200);
            assert_eq!(page.form("sign-in").value("identifier"), Some(ada.username.as_str()), "{page:?}");
            let page = browser.fill_sign_in(&page, &ada.username, &ada.password).await;
            assert_eq!(read(&app, &browser, &request, page).await.0, ada.id);
        }
        let rows = browser.open("/login?choose=1").await.expect(200);
        assert_eq!(choices(&rows).len(), 2, "a new proof made a session more");
    }

    async fn people_sign_out_of_one_account_or_of_all(instance: &Instance) {
        let people = [instance.person(), instance.person(), instance.person()];
        let [ada, bob, eve] = &people;
        let browser = browser_of(instance, &[ada, bob, eve]).await;
        let elsewhere = browser_of(instance, &[ada]).await;
        let page = browser.open("/logout").await.expect(200);
        assert!(page.text().contains("Sign out of all 3 accounts"), "{}", page.document().text());
        let left = browser.submit(&page, &page.form("/logout").press("sign-out")).await.expect(200);
        assert!(left.text().contains("signed out") && choices(&left).len() == 2, "{left:?}");
        assert!([&ada.username, &bob.username].contains(&&who(&browser).await), "nobody goes on");
        let left = browser.submit(&left, &choice(&left, ada)).await.expect(200);
        assert_eq!((left.url.path(), who(&browser).await), ("/", ada.username.clone()));
        let cookie = session(&browser);
        let page = browser.open("/logout").await.expect(200);
        let page = browser.submit(&page, &page.form("/logout").press("Sign out of all 2 accounts")).await.expect(200);
        assert_eq!((page.url.path(), who(&browser).await.as_str(), session(&browser).as_str()), ("/login", "", ""));
        assert!(choices(&page).is_empty() && !opens(instance, &cookie).await);
        assert_eq!(who(&elsewhere).await, ada.username, "another browser is signed out as well");
    }

    async fn an_app_signs_out_the_account_that_it_proves(instance: &Instance) {
        let (ada, bob) = (instance.person(), instance.person());
        let app = instance.client(&Registration::confidential());
        let browser = browser_of(instance, &[&ada]).await;
        let adas = app.tokens(&browser).await.id;
        let page = browser.open("/login?other=1").await.expect(200);
        let _ = browser.fill_sign_in(&page, &bob.username, &bob.password).await;
        let asked = Request::get("/v1/oauth2/logout").query([("id_token_hint", adas.as_str())]);
        let page = browser.follow(browser.send(asked).await).await.expect(200);
        assert_eq!(page.url.path(), "/login");
        assert_eq!(who(&browser).await, bob.username, "an account is signed out that was not meant");
        assert_eq!(choices(&browser.open("/login?choose=1").await).len(), 1);
        // Of an account that is signed in nowhere here the person is asked.
        let asked = Request::get("/v1/oauth2/logout").query([("id_token_hint", adas.as_str())]);
        let page = browser.send(asked).await.expect(200);
        assert!(page.text().contains("Stay signed in"), "{page:?}");
        assert_eq!(who(&browser).await, bob.username);
    }

    async fn a_connected_app_opens_with_a_sign_in(instance: &Instance) {
        let app = instance.client(&Registration::confidential().with(&["--initiate-login-uri", "https://notes.example/begin?a=b"]));
        let plain = instance.client(&Registration::confidential());
        let browser = browser_of(instance, &[&instance.person()]).await;
        let _ = (app.tokens(&browser).await, plain.tokens(&browser).await);
        let page = browser.open("/settings/applications").await.expect(200);
        let links: Vec<String> = page.document().attributes("href");
        let opens: Vec<_> = links.iter().filter_map(|link| link.strip_prefix("https://notes.example/begin?")).collect();
        let [query] = opens[..] else { panic!("{links:?}") };
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!(pairs[0], ("a".to_owned(), "b".to_owned()));
        assert_eq!(pairs[1], ("iss".to_owned(), app.wire().issuer().to_owned()));
        assert_eq!(page.document().elements("a").iter().filter(|link| link.text == "Open").count(), 1);
    }
}
