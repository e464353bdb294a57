//! What the suite is told about the server under test.

use serde_json::{Map, Value, json};

use crate::browser;

/// The account that the suite's browser signs in with.
pub(crate) const USER: &str = "foo";
/// Its password; the instance lives as long as the run.
pub(crate) const PASSWORD: &str = "correct-horse-7-battery";

/// A client that does not register itself.
pub(crate) struct StaticClient {
    /// Where it belongs in the suite's configuration.
    field: &'static str,
    /// What people are told it is called.
    pub(crate) name: &'static str,
    /// Its `client_id`.
    pub(crate) id: &'static str,
    /// Its secret.
    pub(crate) secret: &'static str,
    /// The way it authenticates.
    pub(crate) auth_method: &'static str,
}

/// Those the suite wants: two of one kind, and one that sends its secret in the body.
pub(crate) const STATIC_CLIENTS: &[StaticClient] = &[
    StaticClient {
        field: "client",
        name: "Conformance one",
        id: "conformance-one",
        secret: "conformance-one-0123456789abcdef0123456789abcdef",
        auth_method: "client_secret_basic",
    },
    StaticClient {
        field: "client2",
        name: "Conformance two",
        id: "conformance-two",
        secret: "conformance-two-0123456789abcdef0123456789abcdef",
        auth_method: "client_secret_basic",
    },
    StaticClient {
        field: "client_secret_post",
        name: "Conformance three",
        id: "conformance-three",
        secret: "conformance-three-0123456789abcdef0123456789abcdef",
        auth_method: "client_secret_post",
    },
];

/// The configuration of a plan. The alias is part of the redirect URIs.
pub(crate) fn of(issuer: &str, alias: &str) -> Value {
    let mut configuration = Map::new();
    configuration.insert("alias".to_owned(), alias.into());
    configuration.insert("description".to_owned(), "Postern".into());
    let discovery = format!("{issuer}/.well-known/openid-configuration");
    configuration.insert("server".to_owned(), json!({ "discoveryUrl": discovery, "login_hint": USER }));
    for client in STATIC_CLIENTS {
        let value =
            json!({ "client_id": client.id, "client_secret": client.secret, "client_name": client.name });
        configuration.insert(client.field.to_owned(), value);
    }
    // What the pages look like plays no part, and the suite's browser is slow at style sheets.
    configuration.insert("options".to_owned(), json!({ "browsercontrol_css_enable": false }));
    configuration.insert("browser".to_owned(), browser::steps(issuer));
    configuration.insert("override".to_owned(), browser::overrides(issuer));
    Value::Object(configuration)
}
