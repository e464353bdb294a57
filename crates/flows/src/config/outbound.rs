use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where the server's own requests may go.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outbound {
    /// Networks that may be called besides public addresses, such as `10.1.0.0/16`; there `http` is taken too.
    pub allow: Vec<String>,
    /// Further certificates that servers may be known by (PEM).
    pub ca_file: Option<PathBuf>,
}
