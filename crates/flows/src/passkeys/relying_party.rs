use postern_domain::Refusal;
use url::{Host, Url};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::ceremony::LIFETIME;
use crate::{App, Config};

/// Whether browsers let people use passkeys here at all: over TLS, or on this very machine, and under a name (Web
/// Authentication section 5.1.3: an address is no relying party id).
pub fn are_possible(config: &Config) -> bool {
    match config.public_url.host() {
        Some(Host::Domain(name)) => config.is_https() || name == "localhost" || name.ends_with(".localhost"),
        _ => false,
    }
}

/// The server as devices know it. Its id and its origin are those of `public_url`, whatever a request says of its host.
pub(super) fn relying_party(app: &App) -> Result<Webauthn, Refusal> {
    let url: &Url = &app.config.public_url;
    let id = url.domain().filter(|_| are_possible(&app.config)).ok_or_else(|| {
        Refusal::conflict("there are no passkeys here: that takes a public_url with https and a host name")
    })?;
    let brand = app.brand();
    let timeout = u64::try_from(LIFETIME.as_seconds()).map_err(Refusal::because)?;
    WebauthnBuilder::new(id, url)
        .map(|builder| builder.rp_name(&brand.name))
        .map(|builder| builder.timeout(std::time::Duration::from_secs(timeout)))
        .and_then(WebauthnBuilder::build)
        .map_err(Refusal::because)
}
