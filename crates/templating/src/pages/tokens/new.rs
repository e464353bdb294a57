//! The form for a new token.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::{TokenForm, TokenPlace};
use crate::{AdminTab, Chrome, Field, FieldError, OrganizationTab, Page, ScopeChoices, Section, Text, t};

/// A new token. Posts the fields of [`TokenForm`], for administrators also `user`, and `form_token` to `new` below
/// [`TokenPlace::url`].
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/tokens/new.html")]
pub struct TokenNew {
    /// The frame.
    pub chrome: Chrome,
    /// Whose token it will be.
    pub place: TokenPlace,
    /// `user`: whom an administrator makes the token for, a user name or an e-mail; none elsewhere.
    pub user: Option<Field>,
    /// The fields.
    pub form: TokenForm,
}

impl TokenNew {
    /// What is wrong, for the summary.
    pub fn errors(&self) -> Vec<FieldError<'_>> {
        let user = self.user.as_ref().and_then(|user| user.summary("user"));
        user.into_iter().chain(self.form.errors()).collect()
    }
}

impl Page for TokenNew {
    const NAME: &'static str = "token-new";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Tokens),
            place: TokenPlace::Personal,
            user: None,
            form: TokenForm::sample(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let sample = Self::sample();
        let mut errors = sample.clone();
        errors.form.name =
            Field::new("").with_error(t("Give the token a name, so that you recognise it later."));
        errors.form.scopes_error = Some(Text::verbatim("Choose at least one scope, or everything."));
        errors.form.expiry_date =
            Field::new("2020-01-01").with_error(Text::verbatim("Choose a day after today."));
        errors.form.networks = Field::new("10.0.0.0/8\n10.0.0")
            .with_error(Text::verbatim("Line 2: “10.0.0” is neither an address nor a network."));
        errors.form.limits = Field::new("[fetch].*\n.*/rest/api/2/issue/(JRA.*").with_error(Text::verbatim(
            "Line 1, column 2: “fetch” is no HTTP method. A [ at the start always opens the methods: for a class of characters there, write ([…]).\nLine 2, column 23: unclosed group.",
        ));
        for choice in &mut errors.form.expiry {
            choice.selected = choice.value == "date";
        }
        let mut everything = sample.clone();
        everything.form.everything = Some(true);
        let organization = Self {
            chrome: Chrome::sample_organization(OrganizationTab::Tokens),
            place: TokenPlace::sample_organization(),
            form: TokenForm {
                everything: None,
                scopes: sample.form.scopes.iter().skip(1).cloned().collect(),
                expiry: sample.form.expiry.iter().take(3).cloned().collect(),
                expiry_help: super::sample_cap(90),
                ..TokenForm::sample()
            },
            ..sample.clone()
        };
        let admin = Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Tokens)),
            place: TokenPlace::Everybody,
            user: Some(Field::empty()),
            form: TokenForm {
                any_user: Some(true),
                scopes: vec![ScopeChoices {
                    name: "A group with a very long name that somebody thought of on a Friday".into(),
                    scopes: sample
                        .form
                        .scopes
                        .iter()
                        .flat_map(|group| group.scopes.clone())
                        .take(3)
                        .collect(),
                }],
                ..TokenForm::sample()
            },
        };
        vec![
            ("errors", errors),
            ("everything", everything),
            ("of an organization", organization),
            ("for another", admin),
        ]
    }
}
