use postern_tests::{Answer, Browser, Instance, Registration, on_both_databases};

async fn change(browser: &Browser, current: &str, new: &str) -> Answer {
    let page = browser.open("/settings/security").await.expect(200);
    browser.wire().secrets().add(new);
    let form = page.form("/settings/security").fill("current_password", current).fill("new_password", new);
    browser.submit(&page, &form).await
}

on_both_databases! {
    async fn a_new_password_ends_other_sessions_and_changes_this_cookie(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let other = instance.browser_of(&person).await;
        let before = browser.cookies();
        let new = "an entirely new pass phrase";
        let answer = change(&browser, &person.password, new).await;
        assert!(answer.status < 400, "{answer:?}");
        assert!(browser.is_signed_in().await);
        assert!(!other.is_signed_in().await);
        let stale = instance.browser();
        stale.set_cookies(before);
        assert!(!stale.is_signed_in().await, "the cookie from before still works");
        let browser = instance.browser();
        let _ = browser.try_sign_in(&person.username, &person.password).await;
        assert!(!browser.is_signed_in().await, "the old password still works");
        let _ = browser.try_sign_in(&person.username, new).await;
        assert!(browser.is_signed_in().await);
    }

    async fn wrong_and_weak_passwords_change_nothing(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        for (current, new) in [
            ("wrong", "an entirely new pass phrase"), ("", "an entirely new pass phrase"), (&person.password, "short"),
            (&person.password, "password1"), (&person.password, &person.username), (&person.password, &"x".repeat(129)),
            (&person.password, ""),
        ] {
            let answer = change(&browser, current, new).await;
            assert!([200, 400, 422].contains(&answer.status), "{new}: {answer:?}");
            assert_eq!(answer.url.path(), "/settings/security", "{new}: {answer:?}");
        }
        let _ = instance.browser().sign_in(&person).await;
    }

    async fn guesses_of_the_current_password_are_counted(instance: &Instance) {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let mut looked_at = 0;
        for at in 0..15 {
            let answer = change(&browser, &format!("guess number {at}"), "an entirely new pass phrase").await;
            looked_at += usize::from(answer.status != 429);
        }
        assert!(looked_at <= 10, "{looked_at} guesses were looked at");
    }

    async fn tokens_survive_a_new_password(instance: &Instance) {
        let person = instance.person();
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&person).await;
        let tokens = client.tokens(&browser).await;
        let _ = change(&browser, &person.password, "an entirely new pass phrase").await;
        // Apps were allowed by the person, not by the password: they are cut off under Apps.
        assert!(client.is_active(&tokens.access).await);
    }
}
