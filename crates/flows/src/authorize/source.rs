use postern_domain::{Params, Refusal, Timestamp, TokenHash};

use super::next::Unreturnable;
use super::{pushed, request_object, stored};
use crate::App;

/// Where a request object is, by value and by reference (RFC 9101 section 5).
pub(super) const REQUEST: &str = "request";
pub(super) const REQUEST_URI: &str = "request_uri";
const LANGUAGES: &str = "ui_locales";
/// Longest `ui_locales` that goes along, in bytes.
const LONGEST_LANGUAGES: usize = 256;

/// The parameters of a request, wherever they are.
pub(super) struct Source {
    /// The parameters themselves, repeated ones still among them.
    pub(super) sent: Params,
    /// The query under which this server finds the request again.
    pub(super) carried: Params,
    /// How the client sent them.
    pub(super) way: Way,
    /// Why they could not be had from where the client has put them; then `sent` is what stood beside.
    pub(super) flaw: Option<Refusal>,
}

/// How a client sent its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// As they are.
    Plain,
    /// In a request object, which it signed.
    Signed,
    /// They were kept here after they had been looked at.
    Kept,
    /// The same by itself (RFC 9126): such a request is answered once.
    Pushed(TokenHash),
}

impl Source {
    /// Finds the parameters of a query.
    pub(super) async fn of_query(app: &App, query: Params, now: Timestamp) -> Result<Self, Unreturnable> {
        match query.once(stored::PARAMETER)? {
            Some(handle) => {
                let sent = Params::parse_repeated(stored::find(app, handle, now).await?.as_bytes())?;
                Ok(Self { sent, carried: query, way: Way::Kept, flaw: None })
            }
            None => Ok(Self::of_request(app, query, now).await),
        }
    }

    /// Finds the parameters of a request that is made now.
    pub(super) async fn of_request(app: &App, params: Params, now: Timestamp) -> Self {
        let found = match (params.once(REQUEST), params.once(REQUEST_URI)) {
            (Ok(None), Ok(None)) => Ok((params.clone(), params.clone(), Way::Plain)),
            (Ok(Some(object)), Ok(None)) => request_object::read(app, &params, object, now)
                .await
                .map(|sent| (sent.clone(), sent, Way::Signed)),
            (Ok(None), Ok(Some(uri))) => pushed::find(app, &params, uri, now).await.map(|(sent, hash)| {
                let carried = with_languages(pushed::carried(&params), &sent);
                (sent, carried, Way::Pushed(hash))
            }),
            (Err(repeated), _) | (_, Err(repeated)) => Err(repeated.into()),
            _ => Err(Refusal::invalid_request("send request or request_uri, not both (RFC 9101 section 5)")),
        };
        match found {
            Ok((sent, carried, way)) => Self { sent, carried, way, flaw: None },
            Err(flaw) => Self { carried: params.clone(), sent: params, way: Way::Plain, flaw: Some(flaw) },
        }
    }
}

/// The query of a request that is kept here, with the languages that it asks for (OIDC Core section 3.1.2.1): our pages
/// read them there.
pub(super) fn with_languages(query: Params, sent: &Params) -> Params {
    match sent.get(LANGUAGES) {
        Some(tags) if tags.len() <= LONGEST_LANGUAGES => query.with(LANGUAGES, tags),
        _ => query,
    }
}

/// Whether a query brings a request object: that is looked at when it comes, and what it says is kept, since it may be
/// over before the person is done.
pub fn brings_request_object(query: &str) -> bool {
    Params::parse_repeated(query.as_bytes()).is_ok_and(|params| params.get(REQUEST).is_some())
}
