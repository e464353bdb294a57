//! The list of tokens.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::TokenPlace;
use crate::{
    AdminTab, Badge, Choice, Chrome, Notice, OrganizationTab, Page, Pager, Section, Text, Tone, When,
    pages::SAMPLE_NOW, t,
};

/// Tokens with their state. The filter is a GET with `q`, `state` and `kind`. Links lead below
/// [`TokenPlace::url`]: `new`, and for each token `{id}`, `{id}/renew` and `{id}/revoke`; administrators have no page
/// of a token and post `form_token` to `{id}/renew` at once.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/list.html")]
pub struct Tokens {
    /// The frame.
    pub chrome: Chrome,
    /// Whose tokens these are.
    pub place: TokenPlace,
    /// The tokens: those that end soon or ended of late first, then the latest.
    pub tokens: Vec<TokenRow>,
    /// How many there are on all pages, the filter aside.
    pub total: u64,
    /// What is filtered.
    pub filter: TokenFilter,
    /// Whether the person may make one here.
    pub may_create: bool,
    /// The way to the other pages of the list.
    pub pager: Pager,
}

/// What is filtered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TokenFilter {
    /// `q`: a piece of the name, for administrators also of the owner's name; may be empty.
    pub query: String,
    /// `state`: the first is any.
    pub states: Vec<Choice>,
    /// `kind`, for administrators: the first is any; else empty.
    pub kinds: Vec<Choice>,
    /// `unused`, for administrators: the first is whether or not; else empty.
    pub unused: Vec<Choice>,
    /// The same filter as the query of an address, without `?`.
    pub written: String,
}

/// A token in the list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenRow {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What kind it is in a word, e.g. *personal* or *organization*.
    pub kind: Text,
    /// What of the value may be shown, e.g. `postern_pat_…x7Kq`.
    pub hint: String,
    /// Its state, e.g. *active*, *ends in 6 days*, *expired* or *revoked by admin*.
    pub state: Badge,
    /// How many scopes it holds.
    pub scopes: u64,
    /// Whether it holds everything that its owner may do.
    pub everything: bool,
    /// Whether it works for any active user.
    pub any_user: bool,
    /// How many limits it has.
    pub limits: u64,
    /// When it was last used, if ever.
    pub last_used: Option<When>,
    /// The address it was last used from.
    pub last_address: Option<String>,
    /// When it ends, if ever.
    pub expires: Option<When>,
    /// Who made it, where that is worth saying: in an organization, or by an administrator.
    pub creator: Option<Text>,
    /// Whose it is, in the administrators' list, if it is not their own.
    pub owner: Option<Text>,
    /// Whether it is their own, in that list.
    pub is_own: bool,
    /// Whether the person may renew it and that makes sense now.
    pub may_renew: bool,
    /// Whether it is alive, so that the person may revoke it.
    pub may_revoke: bool,
}

impl TokenFilter {
    fn is_on(&self) -> bool {
        let chosen = |choices: &[Choice]| choices.iter().skip(1).any(|choice| choice.selected);
        !self.query.is_empty() || chosen(&self.states) || chosen(&self.kinds) || chosen(&self.unused)
    }

    /// Whether all that matches could be revoked together: a filter is on, and it is not of what has ended.
    fn leads_to_many(&self) -> bool {
        let ended =
            |choice: &Choice| choice.selected && ["expired", "revoked"].contains(&choice.value.as_str());
        self.is_on() && !self.written.is_empty() && !self.states.iter().any(ended)
    }

    fn sample() -> Self {
        Self {
            query: String::new(),
            states: vec![
                Choice::new("", t("Any state")).selected(true),
                Choice::new("active", t("Active")),
                Choice::new("expired", t("Expired")),
                Choice::new("revoked", t("Revoked")),
            ],
            kinds: Vec::new(),
            unused: Vec::new(),
            written: String::new(),
        }
    }
}

impl Tokens {
    /// Whether the person sees everybody's calls in the audit.
    fn sees_all(&self) -> bool {
        self.chrome.account.as_ref().is_some_and(|account| account.is_instance_admin)
    }
}

