//! `/admin/users/new`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::user::sample_rights;
use crate::pages::NewAccount;
use crate::{AdminTab, Choice, Chrome, Field, FieldError, Page, Section, Text, t};

/// A new account for somebody. Posts the fields of [`NewAccount`], `way` (`invitation` or `password`), `email_verified`, `right`
/// for each right and `form_token` to `/admin/users/new`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/admin/user_new.html")]
pub struct AdminUserNew {
    /// The frame.
    pub chrome: Chrome,
    /// What went wrong as a whole.
    pub problem: Option<Text>,
    /// Who it is.
    pub account: NewAccount,
    /// Whether they get a link to choose a password, instead of one that is typed in here.
    pub is_invited: bool,
    /// Whether the address counts as verified.
    pub email_verified: bool,
    /// The rights in the instance, for who may give them; else empty.
    pub rights: Vec<Choice>,
}

impl AdminUserNew {
    fn errors(&self) -> Vec<FieldError<'_>> {
        self.account.errors()
    }
}

impl Page for AdminUserNew {
    const NAME: &'static str = "admin-user-new";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample_admin(Section::Admin(AdminTab::Users)),
            problem: None,
            account: NewAccount::blank(),
            is_invited: true,
            email_verified: false,
            rights: sample_rights(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let wrong = Self {
            chrome: Chrome::sample_manager(Section::Admin(AdminTab::Users)),
            account: NewAccount {
                username: Field::new("charles").with_error(t("Another account has this user name.")),
                email: Field::new("charles@example.com"),
                password: Field::empty().with_error(t("Choose a password, or have a link sent.")),
                ..NewAccount::blank()
            },
            is_invited: false,
            email_verified: true,
            rights: Vec::new(),
            ..Self::sample()
        };
        vec![("wrong", wrong)]
    }
}
