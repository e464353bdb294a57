use std::sync::Arc;

use postern_domain::{Client, ClientIdentifier, Params, Refusal, Timestamp};

use super::checked::Checked;
use super::next::Unreturnable;
use super::return_to::ReturnTo;
use super::source::Source;
use super::{choice, proof, stored};
use crate::App;
use crate::client_auth::CLOSED;

/// Longest query, in bytes; a longer request can be posted.
const LONGEST_QUERY: usize = 8 * 1024;
/// Most of a foreign value that a message repeats, in characters.
const QUOTED: usize = 300;

/// A request of which nothing is known to be true. Whatever is wrong with it can only be told to the person: nobody
/// vouches for the address it wants the answer at.
pub(crate) struct Unchecked {
    source: Source,
    /// What the person has already done for this request, as they bring it along.
    proof: Option<String>,
    /// For which organization they let it go on.
    choice: Option<String>,
}

impl Unchecked {
    /// Reads a query of the authorization endpoint: the parameters themselves, or the handle of a request that was
    /// posted.
    pub(crate) async fn read(app: &App, query: &str, now: Timestamp) -> Result<Self, Unreturnable> {
        let mut query = Params::parse_repeated(query.as_bytes())?;
        // It travels on inside the addresses of our own pages.
        if query.to_urlencoded().len() > LONGEST_QUERY {
            let told = format!(
                "the request is longer than {LONGEST_QUERY} bytes; send it by POST (RFC 6749 section 3.1)"
            );
            return Err(Refusal::invalid_request(told).into());
        }
        let proof = query.once(proof::PARAMETER)?.map(str::to_owned);
        let choice = query.once(choice::PARAMETER)?.map(str::to_owned);
        query = query.without(proof::PARAMETER).without(choice::PARAMETER);
        Ok(Self { source: Source::of_query(app, query, now).await?, proof, choice })
    }

    /// Reads a form that an app let the browser post.
    pub(super) async fn of_form(app: &App, body: &[u8], now: Timestamp) -> Result<Self, Unreturnable> {
        let mut sent = Params::parse_repeated(body)?;
        for ours in [proof::PARAMETER, choice::PARAMETER, stored::PARAMETER] {
            sent = sent.without(ours);
        }
        Ok(Self::of_params(app, sent, now).await)
    }

    /// Reads a request that is made now.
    pub(super) async fn of_params(app: &App, params: Params, now: Timestamp) -> Self {
        Self { source: Source::of_request(app, params, now).await, proof: None, choice: None }
    }

    /// Finds the client and holds the redirect URI against what it registered.
    pub(crate) async fn check(self, app: &App) -> Result<Checked, Unreturnable> {
        let client = self.client(app).await?;
        let sent = &self.source.sent;
        let requested = sent.once("redirect_uri");
        let requested = requested.map_err(|error| Unreturnable::of_client(&client, error.into()))?;
        let scope = sent.once("scope");
        let return_to = match requested {
            Some(requested) => ReturnTo::requested(app, &client, requested),
            // What it would have asked is not known.
            None if self.source.flaw.is_some() => None,
            None if scope.as_ref().is_ok_and(|scope| !names_openid(*scope)) => {
                ReturnTo::only_one(app, &client)
            }
            None => None,
        };
        let Some(return_to) = return_to else {
            if let (None, Some(flaw)) = (requested, self.source.flaw) {
                return Err(Unreturnable::of_client(&client, flaw));
            }
            return Err(Unreturnable {
                got: requested.map(shortened),
                in_full: Some(Box::new(no_redirect_uri_of(&client, requested))),
                ..Unreturnable::of_client(&client, no_redirect_uri(requested))
            });
        };
        Ok(Checked::new(client, return_to, self.source, self.proof, self.choice))
    }

    async fn client(&self, app: &App) -> Result<Arc<Client>, Unreturnable> {
        let identifier = self
            .source
            .sent
            .once("client_id")?
            .ok_or_else(|| Refusal::invalid_request("client_id is missing (RFC 6749 section 4.1.1)"))?;
        let unknown = || Refusal::invalid_request("no client with this client_id is registered here");
        let identifier = ClientIdentifier::parse(identifier).ok_or_else(unknown)?;
        let client = app.client(&identifier).await?.ok_or_else(unknown)?;
        if client.disabled {
            let closed = Refusal::unauthorized_client(CLOSED);
            return Err(Unreturnable::of_client(&client, closed));
        }
        Ok(client)
    }
}

fn names_openid(scope: Option<&str>) -> bool {
    scope.is_some_and(|scope| scope.split(' ').any(|name| name == "openid"))
}

/// Why there is no way back. Anybody may see it, so it does not say what is registered.
fn no_redirect_uri(requested: Option<&str>) -> Refusal {
    Refusal::invalid_request(match requested {
        Some(_) => {
            "redirect_uri is none of those that are registered for this client; they are compared character by character"
        }
        None => {
            "redirect_uri is missing; it can be left out only by a client that has registered exactly one and does not ask for openid"
        }
    })
}

/// The same for the client's developer.
fn no_redirect_uri_of(client: &Client, requested: Option<&str>) -> Refusal {
    let registered: Vec<&str> = client.metadata.redirect_uris.iter().map(|uri| uri.as_str()).collect();
    let registered = shortened(&registered.join(", "));
    Refusal::invalid_request(match requested {
        Some(requested) => format!(
            "redirect URI did not match: got {}, registered {registered}; they are compared character by character",
            shortened(requested)
        ),
        None => format!(
            "redirect_uri is missing; it can be left out only by a client that has registered exactly one and does not ask for openid, registered {registered}"
        ),
    })
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(QUOTED).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
