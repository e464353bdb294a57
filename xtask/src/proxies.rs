//! The reverse proxies behind which the guard is tried.

use std::path::Path;

use crate::machine::{find, install};

/// Sees that nginx and Caddy are there; what is missing is installed where that is possible.
///
/// # Errors
/// Says what is missing.
pub(crate) fn prepare() -> anyhow::Result<()> {
    for name in ["nginx", "caddy"] {
        // Debian keeps what administrators run outside of the `PATH` of others.
        if find(&[name]).is_none() && !Path::new("/usr/sbin").join(name).is_file() {
            install(&[name], name, "Its own site has packages for other systems.")?;
        }
    }
    Ok(())
}
