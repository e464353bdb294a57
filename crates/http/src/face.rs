//! How an app is shown: its name and the logo that is served from here.

use postern_domain::Client;
use postern_templating::AppFace;

/// The face of a client.
pub(crate) fn of(client: &Client) -> AppFace {
    let face = AppFace::new(client.metadata.name.to_string());
    match &client.logo_digest {
        Some(digest) => face.with_logo(format!("/logos/{digest}.png")),
        None => face,
    }
}
