use postern_tests::{Instance, Request, on_both_databases};

on_both_databases! {
    async fn an_account_is_deleted_when_its_person_asks_for_it(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let question = browser.open("/settings/account/delete").await.expect(200);
        let wrong = question.form("/settings/account/delete").fill("confirm", "somebody");
        let again = browser.submit(&question, &wrong).await.expect(422);
        assert!(again.text().contains("Type your user name exactly"), "{}", again.text());
        let right = again.form("/settings/account/delete").fill("confirm", &person.username);
        let page = browser.submit(&again, &right).await.expect(200);
        assert!(page.text().contains("Keep my account"), "{}", page.text());
        let home = browser.open("/").await.expect(200);
        assert!(home.text().contains("This account is deleted"), "{}", home.text());
        let kept = browser.submit(&page, &page.form("keep").press("keep")).await.expect(200);
        assert!(kept.text().contains("Your account stays."), "{}", kept.text());
        let home = browser.open("/").await.expect(200);
        assert!(!home.text().contains("This account is deleted"), "{}", home.text());
    }

    async fn what_is_kept_of_a_person_is_a_file(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let page = browser.open("/settings/account").await.expect(200);
        assert!(page.text().contains("/settings/account/data.json"), "{}", page.text());
        let answer = browser.open("/settings/account/data.json").await.expect(200);
        let found = answer.json();
        assert_eq!(found["account"]["username"], person.username.as_str(), "{found}");
        assert_eq!(found["sessions"][0]["current"], true, "{found}");
        for list in [
            "passkeys",
            "sign_in_providers",
            "consents",
            "organizations",
            "oauth_clients",
            "personal_access_tokens",
        ] {
            assert!(found[list].is_array(), "{found}");
        }
        assert!(!answer.text().contains("argon2"), "{}", answer.text());
    }

    async fn an_operator_deletes_an_account_at_once(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let made = instance.cli(&["token", "create", "--user", &person.username, "--name", "script"]).json();
        instance.secrets().add(made["token"].as_str().unwrap());
        let ask = || Request::get("/v1/users/me").bearer(made["token"].as_str().unwrap());
        let _ = instance.wire().send(ask()).await.expect(200);
        assert_eq!(instance.cli(&["user", "delete", &person.email]).json()["username"], person.username.as_str());
        assert_eq!(instance.cli(&["user", "delete", &person.email]).code, 1);
        assert!(!browser.is_signed_in().await);
        // Another process did it: this one knows within a second.
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let _ = instance.wire().send(ask()).await.expect(401);
    }
}
