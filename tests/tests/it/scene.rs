//! What the sweeps over all routes go over.

use postern_tests::{Browser, Instance, OAuthClient, Registration};

/// Every endpoint that machines use.
pub(crate) const MACHINES: [&str; 12] = [
    "/healthz",
    "/readyz",
    "/metrics",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource",
    "/.well-known/jwks.json",
    "/v1/oauth2/authorize",
    "/v1/oauth2/token",
    "/v1/oauth2/userinfo",
    "/v1/oauth2/revoke",
    "/v1/oauth2/introspect",
];

/// What a sweep needs: somebody with a client of their own, an app they allowed, and a request to consent to.
pub(crate) struct Scene {
    pub(crate) browser: Browser,
    pub(crate) stranger: Browser,
    words: Vec<(&'static str, String)>,
}

impl Scene {
    pub(crate) async fn set(instance: &Instance) -> Self {
        let person = instance.person();
        let browser = instance.browser_of(&person).await;
        let other = instance.browser_of(&person).await;
        let app: OAuthClient = instance.client(&Registration::confidential());
        let _ = app.tokens(&browser).await;
        let own = Registration::confidential().name("Owned").with(&["--owner", &person.username]);
        let own = instance.client(&own);
        let asking = browser.open(&own.authorization().target()).await.expect(200);
        let request = asking.form("/consent").value("request").unwrap().to_owned();
        let stranger = instance.browser_of(&instance.person()).await;
        drop(other);
        let words = vec![
            ("PASSWORD", person.password),
            ("CLIENT", own.id),
            ("APP", app.id),
            ("NAME", "Owned".to_owned()),
            ("REQUEST", request),
        ];
        Self { browser, stranger, words }
    }

    pub(crate) fn say(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    }

    pub(crate) async fn form_token(browser: &Browser) -> String {
        browser
            .open("/settings/profile")
            .await
            .form("/settings/profile")
            .value("form_token")
            .unwrap()
            .to_owned()
    }
}

/// Numbers of which one changes when any row does that a sweep could change.
pub(crate) async fn fingerprint(instance: &Instance) -> Vec<i64> {
    let mut found = Vec::new();
    for sql in [
        "SELECT count(*) FROM users",
        "SELECT count(*) FROM users WHERE name = 'Changed' OR username = 'changed'",
        "SELECT coalesce(sum(password_changed_at), 0) FROM users",
        "SELECT count(*) FROM sessions",
        "SELECT count(*) FROM clients",
        "SELECT count(*) FROM clients WHERE name = 'Changed'",
        "SELECT count(*) FROM clients WHERE metadata LIKE '%changed.example%'",
        "SELECT count(*) FROM client_secrets",
        "SELECT count(*) FROM client_logos",
        "SELECT count(*) FROM consents",
        "SELECT count(*) FROM tokens",
        "SELECT count(*) FROM tokens WHERE revoked_at IS NOT NULL",
        "SELECT count(*) FROM grants",
        "SELECT count(*) FROM grants WHERE revoked_at IS NOT NULL",
        "SELECT coalesce(sum(expires_at), 0) FROM tokens",
        "SELECT coalesce(sum(updated_at), 0) FROM clients",
        "SELECT count(*) FROM organizations",
        "SELECT coalesce(sum(updated_at), 0) FROM organizations",
        "SELECT count(*) FROM memberships",
        "SELECT count(*) FROM memberships WHERE role = 'owner'",
        "SELECT count(*) FROM invitations",
        "SELECT count(*) FROM app_approvals",
        "SELECT count(*) FROM customers",
        "SELECT coalesce(sum(updated_at), 0) FROM customers",
    ] {
        found.push(instance.database().number(&format!("SELECT CAST(({sql}) AS BIGINT)")).await);
    }
    found
}
