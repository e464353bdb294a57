//! `/settings/applications`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::{AppFace, Chrome, Notice, Page, Pager, Section, Text, When, t};

/// What each connected app holds and since when. A row's button posts `client_id` and `form_token` to
/// `/settings/applications`, which cuts that app off.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/applications.html")]
pub struct Applications {
    /// The frame.
    pub chrome: Chrome,
    /// The apps, the one used last first.
    pub apps: Vec<ConnectedApp>,
    /// The way to the other pages of the list.
    pub pager: Pager,
}

/// An app that holds access.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConnectedApp {
    /// Its client id, sent back by the form.
    pub client_id: String,
    /// Its name and logo.
    pub face: AppFace,
    /// Who made it.
    pub publisher: Option<String>,
    /// Its homepage.
    pub homepage_url: Option<String>,
    /// Where a sign-in at the app begins, if it can be opened from here (OpenID Connect Core, section 4).
    pub open_url: Option<String>,
    /// What it may do, the labels of the scopes.
    pub scopes: Vec<Text>,
    /// Since when it is connected.
    pub since: When,
    /// When it last used its access, if ever.
    pub last_used: Option<When>,
}

impl Page for Applications {
    const NAME: &'static str = "applications";

    fn sample() -> Self {
        let ago = |days: i64| When::new(SAMPLE_NOW - days * 86_400, SAMPLE_NOW);
        Self {
            chrome: Chrome::sample(Section::Applications),
            apps: vec![
                ConnectedApp {
                    client_id: "postern_ci_one".into(),
                    face: AppFace::new("Field Notes"),
                    publisher: Some("Charles Babbage".into()),
                    homepage_url: Some("https://notes.example.com".into()),
                    open_url: Some(
                        "https://notes.example.com/sign-in?iss=https%3A%2F%2Fid.example.com".into(),
                    ),
                    scopes: vec![
                        t("Know who you are"),
                        t("See your profile"),
                        t("See your e-mail address"),
                        t("Stay connected while you are away"),
                    ],
                    since: ago(40),
                    last_used: Some(When::new(SAMPLE_NOW - 240, SAMPLE_NOW)),
                },
                ConnectedApp {
                    client_id: "postern_ci_two".into(),
                    face: AppFace::new(
                        "Sea Charts and everything else that floats, for sailors and their friends 🌊",
                    ),
                    publisher: None,
                    homepage_url: None,
                    open_url: None,
                    scopes: vec![t("Know who you are")],
                    since: ago(2),
                    last_used: None,
                },
            ],
            pager: Pager {
                previous_url: None,
                next_url: Some("/settings/applications?cursor=sample".into()),
            },
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let revoked =
            Notice::done(t("{app} is cut off. Its tokens stopped working now.").with("app", "Field Notes"));
        vec![(
            "empty",
            Self {
                chrome: Chrome::sample(Section::Applications).with_notice(revoked),
                apps: Vec::new(),
                pager: Pager::default(),
            },
        )]
    }
}
