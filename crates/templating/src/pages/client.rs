//! `/developer/clients/{client_id}`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::{
    AppFace, Badge, Chrome, Notice, Page, Section, Shortened, Snippet, Text, Tone, When, number::grouped,
    span, t,
};

/// One client: id, secrets, use, errors of late, and how to call. Links lead to `{url}/edit` and `{url}/delete`; forms
/// post `action=rotate`, or `action=revoke` with `secret` (a row's id), and `form_token` to `{url}/secrets`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/client.html")]
pub struct Client {
    /// The frame.
    pub chrome: Chrome,
    /// Path of this page, e.g. `/developer/clients/postern_ci_…`.
    pub url: String,
    /// The client's name and logo.
    pub face: AppFace,
    /// Its id.
    pub client_id: Shortened,
    /// `confidential` or `public`.
    pub client_type: Text,
    /// Its homepage.
    pub homepage_url: Option<String>,
    /// Who it belongs to, e.g. *you* or the name of an organization.
    pub owner: Text,
    /// Since when it exists.
    pub created: When,
    /// Its redirect URIs, exactly as registered.
    pub redirect_uris: Vec<String>,
    /// The scopes it may ask for, e.g. `openid`.
    pub scopes: Vec<String>,
    /// Those of its scopes that it has no use for, if there are any.
    pub unused_scopes: Option<UnusedScopes>,
    /// Its settings in words: a label and a value each, e.g. *Grants* and *authorization_code, refresh_token*.
    pub settings: Vec<(Text, Text)>,
    /// Its secrets, the latest first. Empty for public and for key-based clients.
    pub secrets: Vec<ClientSecretRow>,
    /// Whether it has secrets at all.
    pub uses_secrets: bool,
    /// How many people it has access for.
    pub users: u64,
    /// How many of its tokens work now.
    pub live_tokens: u64,
    /// When it last called, if ever.
    pub last_call: Option<When>,
    /// Calls that were refused of late, the latest first.
    pub errors: Vec<ClientCallError>,
    /// What it was told of late of sessions that ended; `None` if it does not ask to be told.
    pub logout_notices: Option<Vec<LogoutNoticeRow>>,
    /// Addresses to call.
    pub endpoints: Vec<Endpoint>,
    /// Code for this client, one language each.
    pub snippets: Vec<Snippet>,
}

/// Scopes that a client may ask for and was never issued a token with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnusedScopes {
    /// The scopes, e.g. `email`; at least one.
    pub scopes: Vec<String>,
    /// Since when that was looked at; `None` if it always was.
    pub since: Option<When>,
}

impl UnusedScopes {
    /// How many are named in a list.
    const NAMED: usize = 3;

    /// In a list: the first few, and how many more there are.
    pub(crate) fn in_short(&self) -> Text {
        let named: Vec<&str> = self.scopes.iter().take(Self::NAMED).map(String::as_str).collect();
        let named = named.join(", ");
        let scopes = match self.scopes.len().saturating_sub(Self::NAMED) {
            0 => Text::verbatim(named),
            more => t("{scopes} and {count} more").with("scopes", named).with("count", more as u64),
        };
        match &self.since {
            None => t("never granted: {scopes}").with("scopes", scopes),
            Some(since) => {
                t("not granted since {day}: {scopes}").with("day", since.day()).with("scopes", scopes)
            }
        }
    }

    pub(crate) fn sample() -> Self {
        Self { scopes: vec!["offline_access".into(), "profile".into()], since: None }
    }
}

/// A secret of a client, which is never shown again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClientSecretRow {
    /// Handle for the form.
    pub id: String,
    /// The last four characters.
    pub hint: String,
    /// When it was made.
    pub created: When,
    /// When it was last used, if ever.
    pub last_used: Option<When>,
    /// Its state, e.g. *active* or *expires in 6 days*.
    pub state: Badge,
    /// Whether revoking it leaves the client without a secret that works.
    pub is_last: bool,
}

/// A refused call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClientCallError {
    /// When it was (last) refused.
    pub when: When,
    /// Where, e.g. `authorize`.
    pub endpoint: String,
    /// The code of the answer, e.g. `invalid_grant`.
    pub code: String,
    /// The reason in words a developer can act on.
    pub reason: String,
    /// How many times the same happened; at least one.
    pub count: u64,
}

/// What a client was told of a session that ended (OpenID Connect Back-Channel Logout 1.0).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogoutNoticeRow {
    /// When the session ended.
    pub when: When,
    /// Its state, e.g. *delivered* or *given up*.
    pub state: Badge,
    /// What the client answered or what was wrong, if there is something to say, e.g. *it answered 503 instead of 200*.
    pub answer: String,
    /// How often it was tried.
    pub tries: u64,
}

/// An address to call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Endpoint {
    /// What it is, e.g. *Discovery*.
    pub label: String,
    /// Its URL.
    pub url: String,
}

impl Client {
    fn refused(&self) -> crate::number::Grouped {
        grouped(&self.errors.iter().map(|error| error.count).sum())
    }
}

impl Page for Client {
    const NAME: &'static str = "client";

