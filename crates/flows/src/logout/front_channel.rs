use std::collections::BTreeSet;

use postern_domain::{Client, Refusal, Session};
use postern_storage::session_clients;
use url::Url;

use crate::App;

/// The addresses by which the clients of a session sign a browser out of themselves when it loads them in a frame (OIDC
/// Front-Channel Logout 1.0 section 2). To be asked before the session ends.
///
/// # Errors
/// `temporarily_unavailable` or `server_error` if the database fails.
pub async fn front_channel(app: &App, session: &Session) -> Result<Vec<Url>, Refusal> {
    let parts = session_clients::of_session(&app.db, session.id).await?;
    let ids: BTreeSet<_> = parts.into_iter().map(|part| part.client_id).collect();
    let mut found = Vec::new();
    for id in ids {
        let client = app.client_by_id(id).await?.filter(|client| !client.disabled);
        found.extend(client.and_then(|client| address(app, &client, session)));
    }
    Ok(found)
}

fn address(app: &App, client: &Client, session: &Session) -> Option<Url> {
    let mut url = Url::parse(client.metadata.frontchannel_logout_uri.as_ref()?.as_str()).ok()?;
    if client.metadata.frontchannel_logout_session_required {
        let sid = session.id.to_string();
        url.query_pairs_mut().append_pair("iss", app.config.issuer()).append_pair("sid", &sid);
    }
    Some(url)
}
