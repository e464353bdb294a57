//! `/settings/account`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::{Chrome, Page, Section, When};

/// What somebody can take along, and the end of the account. The button that takes the end back posts `action=keep` and
/// `form_token` to `/settings/account`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/account.html")]
pub struct Account {
    /// The frame.
    pub chrome: Chrome,
    /// When the account is deleted, if the person asked for that.
    pub deletes: Option<When>,
    /// Own path of the download.
    pub data_url: String,
    /// Own path of the page that deletes the account.
    pub delete_url: String,
}

impl Page for Account {
    const NAME: &'static str = "account";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::OwnAccount),
            deletes: None,
            data_url: "/settings/account/data.json".into(),
            delete_url: "/settings/account/delete".into(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let when = When::new(SAMPLE_NOW + 13 * 86_400, SAMPLE_NOW);
        let mut leaving = Self { deletes: Some(when.clone()), ..Self::sample() };
        if let Some(account) = &mut leaving.chrome.account {
            account.deletes = Some(when);
        }
        vec![("leaving", leaving)]
    }
}
