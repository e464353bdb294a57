//! What apps are told of people: by the scopes at userinfo, by name where they ask for it (OIDC Core sections 5.4 and 5.5).

use postern_tests::{Browser, Instance, OAuthClient, Registration, Request, Tokens, on_both_databases};
use serde_json::{Value, json};

/// Asks for `claims` besides the scopes of the client; answers the tokens and the text of the consent page.
async fn asked(client: &OAuthClient, browser: &Browser, claims: &Value) -> (Tokens, String) {
    let request = client.authorization().with("claims", &claims.to_string());
    let page = browser.open(&request.target()).await.expect(200);
    let text = page.text();
    let callback = browser.finish(page, "allow").await;
    let answer = client.redeem(callback.code(), request.verifier.as_deref()).await;
    (Tokens::read(&answer), text)
}

on_both_databases! {
    async fn what_the_scopes_stand_for_is_at_userinfo(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let client = instance.client(&Registration::confidential());
        let tokens = client.tokens(&browser).await;
        let (claims, userinfo) = (tokens.claims(), client.userinfo(&tokens.access).await.expect(200).json());
        assert_eq!(userinfo["email"], person.email.as_str());
        assert_eq!(userinfo["preferred_username"], person.username.as_str());
        for name in ["name", "preferred_username", "updated_at", "email", "email_verified"] {
            assert!(userinfo.get(name).is_some() && claims.get(name).is_none(), "{name}: {claims}");
        }
        let discovered = client.wire().send(Request::get("/.well-known/openid-configuration")).await.expect(200).json();
        assert!(discovered["acr_values_supported"].as_array().unwrap().contains(&claims["acr"]), "{claims}");
        assert_eq!(claims["amr"], json!(["pwd"]));
        assert_eq!(discovered["claims_parameter_supported"], true);
        for name in claims.as_object().unwrap().keys().chain(userinfo.as_object().unwrap().keys()) {
            assert!(discovered["claims_supported"].as_array().unwrap().contains(&name.as_str().into()), "{name}");
        }
    }

    async fn what_is_asked_for_by_name_is_consented_to_and_stays(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let client = instance.client(&Registration::confidential()).asking("openid");
        let claims = json!({"userinfo": {"name": {"essential": true}}, "id_token": {"email": null, "auth_time": {"essential": true}}});
        let (tokens, page) = asked(&client, &browser, &claims).await;
        assert!(page.contains("See your name") && page.contains("See your e-mail address"), "{page}");
        assert!(!page.contains("See your user name"), "{page}");
        let newer = Tokens::read(&client.refresh(&tokens.refresh).await);
        for tokens in [&tokens, &newer] {
            let (said, userinfo) = (tokens.claims(), client.userinfo(&tokens.access).await.expect(200).json());
            assert_eq!((&said["email"], said.get("name")), (&person.email.as_str().into(), None));
            assert!(said["auth_time"].is_i64(), "{said}");
            assert_eq!((&userinfo["name"], userinfo.get("email")), (&person.name.as_str().into(), None));
        }
        let apps = browser.open("/settings/applications").await.expect(200);
        assert!(apps.text().contains("See your name"), "{}", apps.text());
        // Without the parameter it is said no more, and with it nobody is asked again.
        let plain = client.tokens(&browser).await;
        assert_eq!(client.userinfo(&plain.access).await.expect(200).json(), json!({ "sub": person.id }));
        let quiet = client.authorization().with("claims", &claims.to_string()).with("prompt", "none");
        let callback = browser.authorize(&quiet).await;
        let again = Tokens::read(&client.redeem(callback.code(), quiet.verifier.as_deref()).await);
        assert_eq!(client.userinfo(&again.access).await.expect(200).json()["name"], person.name.as_str());
    }

    async fn a_sign_in_that_cannot_be_had_is_refused(instance: &Instance) {
        let browser = instance.browser_of(&instance.person()).await;
        let client = instance.client(&Registration::confidential());
        let gold = json!({"id_token": {"acr": {"essential": true, "value": "urn:example:gold"}}});
        let request = client.authorization().with("claims", &gold.to_string());
        let callback = browser.authorize(&request).await;
        assert_eq!(callback.get("error"), "unmet_authentication_requirements", "{callback:?}");
        assert_eq!(callback.get("state"), request.get("state"));
        let malformed = client.authorization().with("claims", "{\"userinfo\":[]}");
        assert_eq!(browser.authorize(&malformed).await.get("error"), "invalid_request");
        // A wish is none of those.
        let wish = client.authorization().with("acr_values", "urn:example:gold");
        assert!(!browser.authorize(&wish).await.code().is_empty());
    }

    /// OIDC Core sections 5.1 and 5.4: each scope stands for its claims, and what nobody said is left out.
    async fn people_say_of_themselves_what_they_want(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let client = instance.client(&Registration::confidential().scope("openid profile email address phone"));
        let before = client.tokens(&browser).await;
        let bare = client.userinfo(&before.access).await.expect(200).json();
        for absent in ["given_name", "birthdate", "address", "phone_number", "phone_number_verified"] {
            assert!(bare.get(absent).is_none(), "{absent}: {bare}");
        }
        let page = browser.open("/settings/profile").await.expect(200);
        let mut form = page.form("/settings/profile");
        for (name, value) in [
            ("given_name", "Ada"), ("family_name", "Lovelace"), ("birthdate", "1815-12-10"), ("locale", "en-GB"),
            ("zoneinfo", "Europe/London"), ("website", "https://ada.example/"), ("phone_number", "+44 20 7946 0018"),
            ("street_address", "St James’s Square 12"), ("postal_code", "SW1Y 4JH"), ("locality", "London"),
        ] {
            form = form.fill(name, value);
        }
        let wrong = browser.submit(&page, &form.clone().fill("birthdate", "10 December")).await;
        assert!(wrong.text().contains("Write the day as 1815-12-10"), "{wrong:?}");
        let saved = browser.submit(&page, &form).await.expect(200);
        assert!(saved.text().contains("Your profile is saved"), "{saved:?}");
        let said = client.userinfo(&before.access).await.expect(200).json();
        assert_eq!((&said["given_name"], &said["birthdate"]), (&json!("Ada"), &json!("1815-12-10")));
        assert_eq!((&said["phone_number"], &said["phone_number_verified"]), (&json!("+44 20 7946 0018"), &json!(false)));
        let address = json!({
            "formatted": "St James’s Square 12\nSW1Y 4JH London", "street_address": "St James’s Square 12",
            "postal_code": "SW1Y 4JH", "locality": "London",
        });
        assert_eq!(said["address"], address);
        // A narrower token says less.
        let narrow = Tokens::read(&client.refresh_to(&before.refresh, "openid phone").await);
        let said = client.userinfo(&narrow.access).await.expect(200).json();
        let names: Vec<&String> = said.as_object().unwrap().keys().collect();
        assert_eq!(names, ["phone_number", "phone_number_verified", "sub"]);
        // And what is emptied is said no more.
        let page = browser.open("/settings/profile").await.expect(200);
        let form = page.form("/settings/profile").fill("phone_number", "");
        let _ = browser.submit(&page, &form).await.expect(200);
        assert_eq!(client.userinfo(&narrow.access).await.expect(200).json(), json!({ "sub": person.id }));
    }
}
