//! The whole life of a sign-in.

use postern_tests::{Instance, Registration, Tokens, on_both_databases};

on_both_databases! {
    async fn signs_in_refreshes_and_revokes(instance: &Instance) {
        let person = instance.person();
        let client = instance.client(&Registration::confidential());
        let browser = instance.browser_of(&person).await;
        let tokens = client.tokens(&browser).await;
        let claims = client.userinfo(&tokens.access).await.expect(200).json();
        assert_eq!(claims["sub"], person.id.as_str());
        assert_eq!(claims["email"], person.email.as_str());
        let newer = Tokens::read(&client.refresh(&tokens.refresh).await);
        assert!(client.is_active(&newer.access).await);
        let _ = client.revoke(&newer.refresh).await.expect(200);
        assert!(!client.is_active(&newer.access).await);
        assert!(!client.is_active(&newer.refresh).await);
        let _ = client.userinfo(&newer.access).await.expect(401);
    }
}
