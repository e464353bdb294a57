//! `/settings/sessions`

use askama::Template;
use serde::{Deserialize, Serialize};

use super::SAMPLE_NOW;
use crate::{Chrome, Page, Pager, Section, Text, When, t};

/// Where the person is signed in. A row's button posts `action=revoke`, `session` (the row's id) and `form_token` to
/// `/settings/sessions`; the one for all others posts `action=revoke_others` and `form_token`.
#[derive(Debug, Clone, Serialize, Deserialize, Template)]
#[template(path = "pages/sessions.html")]
pub struct Sessions {
    /// The frame.
    pub chrome: Chrome,
    /// The sessions, this one first, then by when they were last seen.
    pub sessions: Vec<SessionRow>,
    /// Whether there is a session besides this one, on this page or on another.
    pub has_others: bool,
    /// The way to the other pages of the list.
    pub pager: Pager,
}

/// One session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionRow {
    /// Handle of the session for the form; not the session id of the cookie.
    pub id: String,
    /// What kind of device it is, for the icon.
    pub device: Device,
    /// The device in words, e.g. *Firefox on Linux*.
    pub name: Text,
    /// Network address it was last seen from.
    pub address: String,
    /// When it was signed in.
    pub signed_in: When,
    /// When it was last seen.
    pub last_seen: When,
    /// Whether it is the one that looks at this page.
    pub current: bool,
    /// Name of the administrator who acts as the person in it, if one does.
    #[serde(default)]
    pub acting: Option<String>,
}

/// Kinds of devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Device {
    /// A computer.
    Desktop,
    /// A phone or a tablet.
    Phone,
    /// A script, or nothing that is known.
    Unknown,
}

impl Device {
    pub(super) fn icon(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
            Self::Unknown => "terminal",
        }
    }
}

impl Page for Sessions {
    const NAME: &'static str = "sessions";

    fn sample() -> Self {
        let ago = |seconds: i64| When::new(SAMPLE_NOW - seconds, SAMPLE_NOW);
        let on = |browser, system| t("{browser} on {system}").with("browser", browser).with("system", system);
        let row = |id: &str, device, name: Text, address: &str, since, seen, current| SessionRow {
            id: id.into(),
            device,
            name,
            address: address.into(),
            signed_in: ago(since),
            last_seen: ago(seen),
            current,
            acting: None,
        };
        Self {
            chrome: Chrome::sample(Section::Sessions),
            sessions: vec![
                row("s1", Device::Desktop, on("Firefox", "Linux"), "203.0.113.7", 7_200, 0, true),
                row(
                    "s2",
                    Device::Phone,
                    on("Safari", "iPhone"),
                    "2001:db8:85a3:8d3:1319:8a2e:370:7348",
                    90_000,
                    600,
                    false,
                ),
                row("s3", Device::Unknown, Text::verbatim("curl"), "198.51.100.20", 900_000, 800_000, false),
            ],
            has_others: true,
            pager: Pager::default(),
        }
    }

    fn variants() -> Vec<(&'static str, Self)> {
        let alone = Self {
            sessions: Self::sample().sessions.into_iter().take(1).collect(),
            has_others: false,
            ..Self::sample()
        };
        let mut acted = Self { chrome: Chrome::sample(Section::Sessions).acted(), ..Self::sample() };
        if let Some(here) = acted.sessions.first_mut() {
            here.acting = Some("Grace Hopper".into());
        }
        let mut watched = Self::sample();
        if let Some(other) = watched.sessions.last_mut() {
            other.acting = Some("Grace Hopper".into());
        }
        vec![("alone", alone), ("acted", acted), ("watched", watched)]
    }
}
