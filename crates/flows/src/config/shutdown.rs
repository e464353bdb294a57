use postern_domain::Lifetime;
use serde::{Deserialize, Serialize};

/// How a server ends.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shutdown {
    /// How long it goes on as before while `/readyz` says that it is about to end.
    pub notice: Lifetime,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { notice: Lifetime::seconds(0) }
    }
}
