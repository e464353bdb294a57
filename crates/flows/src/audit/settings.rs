use postern_domain::Lifetime;
use serde::{Deserialize, Serialize};

/// What is written down, and for how long it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditSettings {
    /// Whether calls are written down. Acts always are.
    pub enabled: bool,
    /// How long acts are kept, in whole days.
    pub retention: Lifetime,
    /// How long calls are kept, in whole days.
    pub call_retention: Lifetime,
    /// What becomes of calls while they cannot be written down.
    pub when_unwritable: WhenUnwritable,
}

/// What becomes of calls while they cannot be written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhenUnwritable {
    /// They pass, and how many are missing is written down as soon as it can be.
    #[default]
    Count,
    /// They are refused.
    Refuse,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            retention: Lifetime::days(365),
            call_retention: Lifetime::days(90),
            when_unwritable: WhenUnwritable::Count,
        }
    }
}
