//! The consent page: a decision sent twice, from elsewhere, or before its turn.

use postern_tests::{
    Answer, Authorization, Browser, Form, Instance, OAuthClient, Registration, Request, on_both_databases,
};

/// The consent page of a request, with its form.
async fn asked(browser: &Browser, request: &Authorization) -> (Answer, Form) {
    let page = browser.open(&request.target()).await.expect(200);
    let form = page.form("/consent");
    (page, form)
}

/// Whether an answer leads to an app.
fn leads_to(answer: &Answer, client: &OAuthClient) -> bool {
    answer.location().is_some_and(|url| url.as_str().starts_with(&client.redirect_uri))
}

async fn consents(instance: &Instance, client: &OAuthClient) -> i64 {
    let sql = "SELECT count(*) FROM consents JOIN clients ON clients.id = client_id WHERE identifier = ";
    instance.database().number(&format!("{sql}'{}'", client.id)).await
}

on_both_databases! {
    async fn a_form_that_is_sent_three_times_gives_one_code(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let request = client.authorization().with("prompt", "consent");
        let (page, form) = asked(&browser, &request).await;
        let allow = || browser.send(Browser::request(&page, &form.clone().press("allow")));
        let (first, second) = tokio::join!(allow(), allow());
        let late = allow().await;
        let (sent_back, asked_again): (Vec<_>, Vec<_>) =
            [first, second, late].into_iter().partition(|answer| leads_to(answer, &client));
        let [answer] = sent_back.as_slice() else { panic!("{sent_back:?}") };
        assert_eq!(answer.status, 303, "{answer:?}");
        let to = answer.location().unwrap();
        let values = |wanted: &str| {
            let pairs = to.query_pairs().filter(|(name, _)| name == wanted);
            pairs.map(|(_, value)| value.into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(values("state"), [request.get("state")], "{answer:?}");
        assert_eq!(values("iss"), [client.wire().issuer()], "{answer:?}");
        let codes = values("code");
        let [code] = codes.as_slice() else { panic!("{answer:?}") };
        assert_eq!(consents(instance, &client).await, 1);
        let _ = client.redeem(code, request.verifier.as_deref()).await.expect(200);
        client.redeem(code, request.verifier.as_deref()).await.assert_refused(400, "invalid_grant");
        // The others are asked again, and each page is good for one code of its own.
        for page in asked_again {
            let page = page.expect(200);
            let again = browser.send(Browser::request(&page, &page.form("/consent").press("allow"))).await;
            assert!(leads_to(&again, &client) && again.header("location").contains("code="), "{again:?}");
        }
    }

    async fn a_decision_is_one_of_the_two_buttons(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let (page, form) = asked(&browser, &client.authorization()).await;
        let pairs = form.pairs();
        for decisions in [vec![], vec![""], vec!["allow", "deny"], vec!["deny", "allow"], vec!["allow", "allow"], vec!["ALLOW"], vec!["yes"]] {
            let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let sent = pairs.chain(decisions.iter().map(|decision| ("decision", *decision)));
            let answer = browser.send(Request::post(page.url.join("/consent").unwrap()).form(sent)).await;
            assert_eq!((answer.status, answer.location()), (400, None), "{decisions:?}: {answer:?}");
        }
        assert_eq!(consents(instance, &client).await, 0);
        let denied = browser.send(Browser::request(&page, &form.press("deny"))).await;
        assert!(leads_to(&denied, &client) && denied.header("location").contains("error=access_denied"), "{denied:?}");
        assert_eq!(consents(instance, &client).await, 0);
    }

    async fn it_is_decided_where_it_was_asked(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let (page, form) = asked(&browser, &client.authorization()).await;
        let request = form.value("request").unwrap().to_owned();
        let (signed_out, other, same) = (
            instance.browser(),
            instance.browser_of(&instance.person()).await,
            instance.browser_of(&person).await,
        );
        for (who, elsewhere) in [
            ("nobody", &signed_out), ("somebody else", &other), ("the same person", &same),
        ] {
            let as_it_was = elsewhere.send(Browser::request(&page, &form.clone().press("allow"))).await;
            assert_eq!((as_it_was.status, as_it_was.location()), (403, None), "{who}: {as_it_was:?}");
            // The same with a form token that is this browser's own.
            let page_of_theirs = if who == "nobody" { "/login" } else { "/settings/profile" };
            let own = elsewhere.open(page_of_theirs).await;
            let token = own.form(page_of_theirs).value("form_token").unwrap().to_owned();
            let pairs = [("request", request.as_str()), ("form_token", &token), ("decision", "allow")];
            let answer = elsewhere.send(Request::post("/consent").form(pairs)).await;
            assert!(!leads_to(&answer, &client), "{who}: {answer:?}");
            // They are asked themselves, or have to sign in first.
            let is_asked = answer.status == 200 && answer.text().contains("value=\"allow\"");
            let signs_in = answer.status == 303 && answer.location().unwrap().path() == "/login";
            assert!(if who == "nobody" { signs_in } else { is_asked }, "{who}: {answer:?}");
            assert_eq!(consents(instance, &client).await, 0, "{who}");
        }
    }

    async fn what_was_asked_is_what_is_allowed(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let foreign = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&instance.person()).await;
        let (page, form) = asked(&browser, &client.asking("openid").authorization()).await;
        let (_, of_other) = asked(&browser, &foreign.authorization()).await;
        let (mark, query) = form.value("request").unwrap().split_once('.').unwrap();
        let foreign_query = of_other.value("request").unwrap().split_once('.').unwrap().1;
        let turned: String = mark.chars().rev().collect();
        for request in [
            String::new(), ".".to_owned(), "x".to_owned(), mark.to_owned(), query.to_owned(), format!(".{query}"),
            format!("{turned}.{query}"), format!("{mark}.{foreign_query}"), format!("{mark}x.{query}"),
            format!("{mark}.{}", query.replace("scope=openid", "scope=openid+email")), format!("{mark}.{query}&x=y"),
            format!("{mark}.{query}&scope=openid+email"), format!("{mark}.{}", query.replace("state=", "state=x")),
            format!("{mark}.{query}&redirect_uri=https%3A%2F%2Fevil.example"), format!("{mark}."),
        ] {
            let answer = browser.send(Browser::request(&page, &form.clone().forge("request", &request).press("allow"))).await;
            let refused = leads_to(&answer, &client) && answer.header("location").contains("error=");
            assert!(refused || [200, 400].contains(&answer.status), "{request}: {answer:?}");
            assert!(!answer.header("location").contains("code="), "{request}: {answer:?}");
        }
        assert_eq!(consents(instance, &client).await + consents(instance, &foreign).await, 0);
    }

    async fn steps_that_are_left_out_are_asked_for(instance: &Instance) {
        let client = instance.client(&Registration::confidential());
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let stranger = instance.browser();
        let query = |request: &Authorization| request.target().split_once('?').unwrap().1.to_owned();
        // Consent before the sign-in.
        let answer = stranger.send(Request::get(format!("/consent?{}", query(&client.authorization())))).await;
        assert_eq!((answer.status, answer.location().unwrap().path()), (303, "/login"), "{answer:?}");
        // Consent before what the request wants first, with words that were made up or are another request's.
        let page = browser.open(&client.authorization().with("prompt", "login").target()).await;
        let page = browser.fill_sign_in(&page, &person.username, &person.password).await;
        let proof = page.form("/consent").value("request").unwrap().to_owned();
        let proof = proof.split('&').find(|pair| pair.starts_with("postern_interaction=")).unwrap();
        for (name, value) in [("prompt", "login"), ("prompt", "select_account"), ("max_age", "0"), ("prompt", "login consent")] {
            let request = query(&client.authorization().with(name, value));
            let made_up = ["", "&postern_interaction=", "&postern_interaction=x"].map(|word| format!("{request}{word}"));
            for target in made_up.into_iter().chain([format!("{request}&{proof}")]) {
                for path in ["/consent", "/v1/oauth2/authorize"] {
                    let answer = browser.send(Request::get(format!("{path}?{target}"))).await;
                    assert_eq!((answer.status, answer.location().unwrap().path()), (303, "/login"), "{target}: {answer:?}");
                }
            }
        }
        assert_eq!(consents(instance, &client).await, 0);
    }
}
