use postern_tests::{Instance, on_both_databases};

on_both_databases! {
    async fn a_device_is_recognised_and_signed_out_elsewhere(instance: &Instance) {
        let person = instance.person();
        let here = instance.browser_of(&person).await;
        let there = instance.browser_of(&person).await;
        let page = here.open("/settings/sessions").await.expect(200);
        assert!(page.text().contains("Firefox"), "{}", page.document().text());
        assert!(page.text().contains("127."), "{}", page.document().text());
        let form = page.form("revoke").press("revoke");
        let _ = here.submit(&page, &form).await.expect(200);
        assert!(here.is_signed_in().await);
        assert!(!there.is_signed_in().await);
    }

    async fn all_others_are_signed_out_at_once(instance: &Instance) {
        let person = instance.person();
        let here = instance.browser_of(&person).await;
        let others = [instance.browser_of(&person).await, instance.browser_of(&person).await];
        let stranger = instance.browser_of(&instance.person()).await;
        let page = here.open("/settings/sessions").await.expect(200);
        let _ = here.submit(&page, &page.form("revoke_others").press("revoke_others")).await.expect(200);
        assert!(here.is_signed_in().await);
        for other in others {
            assert!(!other.is_signed_in().await);
        }
        assert!(stranger.is_signed_in().await);
    }

    async fn a_session_of_somebody_else_can_t_be_ended(instance: &Instance) {
        let victim_person = instance.person();
        let victim = instance.browser_of(&victim_person).await;
        let _second = instance.browser_of(&victim_person).await;
        let own = victim.open("/settings/sessions").await.expect(200);
        let handle = own.form("revoke").value("session").unwrap().to_owned();
        let person = instance.person();
        let (attacker, _second) = (instance.browser_of(&person).await, instance.browser_of(&person).await);
        let page = attacker.open("/settings/sessions").await.expect(200);
        let form = page.form("revoke").forge("session", &handle).press("revoke");
        let answer = attacker.submit(&page, &form).await;
        assert!(victim.is_signed_in().await && _second.is_signed_in().await, "{answer:?}");
        let rows = victim.open("/settings/sessions").await.expect(200);
        assert!(rows.text().contains(&handle), "the session is gone");
    }
}
