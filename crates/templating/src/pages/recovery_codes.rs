//! `/settings/security/recovery-codes`

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{Chrome, Page, Section};

/// Recovery codes: how many are left, or, right after they were made, what they are. Posts `form_token` to
/// `/settings/security/recovery-codes` for new ones.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/recovery_codes.html")]
pub struct RecoveryCodes {
    /// The frame.
    pub chrome: Chrome,
    /// The codes, for the only time; none where they are not shown.
    pub codes: Vec<String>,
    /// How many are left.
    pub left: u64,
    /// Own path to go on to.
    pub go_on_url: String,
}

impl RecoveryCodes {
    /// All codes, a line each.
    pub fn lines(&self) -> String {
        self.codes.join("\n")
    }
}

impl Page for RecoveryCodes {
    const NAME: &'static str = "recovery-codes";

    fn sample() -> Self {
        Self {
            chrome: Chrome::sample(Section::Security),
            codes: Vec::new(),
            left: 7,
            go_on_url: "/settings/security".into(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let codes = [
            "k7wq9-m2xtr",
            "3hv0p-qnz6e",
            "w1c8d-5yjgk",
            "9rst4-b6m2f",
            "e0xak-7hq3v",
            "pz5n8-1wdcj",
            "6gy2m-t9k4r",
            "v3hq7-0xsnb",
            "d8jfw-c5p1z",
            "2ekt6-yr9gm",
        ];
        let codes = codes.map(str::to_owned).to_vec();
        vec![
            ("made", Self { codes, left: 10, ..Self::sample() }),
            ("none", Self { left: 0, ..Self::sample() }),
        ]
    }
}
