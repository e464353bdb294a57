//! `/organizations/{slug}/overview`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{
    Chrome, Notice, OrganizationTab, Page, Shortened, Text, Tone, When,
    pages::{Attention, SAMPLE_NOW},
    span, t, tn,
};

/// An organization at a glance: how much it has of what, what wants attention, and what the person may do there.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/organizations/overview.html")]
pub struct OrganizationOverview {
    /// The frame; its `organization` names the organization and the person's role.
    pub chrome: Chrome,
    /// The organization's id, the `sub` of its tokens.
    pub id: Shortened,
    /// Since when it exists.
    pub created: When,
    /// What the person's role lets them do, a sentence, e.g. *You see it and its members.*
    pub role_means: Text,
    /// How many members it has.
    pub members: u64,
    /// How many invitations wait for an answer.
    pub invitations: u64,
    /// How many of its tokens work now.
    pub live_tokens: u64,
    /// How many customers it keeps.
    pub customers: u64,
    /// How many apps hold access to it.
    pub apps: u64,
    /// What wants attention, the most pressing first. Empty says that nothing does.
    pub attention: Vec<Attention>,
    /// What it demands and what it gets, a label and a value each, e.g. *Longest token* and *90 days*.
    pub facts: Vec<(Text, Text)>,
}

impl OrganizationOverview {
    fn is_new(&self) -> bool {
        self.members <= 1 && self.live_tokens == 0 && self.customers == 0 && self.apps == 0
    }
}

impl Page for OrganizationOverview {
    const NAME: &'static str = "organization-overview";

    fn sample() -> Self {
        let attention = |tone, text, ago: Option<i64>, action, page: &str| Attention {
            tone,
            text,
            when: ago.map(|ago| When::new(SAMPLE_NOW - ago, SAMPLE_NOW)),
            action,
            url: format!("/organizations/acme-labs/{page}"),
        };
        Self {
            chrome: Chrome::sample_organization(OrganizationTab::Overview),
            id: Shortened::new("01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3"),
            created: When::new(SAMPLE_NOW - 400 * 86_400, SAMPLE_NOW),
            role_means: t("You may do everything: also name owners, set what it demands, and delete it."),
            members: 12,
            invitations: 2,
            live_tokens: 4,
            customers: 10_482,
            apps: 3,
            attention: vec![
                attention(
                    Tone::Warning,
                    t("The token {name} ends.").with("name", "Nightly import"),
                    Some(-6 * 86_400),
                    t("Look at it"),
                    "tokens/t1",
                ),
                attention(
                    Tone::Neutral,
                    tn("An app waits to be approved.", "{count} apps wait to be approved.", 1_u64),
                    None,
                    t("Decide"),
                    "settings",
                ),
            ],
            facts: vec![
                (t("Longest token"), span(90 * 86_400)),
                (t("Approval of apps"), t("needed before they get access")),
                (t("API requests"), t("500 a minute")),
            ],
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let made = Notice::done(t(
            "The organization is made, and you are its owner. Invite others, or make a token.",
        ));
        let new = Self {
            chrome: sample.chrome.clone().with_notice(made),
            members: 1,
            invitations: 0,
            live_tokens: 0,
            customers: 0,
            apps: 0,
            attention: Vec::new(),
            facts: Vec::new(),
            ..sample.clone()
        };
        let member = Self {
            chrome: Chrome::sample_member(OrganizationTab::Overview),
            role_means: t(
                "You see it and its members. What speaks for it is set up by its owners and admins.",
            ),
            attention: Vec::new(),
            ..sample.clone()
        };
        vec![("new", new), ("member", member), ("quiet", Self { attention: Vec::new(), ..sample })]
    }
}
