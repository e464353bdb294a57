//! An app asks that the person be signed out here as well (OIDC RP-Initiated Logout 1.0).

use std::sync::Arc;

use postern_domain::{Client, Params, Refusal, Session, SessionId};

use crate::authorize::{self, LONGEST_STATE};
use crate::{App, keys};

mod front_channel;
mod notices;
mod telling;
mod token;

pub use front_channel::front_channel;
pub use notices::notices;
pub use postern_storage::logout_notices::{LogoutNotice, NoticeOutcome};
pub use telling::tell;
pub use token::LOGOUT_TOKEN_TYPE;

/// What an app asks for, checked.
#[derive(Clone, Debug)]
pub struct LogoutRequest {
    /// The app, if it says which it is.
    pub client: Option<Arc<Client>>,
    /// Where the browser goes afterwards: the app's registered address, with its `state`.
    pub return_to: Option<String>,
    hinted: Option<SessionId>,
}

impl LogoutRequest {
    /// Reads the parameters (section 2). Nobody is sent to an address that the app has not registered (section 3).
    ///
    /// # Errors
    /// `invalid_request` says what is wrong; the browser must then not be sent to the app.
    pub async fn read(app: &App, params: &Params) -> Result<Self, Refusal> {
        let hint = match params.get("id_token_hint") {
            Some(token) => Some(keys::read_id_token_hint(app, token).await?),
            None => None,
        };
        let named = match (params.get("client_id"), &hint) {
            (Some(named), Some(hint)) if named != hint.aud => {
                return Err(Refusal::invalid_request("client_id is not the client of id_token_hint"));
            }
            (Some(named), _) => Some(named),
            (None, hint) => hint.as_ref().map(|hint| hint.aud.as_str()),
        };
        let client = match named {
            Some(named) => Some(client(app, named).await?),
            None => None,
        };
        let return_to = return_to(params, client.as_deref())?;
        Ok(Self { client, return_to, hinted: hint.and_then(|hint| hint.sid) })
    }

    /// Whether the app proved with `id_token_hint` that this is the session it means: the person need not be asked then.
    pub fn proves(&self, session: &Session) -> bool {
        self.hinted == Some(session.id)
    }
}

async fn client(app: &App, named: &str) -> Result<Arc<Client>, Refusal> {
    app.client_named(named).await?.ok_or_else(|| {
        Refusal::invalid_request("there is no client with this client_id; it may have been deleted")
    })
}

fn return_to(params: &Params, client: Option<&Client>) -> Result<Option<String>, Refusal> {
    let Some(asked) = params.get("post_logout_redirect_uri") else { return Ok(None) };
    let Some(client) = client else {
        return Err(Refusal::invalid_request(
            "to sign out and come back to post_logout_redirect_uri, send an id_token_hint or a client_id, which say whose it is",
        ));
    };
    let registered = &client.metadata.post_logout_redirect_uris;
    if !registered.iter().any(|known| known.matches(asked, client.metadata.client_type)) {
        return Err(Refusal::invalid_request(
            "post_logout_redirect_uri is not registered for this client; it must be one of its \
             post_logout_redirect_uris to the letter",
        ));
    }
    Ok(Some(match authorize::at_most(params, "state", LONGEST_STATE)? {
        Some(state) => authorize::with_answer(asked, &[("state".to_owned(), state)]),
        None => asked.to_owned(),
    }))
}

#[cfg(test)]
mod tests;
