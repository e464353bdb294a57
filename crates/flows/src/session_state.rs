//! How pages of apps notice that somebody signed out, or in as somebody else (OIDC Session Management 1.0).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_domain::{ClientIdentifier, Session};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::App;

const PURPOSE: &str = "browser state";

/// What a browser knows of its session: another text for each session, which says nothing of it, and none without one. A
/// new proof of the same person leaves it as it is.
pub fn browser_state(app: &App, session: Option<&Session>) -> String {
    session.map_or_else(String::new, |session| {
        let mark = app.secret_key.mark(PURPOSE, session.id.0.as_bytes());
        URL_SAFE_NO_PAD.encode(mark.get(..16).unwrap_or(&mark))
    })
}

/// `session_state` of an answer to the app at `redirect_uri` (section 2): its page hands this to the frame of
/// `check_session_iframe`, which computes the same from what the browser knows by then. `None` for an app that has no page
/// that could.
pub(crate) fn session_state(
    app: &App,
    client: &ClientIdentifier,
    redirect_uri: &str,
    session: &Session,
) -> Option<String> {
    let origin = Url::parse(redirect_uri).ok()?.origin();
    if !origin.is_tuple() {
        return None;
    }
    let mut salt = [0; 12];
    app.rng.fill(&mut salt);
    let salt = URL_SAFE_NO_PAD.encode(salt);
    let (origin, state) = (origin.ascii_serialization(), browser_state(app, Some(session)));
    let digest = Sha256::digest(format!("{client} {origin} {state} {salt}"));
    Some(format!("{}.{salt}", URL_SAFE_NO_PAD.encode(digest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::party::Party;

    #[tokio::test]
    async fn it_is_what_the_frame_computes() {
        let party = Party::new().await;
        let (app, client) = (&party.app, &party.client.identifier);
        let state = session_state(app, client, "https://app.example/callback", &party.session).unwrap();
        let (hash, salt) = state.split_once('.').unwrap();
        let known = browser_state(app, Some(&party.session));
        let expected = Sha256::digest(format!("web-app https://app.example {known} {salt}"));
        assert_eq!(hash, URL_SAFE_NO_PAD.encode(expected));
        let other = Session { id: postern_domain::SessionId(app.new_id()), ..party.session.clone() };
        assert_ne!(browser_state(app, Some(&other)), known);
        assert_eq!(browser_state(app, None), "");
        assert_eq!(session_state(app, client, "com.example.app:/callback", &party.session), None);
    }
}
