//! The fields of a token, the same when it is made and when it is changed.

use serde::{Deserialize, Serialize};

use crate::{Choice, Field, FieldError, ScopeChoice, ScopeChoices, Text, span, t, tn};

/// Names of the inputs are those of the fields, except `scope` (once a ticked box) for [`scopes`](Self::scopes).
/// Boxes send `on`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TokenForm {
    /// What went wrong as a whole.
    pub problem: Option<crate::Text>,
    /// `name`
    pub name: Field,
    /// `note`, may be empty.
    pub note: Field,
    /// Whether `everything` is ticked: the token holds all that its owner may do. None where that is not offered, as
    /// in an organization.
    pub everything: Option<bool>,
    /// The scopes that the person may give, by subject.
    pub scopes: Vec<ScopeChoices>,
    /// What is wrong with the scopes.
    pub scopes_error: Option<crate::Text>,
    /// `expiry`: radio buttons such as `30d`, `date` and `never`, those within the caps. While a token is changed, the
    /// first is `keep`.
    pub expiry: Vec<Choice>,
    /// `expiry_date`, as `2026-12-31`: counts where `expiry` is `date`.
    pub expiry_date: Field,
    /// What is wrong with the choice itself.
    pub expiry_error: Option<crate::Text>,
    /// The cap in words, a sentence, e.g. *Acme Labs allows 90 days at most.*; empty where there is none.
    pub expiry_help: Text,
    /// `networks`, one address or network a line, may be empty.
    pub networks: Field,
    /// `limits`, one a line, may be empty. What is wrong with them stands one a line, too.
    pub limits: Field,
    /// `report_only`: for how long the limits only report; the first is not at all.
    pub report_only: Vec<Choice>,
    /// What is wrong with that.
    pub report_only_error: Option<crate::Text>,
    /// Whether `any_user` is ticked: the token works for any active user. None where that is not offered.
    pub any_user: Option<bool>,
    /// What is wrong with that.
    pub any_user_error: Option<crate::Text>,
}

impl TokenForm {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        let before = [
            FieldError::plain("any_user", &self.any_user_error),
            self.name.summary("name"),
            FieldError::plain("expiry", &self.expiry_error),
            self.expiry_date.summary("expiry_date"),
            FieldError::plain("scopes", &self.scopes_error),
        ];
        let limits = self.limits.error.iter().flat_map(Text::lines);
        let after = [
            FieldError::plain("report_only", &self.report_only_error),
            self.networks.summary("networks"),
            self.note.summary("note"),
        ];
        let limits = limits.map(|text| FieldError { id: "limits", text });
        before.into_iter().flatten().chain(limits).chain(after.into_iter().flatten()).collect()
    }

    /// How many scopes can be chosen.
    pub(crate) fn count(&self) -> usize {
        self.scopes.iter().map(|group| group.scopes.len()).sum()
    }

    /// Whether a part stays open below its fold: it holds something, or something is wrong with it.
    pub(crate) fn has_more(&self) -> bool {
        [&self.networks, &self.note].iter().any(|field| !field.value.is_empty() || field.error.is_some())
    }

    /// The same for the limits.
    pub(crate) fn has_limits(&self) -> bool {
        !self.limits.value.is_empty() || self.limits.error.is_some() || self.report_only_error.is_some()
    }

    /// An empty form, for samples.
    pub(crate) fn sample() -> Self {
        Self {
            problem: None,
            name: Field::empty(),
            note: Field::empty(),
            everything: Some(false),
            scopes: sample_scopes(),
            scopes_error: None,
            expiry: sample_expiry("30d"),
            expiry_date: Field::empty(),
            expiry_error: None,
            expiry_help: Text::default(),
            networks: Field::empty(),
            limits: Field::empty(),
            report_only: sample_report_only(),
            report_only_error: None,
            any_user: None,
            any_user_error: None,
        }
    }

    /// The form of an existing token, for samples.
    pub(crate) fn sample_existing() -> Self {
        let keep = Choice::new("keep", t("As it is")).with_help(Text::verbatim("28 Nov 2026")).selected(true);
        let mut scopes = sample_scopes();
        for scope in scopes.iter_mut().take(2).flat_map(|group| group.scopes.iter_mut().take(2)) {
            scope.checked = true;
        }
        Self {
            name: Field::new("Nightly import"),
            note: Field::new("Runs on db1 at three.\nAsk Charles before changing it."),
            networks: Field::new("203.0.113.7\n2001:db8::/32"),
            limits: Field::new(super::SAMPLE_LIMITS),
            expiry: std::iter::once(keep).chain(sample_expiry("")).collect(),
            scopes,
            ..Self::sample()
        }
    }
}

fn sample_expiry(selected: &str) -> Vec<Choice> {
    let days = |days: i64| span(days * 86_400);
    [
        ("7d", days(7), Text::verbatim("29 Nov 2026")),
        ("30d", days(30), Text::verbatim("22 Dec 2026")),
        ("90d", days(90), Text::verbatim("20 Feb 2027")),
        ("1y", t("1 year"), Text::verbatim("22 Nov 2027")),
        ("date", t("A date"), Text::default()),
        ("never", t("Never"), t("Only for what you watch.")),
    ]
    .into_iter()
    .map(|(value, label, help)| Choice::new(value, label).with_help(help).selected(value == selected))
    .collect()
}

fn sample_report_only() -> Vec<Choice> {
    let days = |days: u64| tn("For a day", "For {count} days", days);
    let spans = [("", t("No: they refuse")), ("1d", days(1)), ("7d", days(7)), ("30d", days(30))];
    spans.into_iter().map(|(value, label)| Choice::new(value, label).selected(value.is_empty())).collect()
}

fn sample_scopes() -> Vec<ScopeChoices> {
    let pair = |name: &str, what: &str| {
        [
            ScopeChoice::new(format!("{name}:read"), format!("See {what}"), "", false),
            ScopeChoice::new(format!("{name}:write"), format!("Change {what}"), "", false),
        ]
    };
    let group = |name: &str, pairs: &[(&str, &str)]| ScopeChoices {
        name: name.into(),
        scopes: pairs.iter().flat_map(|(name, what)| pair(name, what)).collect(),
    };
    let mut money = group("Money", &[("refunds", "refunds"), ("transactions", "transactions")]);
    money.scopes.push(ScopeChoice::new("payments:read", "See payments", "", false));
    money.scopes.push(ScopeChoice::new("payouts:write", "Pay out", "To the account on file.", false));
    vec![
        group("You", &[("user", "your profile")]),
        group(
            "Organizations",
            &[
                ("organizations", "organizations"),
                ("members", "members"),
                ("customers", "customers"),
                ("tokens", "tokens"),
                ("clients", "clients"),
                ("webhooks", "webhooks"),
            ],
        ),
        group(
            "Catalogue",
            &[
                ("products", "products"),
                ("benefits", "benefits"),
                ("discounts", "discounts"),
                ("files", "files"),
                ("license_keys", "license keys"),
                ("custom_fields", "fields of your own"),
            ],
        ),
        group(
            "Sales",
            &[
                ("orders", "orders"),
                ("subscriptions", "subscriptions"),
                ("checkouts", "checkouts"),
                ("checkout_links", "links to a checkout"),
            ],
        ),
        money,
    ]
}
