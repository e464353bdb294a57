//! One token: what it may do, its facts, and the form that changes it.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::{TokenForm, TokenPlace};
use crate::{
    Badge, Chrome, FieldError, Notice, OrganizationTab, Page, ScopeGroup, ScopeLine, Section, Shortened,
    Snippet, Text, Tone, When, pages::SAMPLE_NOW, t, tn,
};

/// A token. The form posts the fields of [`TokenForm`], `action=save` and `form_token` to the page itself; links lead
/// to `rotate`, `renew` and `revoke` below it.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/show.html")]
pub struct Token {
    /// The frame.
    pub chrome: Chrome,
    /// Whose token it is.
    pub place: TokenPlace,
    /// Its id.
    pub id: Shortened,
    /// What it is called.
    pub name: String,
    /// What of the value may be shown, e.g. `postern_pat_…x7Kq`.
    pub hint: String,
    /// Its state, e.g. *active*, *ends in 6 days*, *expired* or *revoked by admin*.
    pub state: Badge,
    /// What it may do, for whom, from where and until when, in one paragraph.
    pub explanation: Vec<Text>,
    /// Whether it holds everything that its owner may do.
    pub everything: bool,
    /// What it holds, by subject. Empty where it holds everything or nothing.
    pub groups: Vec<ScopeGroup>,
    /// Who made it, e.g. *you*.
    pub creator: Option<Text>,
    /// When it was made.
    pub created: When,
    /// When it was last used, if ever.
    pub last_used: Option<When>,
    /// The address it was last used from.
    pub last_address: Option<String>,
    /// When it ends or was revoked, if ever.
    pub expires: Option<When>,
    /// Whether it has ended or was revoked.
    pub is_over: bool,
    /// Until when the value before the present one goes on working.
    pub old_value_ends: Option<When>,
    /// The addresses it may be used from. Empty means any.
    pub networks: Vec<String>,
    /// Its limits, one a line. A request must pass all of these sets; empty means no limit.
    pub limits: Vec<String>,
    /// Until when its limits only report, if they do.
    pub report_only_until: Option<When>,
    /// Whether it works for any active user.
    pub any_user: bool,
    /// The owner's note; may be empty.
    pub note: String,
    /// What can be done with it.
    pub actions: TokenActions,
    /// The fields as they are; none where they can't be changed any more.
    pub form: Option<TokenForm>,
    /// Why nothing can be changed, a sentence; shown where there is no form.
    pub locked_because: Text,
    /// Code that uses it, with the value left as a variable, one language each.
    pub snippets: Vec<Snippet>,
}

/// What can be done with a token now, by the person who looks at it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenActions {
    /// It can get a new value.
    pub rotate: bool,
    /// It can get a new end.
    pub renew: bool,
    /// It can be revoked.
    pub revoke: bool,
    /// Its value can be shown again (`tokens.reveal = "again"`): posts `action=reveal`.
    pub reveal: bool,
}

impl Token {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        self.form.as_ref().map(TokenForm::errors).unwrap_or_default()
    }

    fn is_refused(&self) -> bool {
        self.problem().is_some() || !self.errors().is_empty()
    }

    fn problem(&self) -> Option<Text> {
        self.form.as_ref().and_then(|form| form.problem.clone())
    }

    fn url(&self) -> String {
        self.place.url_of(&self.id.full)
    }
}

fn sample_groups() -> Vec<ScopeGroup> {
    let group = |name: &'static str, lines: &[&'static str]| ScopeGroup {
        name: Text::verbatim(name),
        scopes: lines.iter().map(|line| ScopeLine::new(Text::verbatim(*line), "")).collect(),
    };
    vec![
        group("You", &["See your profile"]),
        group("Organizations", &["See organizations", "Change organizations", "See members"]),
    ]
}

impl Page for Token {
    const NAME: &'static str = "token";