    fn sample() -> Self {
        let ago = |seconds: i64| When::new(SAMPLE_NOW - seconds, SAMPLE_NOW);
        let endpoint = |label: &str, path: &str| Endpoint {
            label: label.into(),
            url: format!("https://id.example.com{path}"),
        };
        Self {
            chrome: Chrome::sample(Section::Clients),
            url: "/developer/clients/postern_ci_sample".into(),
            face: AppFace::new("Field Notes"),
            client_id: Shortened::new("postern_ci_2Vhk3mW5q8Yx0Zc7Tn4Rb9Lp1Jd6Fs0Ga"),
            client_type: t("confidential"),
            homepage_url: Some("https://notes.example.com".into()),
            owner: t("you"),
            created: ago(400 * 86_400),
            redirect_uris: vec![
                "https://notes.example.com/callback".into(),
                "http://localhost:3000/callback".into(),
            ],
            scopes: ["openid", "profile", "email", "offline_access"].map(String::from).to_vec(),
            unused_scopes: Some(UnusedScopes::sample()),
            settings: vec![
                (t("Authentication"), t("client_secret_basic or client_secret_post")),
                (t("Grants"), Text::verbatim("authorization_code, refresh_token")),
                (t("Access tokens last"), span(10 * 86_400)),
                (t("Refresh tokens last"), t("{span} unused").with("span", span(90 * 86_400))),
                (t("id_token signature"), Text::verbatim("RS256")),
                (Text::verbatim("PKCE"), t("optional")),
            ],
            secrets: vec![
                ClientSecretRow {
                    id: "k2".into(),
                    hint: "x9Qe".into(),
                    created: ago(86_400),
                    last_used: Some(ago(240)),
                    state: Badge::new(Tone::Good, t("active")),
                    is_last: false,
                },
                ClientSecretRow {
                    id: "k1".into(),
                    hint: "T4bz".into(),
                    created: ago(400 * 86_400),
                    last_used: None,
                    state: Badge::new(
                        Tone::Warning,
                        t("expires {when}").with("when", ago(-6 * 86_400).relative()),
                    ),
                    is_last: false,
                },
            ],
            uses_secrets: true,
            users: 1_204,
            live_tokens: 2_310,
            last_call: Some(ago(240)),
            errors: sample_errors(),
            logout_notices: Some(sample_notices()),
            endpoints: vec![
                endpoint("Discovery", "/.well-known/openid-configuration"),
                endpoint("Authorization", "/v1/oauth2/authorize"),
                endpoint("Token", "/v1/oauth2/token"),
                endpoint("Userinfo", "/v1/oauth2/userinfo"),
                endpoint("Keys", "/.well-known/jwks.json"),
            ],
            snippets: Snippet::samples(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let public = Self {
            chrome: Chrome::sample(Section::Clients)
                .with_notice(Notice::done(t("Your changes are saved. They hold from now on."))),
            face: AppFace::new(
                "A public client with a name that goes on and on and never seems to come to its end",
            ),
            client_type: t("public"),
            homepage_url: None,
            unused_scopes: Some(UnusedScopes {
                since: Some(When::new(SAMPLE_NOW - 86_400, SAMPLE_NOW)),
                ..UnusedScopes::sample()
            }),
            redirect_uris: vec![
                "com.example.field-notes:/a/very/long/path/that/has/to/break/somewhere/or/else".into(),
            ],
            secrets: Vec::new(),
            uses_secrets: false,
            users: 0,
            live_tokens: 0,
            last_call: None,
            errors: Vec::new(),
            logout_notices: None,
            ..sample.clone()
        };
        let single = Self {
            unused_scopes: None,
            secrets: sample
                .secrets
                .iter()
                .take(1)
                .cloned()
                .map(|row| ClientSecretRow { is_last: true, ..row })
                .collect(),
            logout_notices: Some(Vec::new()),
            ..sample
        };
        vec![("public and unused", public), ("one secret", single)]
    }
}

fn sample_notices() -> Vec<LogoutNoticeRow> {
    let row = |seconds: i64, tone, state: Text, answer: &str, tries| LogoutNoticeRow {
        when: When::new(SAMPLE_NOW - seconds, SAMPLE_NOW),
        state: Badge::new(tone, state),
        answer: answer.into(),
        tries,
    };
    let next = t("tried again {when}").with("when", When::new(SAMPLE_NOW + 120, SAMPLE_NOW).relative());
    vec![
        row(40, Tone::Warning, next, "it answered 503 instead of 200", 3),
        row(3_600, Tone::Good, t("delivered"), "", 1),
        row(200_000, Tone::Bad, t("given up"), "no connection to notes.example.com: it refused", 8),
    ]
}

fn sample_errors() -> Vec<ClientCallError> {
    let error = |seconds: i64, endpoint: &str, code: &str, reason: &str, count| ClientCallError {
        when: When::new(SAMPLE_NOW - seconds, SAMPLE_NOW),
        endpoint: endpoint.into(),
        code: code.into(),
        reason: reason.into(),
        count,
    };
    vec![
        error(
            840,
            "authorize",
            "invalid_request",
            "redirect URI did not match: got https://notes.example.com/callback/, registered https://notes.example.com/callback",
            12,
        ),
        error(90_000, "token", "invalid_grant", "the code was used before; its tokens are revoked", 1),
    ]
}
