use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Listen;

/// Figures for Prometheus. Without an address and without a token nobody gets them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// An address of their own, where whoever reaches it reads them.
    pub listen: Option<Listen>,
    /// The file of the token with which they are read at the address of the server.
    pub token_file: Option<PathBuf>,
}

impl Metrics {
    /// Whether anybody may read them.
    pub const fn are_read(&self) -> bool {
        self.listen.is_some() || self.token_file.is_some()
    }
}