    fn sample() -> Self {
        let ago = |seconds: i64| When::new(SAMPLE_NOW - seconds, SAMPLE_NOW);
        Self {
            chrome: Chrome::sample(Section::Tokens),
            place: TokenPlace::Personal,
            id: Shortened::new("01930f6e-7b7c-7a80-9d4e-52f1c0a8b9d3"),
            name: "Nightly import".into(),
            hint: "postern_pat_…x7Kq".into(),
            state: super::sample_ending(),
            explanation: vec![
                t("Whoever holds this token acts as you, {within}, {from}, {end}.")
                    .with("within", tn("within {count} scope", "within {count} scopes", 4_u64))
                    .with("from", t("from {networks} only").with("networks", "203.0.113.7, 2001:db8::/32"))
                    .with("end", t("until {day}").with("day", ago(-6 * 86_400).day())),
                t("It never may do more than you may."),
            ],
            everything: false,
            groups: sample_groups(),
            creator: None,
            created: ago(84 * 86_400),
            last_used: Some(ago(25_000)),
            last_address: Some("203.0.113.7".into()),
            expires: Some(ago(-6 * 86_400)),
            is_over: false,
            old_value_ends: None,
            networks: vec!["203.0.113.7".into(), "2001:db8::/32".into()],
            limits: vec![super::SAMPLE_LIMITS.into()],
            report_only_until: None,
            any_user: false,
            note: "Runs on db1 at three.\nAsk Charles before changing it.".into(),
            actions: TokenActions { rotate: true, renew: true, revoke: true, reveal: false },
            form: Some(TokenForm::sample_existing()),
            locked_because: Text::default(),
            snippets: super::TokenValue::sample().snippets,
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let saved = Notice::done(t("The token is saved. The change holds now."));
        let mut errors = Self::sample();
        if let Some(form) = &mut errors.form {
            form.name =
                crate::Field::new("").with_error(t("Give the token a name, so that you recognise it later."));
            form.scopes_error = Some(Text::verbatim("You don't hold orders:write, so you can't give it."));
        }
        let rotated = Self {
            chrome: Chrome::sample(Section::Tokens).with_notice(saved),
            old_value_ends: Some(When::new(SAMPLE_NOW + 80_000, SAMPLE_NOW)),
            report_only_until: Some(When::new(SAMPLE_NOW + 400_000, SAMPLE_NOW)),
            actions: TokenActions { reveal: true, ..Self::sample().actions },
            ..Self::sample()
        };
        vec![
            ("errors", errors),
            ("rotated", rotated),
            ("everything", Self::sample_everything()),
            ("revoked", Self::sample_revoked()),
        ]
    }
}

impl Token {
    fn sample_everything() -> Self {
        let mut form = TokenForm::sample();
        form.name = crate::Field::new("Laptop");
        form.everything = Some(true);
        Self {
            name: "Laptop".into(),
            state: Badge::new(Tone::Good, t("active")),
            explanation: vec![
                t("Whoever holds this token acts as you, {within}, {from}, {end}.")
                    .with("within", t("and may do everything you may, also what is added later"))
                    .with("from", t("from anywhere"))
                    .with("end", t("until somebody revokes it")),
            ],
            everything: true,
            groups: Vec::new(),
            last_used: None,
            last_address: None,
            expires: None,
            networks: Vec::new(),
            limits: Vec::new(),
            any_user: true,
            note: String::new(),
            actions: TokenActions { renew: false, ..Self::sample().actions },
            form: Some(form),
            ..Self::sample()
        }
    }

    fn sample_revoked() -> Self {
        Self {
            chrome: Chrome::sample_organization(OrganizationTab::Tokens),
            place: TokenPlace::sample_organization(),
            name: "Every night at three: copy the warehouse, the ledger and the observatory's plates 🌙"
                .into(),
            hint: "postern_oat_…x7Kq".into(),
            state: Badge::new(Tone::Bad, t("revoked by {name}").with("name", "admin")),
            explanation: vec![t("This token may do nothing: it was revoked, and never works again.")],
            creator: Some(Text::verbatim("محمد بن موسى الخوارزمي")),
            expires: Some(When::new(SAMPLE_NOW - 9 * 86_400, SAMPLE_NOW)),
            is_over: true,
            actions: TokenActions::default(),
            form: None,
            locked_because: t("A revoked token never works again and can't be changed. Make a new one."),
            ..Self::sample()
        }
    }
}
