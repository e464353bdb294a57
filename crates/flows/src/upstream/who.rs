use openidconnect::AccessToken;
use postern_domain::{PersonName, Timestamp};

/// Longest `sub` (OIDC Core section 2), in bytes.
const LONGEST_SUBJECT: usize = 255;
/// How much of a name is shown, in characters.
const SHOWN: usize = 60;

/// Somebody as a provider has proved it.
pub(super) struct Who {
    /// `sub`
    pub(super) subject: String,
    /// When they proved it there, if the provider says so.
    pub(super) auth_time: Option<Timestamp>,
    /// What it tells of them, which proves nothing.
    pub(super) profile: Profile,
    pub(super) access_token: AccessToken,
}

/// What a provider tells of somebody.
#[derive(Default)]
pub(super) struct Profile {
    pub(super) username: Option<String>,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) email_verified: bool,
}

impl Who {
    /// Whether the subject is one.
    pub(super) fn is_somebody(&self) -> bool {
        (1..=LONGEST_SUBJECT).contains(&self.subject.len())
            && self.subject.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
    }

    /// What the person is shown of whom they are there.
    pub(super) fn shown(&self) -> String {
        let profile = &self.profile;
        let known = [&profile.username, &profile.email, &profile.name].into_iter().flatten();
        let short = known.map(|text| text.trim().chars().take(SHOWN).collect::<String>());
        let mut readable = short.filter_map(|text| PersonName::parse(&text).ok());
        readable.next().map_or_else(|| self.subject.clone(), |text| text.to_string())
    }
}
