//! Programs that sign somebody in with one particular client: to be pasted, run in a terminal and taken apart.

mod curl;
mod javascript;
mod python;
mod quote;
mod rust;

use postern_domain::{AuthMethod, Client, ClientMetadata, ClientType, SigningAlgorithm};

use crate::App;

/// A program for one client in one language. The secret is not in it: it comes from the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSnippet {
    /// A short name of ASCII letters.
    pub id: &'static str,
    /// What the language and its library are called.
    pub label: &'static str,
    /// The program.
    pub code: String,
}

/// What the programs differ by.
struct Facts<'a> {
    issuer: &'a str,
    client_id: &'a str,
    redirect_uri: &'a str,
    /// Separated by spaces, `openid` first.
    scope: String,
    is_openid: bool,
    is_public: bool,
    /// The one way it must authenticate in, if it must.
    auth_method: Option<AuthMethod>,
    algorithm: SigningAlgorithm,
}

/// Programs for a client, one a language; none for a client that nobody comes back to.
pub fn snippets(app: &App, client: &Client) -> Vec<ClientSnippet> {
    let Some(facts) = Facts::of(app.config.issuer(), client) else { return Vec::new() };
    let snippet = |id, label, code| ClientSnippet { id, label, code };
    vec![
        snippet("curl", "curl", curl::program(&facts)),
        snippet("javascript", "JavaScript", javascript::program(&facts)),
        snippet("python", "Python", python::program(&facts)),
        snippet("rust", "Rust", rust::program(&facts)),
    ]
}

impl<'a> Facts<'a> {
    fn of(issuer: &'a str, client: &'a Client) -> Option<Self> {
        let ClientMetadata { redirect_uris, scopes, auth_method, .. } = &client.metadata;
        let mut names: Vec<&str> = scopes.iter().collect();
        names.sort_by_key(|name| *name != "openid");
        Some(Self {
            issuer,
            client_id: client.identifier.as_str(),
            redirect_uri: redirect_uris.first()?.as_str(),
            scope: names.join(" "),
            is_openid: scopes.contains("openid"),
            is_public: client.metadata.client_type == ClientType::Public,
            auth_method: *auth_method,
            algorithm: client.metadata.id_token_signed_response_alg,
        })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }
}

#[cfg(test)]
mod tests;
