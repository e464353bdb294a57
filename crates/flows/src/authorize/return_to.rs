use std::fmt;

use postern_domain::{Client, Params, RedirectUri, Refusal, ResponseMode, TokenText};

use crate::App;

/// Longest `state` that is sent back, in bytes.
pub(crate) const LONGEST_STATE: usize = 4_096;

/// The way back to a client: a redirect URI that was held against those it registered. There is no other way to make one,
/// so an answer cannot go anywhere else.
pub(crate) struct ReturnTo {
    uri: String,
    registered: RedirectUri,
    app_name: String,
    issuer: String,
    mode: ResponseMode,
    state: Option<String>,
}

/// An answer on its way back to the client (RFC 6749 sections 4.1.2 and 4.1.2.1).
pub struct Return {
    uri: String,
    mode: ResponseMode,
    app_name: String,
    fields: Vec<(String, String)>,
    refusal: Option<Refusal>,
}

/// How an answer travels.
pub enum Delivery<'a> {
    /// By sending the browser there (303).
    Redirect {
        /// The redirect URI with the answer in its query.
        location: String,
    },
    /// By a form that the browser posts (OAuth 2.0 Form Post Response Mode).
    Form {
        /// The redirect URI.
        action: &'a str,
        /// Names and values.
        fields: &'a [(String, String)],
        /// The name of the app, for a page that has to wait for a click.
        app_name: &'a str,
    },
}

impl ReturnTo {
    /// The way to the URI that a request names, if the client registered it.
    pub(super) fn requested(app: &App, client: &Client, requested: &str) -> Option<Self> {
        let registered = client
            .metadata
            .redirect_uris
            .iter()
            .find(|uri| uri.matches(requested, client.metadata.client_type))?;
        Some(Self::new(app, client, registered, requested))
    }

    /// The way to the client's redirect URI, if it has registered exactly one (RFC 6749 section 3.1.2.3).
    pub(super) fn only_one(app: &App, client: &Client) -> Option<Self> {
        match client.metadata.redirect_uris.as_slice() {
            [one] => Some(Self::new(app, client, one, one.as_str())),
            _ => None,
        }
    }

    fn new(app: &App, client: &Client, registered: &RedirectUri, uri: &str) -> Self {
        Self {
            uri: uri.to_owned(),
            registered: registered.clone(),
            app_name: client.metadata.name.to_string(),
            issuer: app.config.issuer().to_owned(),
            mode: ResponseMode::Query,
            state: None,
        }
    }

    /// Takes over `state` and `response_mode`, as far as they can be read: errors are answered that way too.
    pub(super) fn answer_as(&mut self, sent: &Params) {
        let state = sent.once("state").ok().flatten();
        self.state = state.filter(|state| state.len() <= LONGEST_STATE).map(str::to_owned);
        let mode = sent.once("response_mode").ok().flatten();
        self.mode = mode.and_then(|mode| mode.parse().ok()).unwrap_or_default();
    }

    /// The redirect URI as it is registered.
    pub(crate) const fn registered(&self) -> &RedirectUri {
        &self.registered
    }

    /// The redirect URI that answers go to.
    pub(crate) fn uri(&self) -> &str {
        &self.uri
    }

    /// The successful answer (RFC 6749 section 4.1.2), with what the client's page can tell by whether the person is still
    /// signed in (OIDC Session Management section 2).
    pub(crate) fn code(&self, code: &TokenText, session_state: Option<String>) -> Return {
        let mut fields = vec![("code".to_owned(), code.reveal().to_owned())];
        fields.extend(session_state.map(|state| ("session_state".to_owned(), state)));
        self.answer(fields, None)
    }

    /// The answer that says no (RFC 6749 section 4.1.2.1).
    pub(crate) fn refuse(&self, refusal: Refusal) -> Return {
        let fields = vec![
            ("error".to_owned(), refusal.code.as_str().to_owned()),
            ("error_description".to_owned(), refusal.wire_description()),
        ];
        self.answer(fields, Some(refusal))
    }

    fn answer(&self, mut fields: Vec<(String, String)>, refusal: Option<Refusal>) -> Return {
        if let Some(state) = &self.state {
            fields.push(("state".to_owned(), state.clone()));
        }
        // RFC 9207: whoever gets an answer can tell whose it is.
        fields.push(("iss".to_owned(), self.issuer.clone()));
        Return { uri: self.uri.clone(), mode: self.mode, app_name: self.app_name.clone(), fields, refusal }
    }
}

/// Without the code.
impl fmt::Debug for Return {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Return")
            .field("uri", &self.uri)
            .field("refusal", &self.refusal)
            .finish_non_exhaustive()
    }
}

impl Return {
    /// How the answer travels.
    pub fn delivery(&self) -> Delivery<'_> {
        match self.mode {
            ResponseMode::Query => Delivery::Redirect { location: self.location() },
            ResponseMode::FormPost => {
                Delivery::Form { action: &self.uri, fields: &self.fields, app_name: &self.app_name }
            }
        }
    }

    /// The "no" that it carries, whose cause is to be logged.
    pub const fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    fn location(&self) -> String {
        with_answer(&self.uri, &self.fields)
    }
}

/// An address of a client, its own query kept (RFC 6749 section 3.1.2), with an answer behind.
pub(crate) fn with_answer(uri: &str, fields: &[(String, String)]) -> String {
    let joint = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let mut answer = url::form_urlencoded::Serializer::new(String::new());
    answer.extend_pairs(fields);
    format!("{uri}{joint}{}", answer.finish())
}