fn sample_row(name: &str, state: Badge, used: Option<i64>, ends: Option<i64>) -> TokenRow {
    let dead = state.tone == Tone::Bad;
    TokenRow {
        id: "01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3".into(),
        name: name.into(),
        kind: t("personal"),
        hint: "postern_pat_…x7Kq".into(),
        may_renew: matches!(state.tone, Tone::Warning | Tone::Bad)
            && !state.text.to_string().starts_with("revoked"),
        state,
        scopes: 4,
        everything: false,
        any_user: false,
        limits: 0,
        last_used: used.map(|ago| When::new(SAMPLE_NOW - ago, SAMPLE_NOW)),
        last_address: used.map(|_| "203.0.113.7".into()),
        expires: ends.map(|days| When::new(SAMPLE_NOW + days * 86_400, SAMPLE_NOW)),
        creator: None,
        owner: None,
        is_own: false,
        may_revoke: !dead,
    }
}

fn sample_rows() -> Vec<TokenRow> {
    let long = "Every night at three: copy the warehouse, the ledger and the observatory's plates 🌙";
    let everything = TokenRow {
        everything: true,
        any_user: true,
        limits: 3,
        scopes: 0,
        last_address: Some("2001:db8:85a3:8d3:1319:8a2e:370:7348".into()),
        ..sample_row("Laptop", Badge::new(Tone::Good, t("active")), Some(240), None)
    };
    let given = TokenRow {
        creator: Some(Text::verbatim("Charles Babbage")),
        ..sample_row("ترحيل البيانات", Badge::new(Tone::Good, t("active")), None, Some(300))
    };
    vec![
        sample_row("Nightly import", super::sample_ending(), Some(25_000), Some(6)),
        everything,
        sample_row(long, Badge::new(Tone::Good, t("active")), Some(90_000), Some(60)),
        given,
        sample_row("Old laptop", Badge::new(Tone::Bad, t("expired")), Some(4_000_000), Some(-9)),
        sample_row(
            "CI",
            Badge::new(Tone::Bad, t("revoked by {name}").with("name", "admin")),
            Some(800_000),
            Some(20),
        ),
    ]
}

impl Page for Tokens {
    const NAME: &'static str = "tokens";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Tokens),
            place: TokenPlace::Personal,
            tokens: sample_rows(),
            total: 6,
            filter: TokenFilter::sample(),
            may_create: true,
            pager: Pager::default(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let revoked = Notice::done(t("The token is revoked. It stopped working now."));
        let empty = Self { tokens: Vec::new(), total: 0, ..sample.clone() };
        let none_found = Self {
            chrome: Chrome::sample(Section::Tokens).with_notice(revoked),
            tokens: Vec::new(),
            filter: TokenFilter { query: "warehouse".into(), ..TokenFilter::sample() },
            ..sample.clone()
        };
        let empty_organization = Self {
            chrome: Chrome::sample_organization(OrganizationTab::Tokens),
            place: TokenPlace::sample_organization(),
            ..empty.clone()
        };
        vec![
            ("empty", empty),
            ("none found", none_found),
            ("of an organization", Self::of_an_organization()),
            ("of an organization, empty", empty_organization),
            ("of everybody", Self::of_everybody()),
        ]
    }
}

impl Tokens {
    fn of_an_organization() -> Self {
        let rows = sample_rows().into_iter().filter(|row| !row.everything);
        Self {
            chrome: Chrome::sample_organization(OrganizationTab::Tokens),
            place: TokenPlace::sample_organization(),
            tokens: rows
                .map(|row| TokenRow {
                    kind: t("organization"),
                    hint: "postern_oat_…x7Kq".into(),
                    creator: Some(Text::verbatim("Charles Babbage")),
                    ..row
                })
                .collect(),
            total: 5,
            ..Self::sample()
        }
    }

    fn of_everybody() -> Self {
        let owners =
            ["Ada Lovelace", "Acme Labs", "محمد بن موسى الخوارزمي صاحب الجبر والمقابلة", "Grace Hopper"];
        let rows = sample_rows().into_iter().cycle().take(30);
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Tokens)),
            place: TokenPlace::Everybody,
            tokens: rows
                .zip(owners.into_iter().cycle())
                .map(|(row, owner)| TokenRow { owner: Some(Text::verbatim(owner)), ..row })
                .collect(),
            total: 10_482,
            filter: TokenFilter {
                kinds: vec![
                    Choice::new("", t("Any kind")).selected(true),
                    Choice::new("pat", t("Personal")),
                    Choice::new("oat", t("Organization")),
                ],
                ..TokenFilter::sample()
            },
            pager: Pager { previous_url: None, next_url: Some("/admin/tokens?cursor=sample".into()) },
            ..Self::sample()
        }
    }
}
