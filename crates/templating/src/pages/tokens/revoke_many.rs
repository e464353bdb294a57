//! The end of many tokens.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::pages::SAMPLE_NOW;
use crate::{AdminTab, Avatar, Chrome, Field, FieldError, Page, Section, Text, When, t};

/// What ends with all tokens that match a filter, and the question whether it shall. Posts the filter, `made_until`, `count`
/// and `form_token` to `/admin/tokens/revoke`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/revoke_many.html")]
pub struct TokensRevoke {
    /// The frame.
    pub chrome: Chrome,
    /// The filter: names and values.
    pub filter: Vec<(String, String)>,
    /// The list with the same filter.
    pub back: String,
    /// When it was looked at: what is made later stays.
    pub made_until: i64,
    /// How many tokens end.
    pub total: u64,
    /// Whether there are more than can end at once.
    pub has_more: bool,
    /// How many people and organizations they are of.
    pub owners: u64,
    /// Those with the most.
    pub largest: Vec<TokenOwnerShare>,
    /// How many were used within a day.
    pub used_today: u64,
    /// How many were used within seven days.
    pub used_this_week: u64,
    /// How many were never used.
    pub never_used: u64,
    /// Those used last: name, owner, and when.
    pub latest: Vec<(String, String, Option<When>)>,
    /// `count`: the number of tokens, typed once more.
    pub count: Field,
}

/// Some tokens of one owner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenOwnerShare {
    /// What the owner is called.
    pub name: String,
    /// Whether that is an organization.
    pub is_organization: bool,
    /// Its id, if it is a person.
    pub user_id: Option<String>,
    /// How many of the tokens are theirs.
    pub tokens: u64,
}

impl TokenOwnerShare {
    fn avatar(&self) -> Avatar {
        if self.is_organization { Avatar::organization(&self.name) } else { Avatar::person(&self.name) }
    }
}

impl TokensRevoke {
    fn errors(&self) -> Vec<FieldError<'_>> {
        self.count.summary("count").into_iter().collect()
    }

    fn no_problem(&self) -> Option<Text> {
        None
    }
}

impl Page for TokensRevoke {
    const NAME: &'static str = "tokens-revoke";

    fn sample() -> Self {
        let share = |name: &str, is_organization, tokens| TokenOwnerShare {
            name: name.into(),
            is_organization,
            user_id: (!is_organization).then(|| "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into()),
            tokens,
        };
        let ago = |seconds: i64| When::new(SAMPLE_NOW - seconds, SAMPLE_NOW);
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Tokens)),
            filter: vec![
                ("q".into(), "ci".into()),
                ("kind".into(), String::new()),
                ("unused".into(), "30d".into()),
            ],
            back: "/admin/tokens?q=ci".into(),
            made_until: SAMPLE_NOW,
            total: 1_204,
            has_more: false,
            owners: 2,
            largest: vec![
                share("Acme Labs", true, 1_200),
                share(
                    "جمعية النساجين والفلكيين 🧮 and everybody else who has ever owned an engine",
                    false,
                    4,
                ),
            ],
            used_today: 12,
            used_this_week: 40,
            never_used: 900,
            latest: vec![
                ("ci deploy".into(), "Acme Labs".into(), Some(ago(240))),
                ("ci old".into(), "Ada Lovelace".into(), None),
            ],
            count: Field::empty(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let none = Self {
            total: 0,
            owners: 0,
            largest: Vec::new(),
            latest: Vec::new(),
            used_today: 0,
            used_this_week: 0,
            never_used: 0,
            ..Self::sample()
        };
        let many = Self {
            total: 10_000,
            has_more: true,
            count: Field::new("12").with_error(t("Enter your password.")),
            ..Self::sample()
        };
        vec![("none", none), ("too many", many)]
    }
}
